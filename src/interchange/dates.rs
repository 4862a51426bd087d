//! Times as other systems write them.

use time::{
    OffsetDateTime, PrimitiveDateTime,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};

use crate::domain::timestamp::Timestamp;

const PLAIN: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const WITH_T: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
const WITH_OFFSET: &[BorrowedFormatItem<'_>] = format_description!(
    "[year]-[month]-[day] [hour]:[minute]:[second] [offset_hour sign:mandatory][offset_minute]"
);

/// A time in RFC 3339, `2021-10-28 20:50:15 +0800`, or `2021-10-28 20:50:15` in UTC. WordPress
/// writes zeros for a time it does not know.
#[must_use]
pub fn parse(raw: &str) -> Option<Timestamp> {
    let raw = raw.trim();
    if raw.is_empty() || raw.starts_with("0000") {
        return None;
    }
    let in_utc = |format| {
        let parsed = PrimitiveDateTime::parse(raw, format).ok()?;
        Some(parsed.assume_utc())
    };
    let time = OffsetDateTime::parse(raw, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(raw, WITH_OFFSET))
        .ok()
        .or_else(|| in_utc(PLAIN))
        .or_else(|| in_utc(WITH_T))?;
    of(time)
}

/// Seconds since 1970, with a fraction.
#[must_use]
pub fn of_seconds(seconds: f64) -> Option<Timestamp> {
    let sane = seconds.is_finite() && (0.0..1e11).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
    sane.then(|| Timestamp::from_millis((seconds * 1000.0) as i64))
}

/// A time since 1970; nobody commented before.
fn of(time: OffsetDateTime) -> Option<Timestamp> {
    let millis = i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()?;
    let at = Timestamp::from_millis(millis);
    (millis >= 0 && at.is_in_calendar()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_in_every_spelling() {
        for spelling in [
            "2021-10-28T12:50:15Z",
            "2021-10-28T20:50:15+08:00",
            "2021-10-28 20:50:15 +0800",
            "2021-10-28 12:50:15",
            " 2021-10-28T12:50:15\n",
        ] {
            let time = parse(spelling).map(|time| time.to_string());
            let time = time.unwrap_or_default();
            assert!(
                time.starts_with("2021-10-28T12:50:15"),
                "{spelling}: {time}"
            );
        }
        assert_eq!(of_seconds(1_635_425_415.5), parse("2021-10-28T12:50:15.5Z"));
        for none in [
            "",
            "0000-00-00 00:00:00",
            "yesterday",
            "1899-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(none), None, "{none}");
        }
        assert_eq!(of_seconds(f64::NAN), None);
    }
}
