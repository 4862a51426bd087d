//! Zones of a clock's reading: offsets, regions, and the short names that mean one offset only.

use jiff::{civil, tz::TimeZone};
use time::{Date as Day, PrimitiveDateTime, Time, UtcOffset, ext::NumericalDuration as _};

/// A clock's reading in a zone as milliseconds since 1970; without one it is universal time. `None` for a zone that is not
/// known.
pub(super) fn moment_in(zone: &str, day: Day, time: Time) -> Option<i64> {
    if zone.contains('/') && !zone.contains(char::is_whitespace) {
        return in_region(zone, day, time);
    }
    let zone = offset_of(zone)?;
    let local = PrimitiveDateTime::new(day, time).assume_utc();
    let at = local.checked_sub(i64::from(zone.whole_seconds()).seconds())?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

/// `Europe/Berlin`, whose offset the day says.
fn in_region(name: &str, day: Day, time: Time) -> Option<i64> {
    let zone = TimeZone::get(name).ok()?;
    let local = civil::DateTime::new(
        i16::try_from(day.year()).ok()?,
        i8::try_from(u8::from(day.month())).ok()?,
        i8::try_from(day.day()).ok()?,
        i8::try_from(time.hour()).ok()?,
        i8::try_from(time.minute()).ok()?,
        i8::try_from(time.second()).ok()?,
        i32::try_from(time.nanosecond()).ok()?,
    );
    let at = zone.to_ambiguous_timestamp(local.ok()?).compatible().ok()?;
    Some(at.as_millisecond())
}

/// Short names and their offsets, in minutes. `BST` and `IST` mean several and are none.
const NAMED: [(&str, i32); 31] = [
    ("", 0),
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("HKT", 480),
    ("SGT", 480),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("AKST", -540),
    // RFC 5322, 4.3: what old mail means by these.
    ("EDT", -240),
    ("EST", -300),
    ("CDT", -300),
    ("CST", -360),
    ("MDT", -360),
    ("MST", -420),
    ("PDT", -420),
    ("PST", -480),
];

fn offset_of(raw: &str) -> Option<UtcOffset> {
    let raw = raw
        .strip_prefix("UTC")
        .or(raw.strip_prefix("GMT"))
        .unwrap_or(raw);
    let raw = raw.trim_start();
    let upper = raw.to_ascii_uppercase();
    match NAMED.iter().find(|(name, _)| *name == upper) {
        Some((_, minutes)) => UtcOffset::from_whole_seconds(minutes * 60).ok(),
        None => offset(raw),
    }
}

/// `+08`, `+8`, `+0800`, `+08:00`, `+08:00:00`; a zone's name behind it says the same again, and so does `Z` behind none.
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
    let digits = match digits.strip_suffix(['Z', 'z']) {
        Some(none) if none.bytes().all(|b| b == b'0') => none,
        Some(_) => return None,
        None => &digits,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        6 if digits.ends_with("00") => (digits[..2].parse().ok()?, digits[2..4].parse().ok()?),
        _ => return None,
    };
    let (hours, minutes): (i8, i8) = (hours, minutes);
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}
