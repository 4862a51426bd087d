//! The spellings of a date that can mean one moment only, as milliseconds since 1970. Numbers alone are in
//! [`super::counted`], the words that dates are written with in [`super::date_words`], zones in [`super::zones`].

use time::{Date as Day, Month, Time, Weekday};

use super::{
    counted,
    date_words::{is_filler, month_of, plain},
    zones::moment_in,
};
use crate::domain::timestamp::Timestamp;

/// The first days of calendars that programs count from: what they write for no date.
const BEGINNINGS: [&str; 6] = [
    "0001-01-01",
    "1601-01-01",
    "1753-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
];

/// Whether a spelling says that there is no date: nothing but zeros, or what PHP makes of them.
pub(super) fn is_missing(raw: &str) -> bool {
    let word = raw.to_ascii_lowercase();
    matches!(word.as_str(), "null" | "none" | "n/a" | "never" | "-")
        || raw.starts_with("0000")
        || raw.starts_with("-0001-11-30")
        || BEGINNINGS.iter().any(|day| raw.starts_with(day))
        || !raw.contains(|c: char| c.is_alphanumeric() && c != '0')
}

/// Milliseconds since 1970.
pub(super) fn millis(raw: &str) -> Option<i64> {
    let raw = plain(raw);
    let raw = unwrapped(&raw);
    let number = match raw.split_once(',') {
        // A comma that a spreadsheet has put before the fraction.
        Some((whole, part)) if whole.len() > 8 => format!("{whole}.{part}"),
        _ => raw.to_owned(),
    };
    let millis = match number.parse::<f64>() {
        Ok(value) => match digits_of_a_day(raw) {
            Some(millis) => millis,
            None => counted::millis(&number, value)?,
        },
        Err(_) => of_calendar(raw)?,
    };
    // A year of so long ago is one of another calendar than ours.
    let in_calendar = Timestamp::from_millis(millis).is_in_calendar() && millis > YEAR_1800;
    in_calendar.then_some(millis)
}

/// The beginning of the year 1800, in milliseconds since 1970.
const YEAR_1800: i64 = -5_364_662_400_000;

/// A date without what programs put around one: `ISODate("…")`, `new Date(…)`, `/Date(1635425415000+0200)/`, `@…`.
fn unwrapped(raw: &str) -> &str {
    let raw = raw.trim_matches(['"', '\'', '/']).trim();
    let raw = raw.strip_prefix("new ").unwrap_or(raw).trim_start();
    let known = ["Date(", "ISODate(", "NumberLong(", "NumberInt("];
    let inner = known.iter().find_map(|name| raw.strip_prefix(name));
    let Some(inner) = inner.and_then(|inner| inner.strip_suffix(')')) else {
        return raw.strip_prefix('@').unwrap_or(raw);
    };
    let inner = inner.trim_matches(['"', '\'']).trim();
    // The zone of the clock that it was read from says nothing about the moment.
    match inner.rfind(['+', '-']) {
        Some(sign) if sign > 8 && inner[..sign].bytes().all(|b| b.is_ascii_digit()) => {
            &inner[..sign]
        }
        _ => inner,
    }
}

/// Eight or fourteen digits that make a day of our time are one.
fn digits_of_a_day(raw: &str) -> Option<i64> {
    let is_day = matches!(raw.len(), 8 | 14)
        && raw.bytes().all(|b| b.is_ascii_digit())
        && (raw.starts_with("19") || raw.starts_with("20"));
    is_day.then(|| compact(raw))?
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
        2 if rest[2..].starts_with(':') => rest.to_owned(),
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
    let raw = raw.split('[').next()?.trim().to_owned();
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        4 => year_first(&raw),
        8 => compact(&raw),
        _ => by_name(&raw),
    }
    .or_else(|| by_name(&raw))
}

/// `2021-10-28`, `2021/10/28 12:50`, `2021. 10. 28. 12:50`, `2021.10.28T12:50:15.123+08`; of a year the day `2021-301` or
/// a week's, `2021-W43-4`.
fn year_first(raw: &str) -> Option<i64> {
    let (year, rest) = raw.split_at_checked(4)?;
    let year: i32 = year.parse().ok()?;
    let separator = rest.chars().next().filter(|c| "-/.".contains(*c))?;
    let rest = rest[1..].trim_start();
    if let Some((day, rest)) = of_year(year, rest) {
        return moment(day, rest);
    }
    let (month, rest) = number(rest)?;
    let (day, rest) = number(rest.trim_start().strip_prefix(separator)?.trim_start())?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let rest = rest.trim_start_matches(['-', ',', 'T', 't', ' ', '_']);
    moment(day_of(year, month, day)?, rest)
}

/// A day by its place in the year or in a week of it (ISO 8601), and what comes after.
fn of_year(year: i32, rest: &str) -> Option<(Day, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(week) = rest.strip_prefix('W') {
        let (week, rest) = number(week)?;
        let (day, rest) = number(rest.strip_prefix('-')?)?;
        let day = Weekday::Monday.nth_next(day.checked_sub(1).filter(|day| *day < 7)?);
        let day = Day::from_iso_week_date(year, week, day).ok()?;
        return Some((day, rest.trim_start_matches(['T', ' '])));
    }
    if digits(rest) != 3 {
        return None;
    }
    let day = Day::from_ordinal_date(year, rest[..3].parse().ok()?).ok()?;
    Some((day, rest[3..].trim_start_matches(['T', ' '])))
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
    words.retain(|word| !is_filler(word));
    let at = words.iter().position(|word| month_of(word).is_some())?;
    let month = month_of(&words.remove(at))?;
    let (mut day, mut year, mut clock) = (None, None, Vec::new());
    for word in &words {
        let plain = word.trim_end_matches('.');
        let ordinal = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_ordinal = matches!(
            &plain[ordinal.len()..],
            "" | "st" | "nd" | "rd" | "th" | "er"
        );
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
    // In French the hour may stand apart: `15 h 04 min`.
    let clock = clock.join(" ").replace(" h ", "h");
    moment(day_of(year?, month, day?)?, clock.trim_end_matches(" min"))
}

pub(super) fn day_of(year: i32, month: u8, day: u8) -> Option<Day> {
    Day::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// A number of one or two digits, and what comes after.
pub(super) fn number(raw: &str) -> Option<(u8, &str)> {
    let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = raw.split_at((1..=2).contains(&digits).then_some(digits)?);
    Some((number.parse().ok()?, rest))
}

/// A day and `12:50`, `12:50:15.123 PM`, `pm 12.50.15`, `12:50:15+08:00`, `12:50 GMT+0800`, or nothing, which is its
/// beginning. Without a zone it is universal time.
pub(super) fn moment(day: Day, clock: &str) -> Option<i64> {
    let clock = clock.trim();
    if clock.is_empty() || clock.eq_ignore_ascii_case("z") {
        return moment_in("", day, Time::MIDNIGHT);
    }
    // Some languages say first which half of the day it is.
    let half = clock
        .get(..3)
        .filter(|half| matches!(half.to_ascii_lowercase().as_str(), "am " | "pm "));
    let (hour, rest) = number(clock[half.map_or(0, str::len)..].trim_start())?;
    let separator = rest.chars().next().filter(|c| ":.-hH".contains(*c))?;
    let (minute, rest) = number(&rest[1..])?;
    let second = rest.strip_prefix(separator);
    // Behind a dash it may be a zone.
    second.or((separator != '-').then_some(""))?;
    let (second, rest) = second.map_or(Some((0, rest)), number)?;
    let (nanos, rest) = fraction(rest)?;
    let (hour, rest) = match half {
        Some(half) => (twelve_hours(hour, half.trim())?.0, rest),
        None => twelve_hours(hour, rest.trim_start())?,
    };
    // A leap second is the last of its minute here; a day's end is the next one's beginning.
    let (day, hour) = match (hour, minute, second) {
        (24, 0, 0) => (day.next_day()?, 0),
        _ => (day, hour),
    };
    let time = Time::from_hms_nano(hour, minute, second.min(59), nanos).ok()?;
    (second <= 60).then_some(())?;
    moment_in(rest.trim(), day, time)
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
    // `America/New_York` begins so as well.
    if after.starts_with(char::is_alphabetic) {
        return Some((hour, rest));
    }
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
