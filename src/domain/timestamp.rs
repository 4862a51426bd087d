//! Points in time: milliseconds since 1970 in the database, RFC 3339 UTC outside.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-03-01T12:00:00Z")]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This much later; stays at the end of time rather than wrap.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whether it is in one of the years from 0 to 9999, as everything that is written as text must be.
    #[must_use]
    pub const fn is_in_calendar(self) -> bool {
        FIRST <= self.0 && self.0 <= LAST
    }

    /// The calendar time in UTC; what is beyond the years from 0 to 9999 is the nearest end of these.
    #[must_use]
    pub fn to_utc(self) -> OffsetDateTime {
        let millis = self.0.clamp(FIRST, LAST);
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// The first millisecond of the year 0: RFC 3339 has four digits for a year, and no sign.
const FIRST: i64 = -62_167_219_200_000;

/// The last millisecond of the year 9999.
const LAST: i64 = 253_402_300_799_999;

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = OffsetDateTime::parse(&text, &Rfc3339).map_err(D::Error::custom)?;
        let millis = parsed.unix_timestamp_nanos().div_euclid(1_000_000);
        let at = i64::try_from(millis).map(Self).map_err(D::Error::custom)?;
        // Its own offset may carry it across: 9999-12-31T23:59:59-23:59 is in the year 10000.
        if !at.is_in_calendar() {
            return Err(D::Error::custom(
                "the time has to be in the years 0 to 9999 (UTC)",
            ));
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_can_be_written() {
        let written = |millis| Timestamp::from_millis(millis).to_string();
        assert_eq!(written(FIRST), "0000-01-01T00:00:00Z");
        assert_eq!(written(LAST), "9999-12-31T23:59:59.999Z");
        for beyond in [i64::MIN, FIRST - 1] {
            assert_eq!(written(beyond), written(FIRST));
            assert!(!Timestamp::from_millis(beyond).is_in_calendar());
        }
        for beyond in [i64::MAX, LAST + 1] {
            assert_eq!(written(beyond), written(LAST));
            assert!(!Timestamp::from_millis(beyond).is_in_calendar());
        }
        let beyond = serde_json::to_string(&Timestamp::from_millis(i64::MIN));
        assert!(beyond.is_ok());
    }

    #[test]
    fn what_is_written_is_read_again_and_what_is_beyond_is_not() {
        let read = |text: &str| serde_json::from_str::<Timestamp>(&format!("\"{text}\"")).ok();
        for millis in [FIRST, -1, 0, 1, LAST] {
            let at = Timestamp::from_millis(millis);
            assert_eq!(read(&at.to_string()), Some(at), "{millis}");
        }
        assert_eq!(read("9999-12-31T23:59:59-23:59"), None);
        assert_eq!(read("0000-01-01T00:00:00+00:01"), None);
    }
}
