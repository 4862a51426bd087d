//! The spellings of a date that can mean one moment only, as milliseconds since 1970.

use time::{
    Date as Day, Month, PrimitiveDateTime, Time, UtcOffset, Weekday, ext::NumericalDuration as _,
};

use crate::domain::timestamp::Timestamp;

/// Whether a spelling says that there is no date: nothing but zeros, or what PHP makes of them.
pub(super) fn is_missing(raw: &str) -> bool {
    let word = raw.to_ascii_lowercase();
    matches!(word.as_str(), "null" | "none" | "n/a" | "never" | "-")
        || raw.starts_with("0000")
        || raw.starts_with("-0001-11-30")
        || raw.starts_with("0001-01-01")
        || !raw.contains(|c: char| c.is_alphanumeric() && c != '0')
}

/// Milliseconds since 1970.
pub(super) fn millis(raw: &str) -> Option<i64> {
    let raw = raw.trim_matches(['"', '\'']).trim();
    // What ASP.NET writes into JSON.
    let inner = raw
        .strip_prefix("/Date(")
        .and_then(|raw| raw.strip_suffix(")/"));
    let raw = inner.unwrap_or(raw);
    let millis = match raw.parse::<f64>() {
        Ok(number) => of_number(raw, number)?,
        Err(_) => of_calendar(raw)?,
    };
    Timestamp::from_millis(millis)
        .is_in_calendar()
        .then_some(millis)
}

/// Seconds, thousandths, millionths or billionths of them since 1970: which, its size says. Eight or
/// fourteen digits that make a day of our time are one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is out of range is no date"
)]
fn of_number(raw: &str, number: f64) -> Option<i64> {
    if matches!(raw.len(), 8 | 14)
        && raw.bytes().all(|b| b.is_ascii_digit())
        && (raw.starts_with("19") || raw.starts_with("20"))
        && let Some(millis) = compact(raw)
    {
        return Some(millis);
    }
    // Days since the end of 1899, as spreadsheets count them, good to the second: no comment is of the first day
    // of 1970.
    if (25_569.0..100_000.0).contains(&number) {
        return Some(((number - 25_569.0) * 86_400.0).round() as i64 * 1000);
    }
    // A year alone is no day.
    if !number.is_finite() || (number.abs() < 10_000.0 && number != 0.0) {
        return None;
    }
    let seconds = [1.0, 1e3, 1e6, 1e9]
        .into_iter()
        .map(|unit| number / unit)
        .find(|seconds| seconds.abs() < 1e11)?;
    Some((seconds * 1000.0).round() as i64)
}

/// `20211028`, `20211028125015`, `20211028T125015Z`.
fn compact(raw: &str) -> Option<i64> {
    let (day, rest) = raw.split_at_checked(8)?;
    let day = day_of(
        day[..4].parse().ok()?,
        day[4..6].parse().ok()?,
        day[6..].parse().ok()?,
    )?;
    let rest = rest.trim_start_matches(['T', 't', ' ']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let clock = match digits {
        0 => String::new(),
        4 => format!("{}:{}{}", &rest[..2], &rest[2..4], &rest[4..]),
        6 => format!(
            "{}:{}:{}{}",
            &rest[..2],
            &rest[2..4],
            &rest[4..6],
            &rest[6..]
        ),
        _ => return None,
    };
    moment(day, &clock)
}

fn of_calendar(raw: &str) -> Option<i64> {
    // JavaScript names the zone in brackets, Go its own clock's reading behind it.
    let raw = raw.split(" (").next()?.split(" m=").next()?.trim();
    // Java names it in square brackets, behind the offset.
    let raw = raw.split('[').next()?.trim();
    let raw = raw.replace(['年', '月'], "-").replace('日', " ");
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        4 => year_first(&raw),
        8 => compact(&raw),
        _ => by_name(&raw),
    }
    .or_else(|| by_name(&raw))
}

/// `2021-10-28`, `2021/10/28 12:50`, `2021.10.28T12:50:15.123+08`.
fn year_first(raw: &str) -> Option<i64> {
    let (year, rest) = raw.split_at_checked(4)?;
    let separator = rest.chars().next().filter(|c| "-/.".contains(*c))?;
    let (month, rest) = number(&rest[1..])?;
    let (day, rest) = number(rest.strip_prefix(separator)?)?;
    let rest = rest.trim_start_matches(['-', ',', 'T', 't', ' ', '\u{a0}', '_']);
    moment(day_of(year.parse().ok()?, month, day)?, rest)
}

/// `Thu, 28 Oct 2021 12:50:15 +0000`, `October 28, 2021 at 12:50 pm`, `28/Oct/2021:12:50:15 +0000`: what
/// names its month says which of its numbers is the day.
fn by_name(raw: &str) -> Option<i64> {
    let spaced = raw.replace(',', " ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        // A day joined with a named month: `28-Oct-2021`, `28/Oct/2021:12:50:15`.
        let joined = ['-', '/'].into_iter().find(|join| {
            let parts: Vec<&str> = word.split(*join).collect();
            parts.len() == 3 && parts.iter().any(|part| month_of(part).is_some())
        });
        match joined {
            Some(join) => {
                let mut parts = word.splitn(3, join).map(str::to_owned);
                words.extend(parts.by_ref().take(2));
                let last = parts.next()?;
                let (year, clock) = last.split_once(':').unwrap_or((&last, ""));
                words.extend([year.to_owned(), clock.to_owned()]);
            }
            None => words.push(word.to_owned()),
        }
    }
    words.retain(|word| !word.is_empty() && !is_weekday(word) && word != "at" && word != "of");
    let at = words.iter().position(|word| month_of(word).is_some())?;
    let month = month_of(&words.remove(at))?;
    let (mut day, mut year, mut clock) = (None, None, Vec::new());
    for word in &words {
        let plain = word.trim_end_matches(['.', '年']);
        let ordinal = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_ordinal = matches!(&plain[ordinal.len()..], "" | "st" | "nd" | "rd" | "th");
        match ordinal.parse::<u8>() {
            Ok(number) if is_ordinal && day.is_none() && ordinal.len() <= 2 => day = Some(number),
            // Two digits of a year stand only behind the day and before the clock.
            Ok(number)
                if is_ordinal && year.is_none() && ordinal.len() == 2 && clock.is_empty() =>
            {
                year = Some(i32::from(number) + if number < 70 { 2000 } else { 1900 });
            }
            _ if year.is_none()
                && plain.len() == 4
                && plain.bytes().all(|b| b.is_ascii_digit()) =>
            {
                year = plain.parse().ok();
            }
            _ => clock.push(word.as_str()),
        }
    }
    moment(day_of(year?, month, day?)?, &clock.join(" "))
}

fn month_of(word: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let short = if word == "sept" { "sep" } else { &word };
    let is_it = |month: &&str| **month == *short || (short.len() == 3 && month.starts_with(short));
    let at = MONTHS.iter().position(is_it)?;
    u8::try_from(at + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    (0..7).any(|day| {
        let name = Weekday::Monday.nth_next(day).to_string().to_lowercase();
        word == name || (word.len() >= 3 && word.len() <= 5 && name.starts_with(&word))
    })
}

fn day_of(year: i32, month: u8, day: u8) -> Option<Day> {
    Day::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// A number of one or two digits, and what comes after.
fn number(raw: &str) -> Option<(u8, &str)> {
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = raw.split_at((1..=2).contains(&digits).then_some(digits)?);
    Some((number.parse().ok()?, rest))
}

/// A day and `12:50`, `12:50:15.123 PM`, `12:50:15+08:00`, `12:50 GMT+0800`, or nothing, which is its
/// beginning. Without a zone it is universal time.
fn moment(day: Day, clock: &str) -> Option<i64> {
    let clock = clock.trim();
    if clock.is_empty() || clock.eq_ignore_ascii_case("z") {
        return of(day, Time::MIDNIGHT, UtcOffset::UTC);
    }
    let (hour, rest) = number(clock)?;
    let (minute, rest) = number(rest.strip_prefix(':')?)?;
    let (second, rest) = rest.strip_prefix(':').map_or(Some((0, rest)), number)?;
    let (nanos, rest) = fraction(rest)?;
    let (hour, rest) = twelve_hours(hour, rest.trim_start())?;
    // A leap second is the last of its minute here.
    let time = Time::from_hms_nano(hour, minute, second.min(59), nanos).ok()?;
    let zone = zone(rest.trim())?;
    (second <= 60).then_some(())?;
    of(day, time, zone)
}

fn fraction(rest: &str) -> Option<(u32, &str)> {
    let Some(fraction) = rest.strip_prefix(['.', ',']) else {
        return Some((0, rest));
    };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let kept = &fraction[..digits.min(9)];
    let nanos: u32 = format!("{kept:0<9}").parse().ok()?;
    (digits > 0).then_some((nanos, &fraction[digits..]))
}

fn twelve_hours(hour: u8, rest: &str) -> Option<(u8, &str)> {
    let length = if rest.get(1..2) == Some(".") { 4 } else { 2 };
    let (half, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
    let after_noon = match half.to_ascii_lowercase().replace('.', "").as_str() {
        "am" => false,
        "pm" => true,
        _ => return Some((hour, rest)),
    };
    // Some write `12:50:15 PM` and `20:50:15 PM` alike.
    let hour = match (hour, after_noon) {
        (12, false) => 0,
        (1..=11, true) => hour + 12,
        (0..=23, _) => hour,
        _ => return None,
    };
    Some((hour, after))
}

/// A zone by its offset, or one of those that mean one offset only.
fn zone(raw: &str) -> Option<UtcOffset> {
    let raw = raw
        .strip_prefix("UTC")
        .or(raw.strip_prefix("GMT"))
        .unwrap_or(raw);
    let raw = raw.trim_start();
    let hours = match raw.to_ascii_uppercase().as_str() {
        "" | "Z" | "UT" | "UTC" | "GMT" => 0,
        // RFC 5322, 4.3: what old mail means by these.
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return offset(raw),
    };
    UtcOffset::from_hms(hours, 0, 0).ok()
}

/// `+08`, `+8`, `+0800`, `+08:00`; a zone's name behind it says the same again.
fn offset(raw: &str) -> Option<UtcOffset> {
    let sign = match raw.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let rest = raw.trim_start_matches(['+', '-', '\u{2212}']);
    let (digits, name) = rest.split_once(' ').unwrap_or((rest, ""));
    if name.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace(':', "");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    let (hours, minutes): (i8, i8) = (hours, minutes);
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

fn of(day: Day, time: Time, zone: UtcOffset) -> Option<i64> {
    let local = PrimitiveDateTime::new(day, time).assume_utc();
    let at = local.checked_sub(i64::from(zone.whole_seconds()).seconds())?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}
