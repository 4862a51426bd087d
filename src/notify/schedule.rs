//! When mail goes out: digests by the clock, failed mail ever more rarely. Pure functions of the
//! time.

use std::time::Duration;

use jiff::Zoned;

use crate::{config::MailSettings, domain::timestamp::Timestamp, storage::notices::Due};

const HOUR: i64 = 3_600_000;

/// The first wait after a failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_mins(1);
const LONGEST_WAIT: Duration = Duration::from_hours(4);

/// The bounds at which mail to moderators becomes due.
pub(super) fn due(settings: &MailSettings, now: Timestamp) -> Due {
    let millis = now.millis();
    Due {
        now,
        mailed_before: now.minus(interval(settings)),
        hour: Timestamp::from_millis(millis - millis.rem_euclid(HOUR)),
        day: last_digest(settings, now),
    }
}

/// When the digest hour of the zone's clocks was last. Where clocks are put forward over it, it is the moment
/// after; outside of the years that calendars know, the clock's.
fn last_digest(settings: &MailSettings, now: Timestamp) -> Timestamp {
    let today = zoned(settings, now);
    let at_hour = |day: &Zoned| {
        let hour = i8::try_from(settings.digest_hour).ok()?;
        let moment = day
            .date()
            .at(hour, 0, 0, 0)
            .to_zoned(day.time_zone().clone())
            .ok()?;
        Some(Timestamp::from_millis(moment.timestamp().as_millisecond()))
    };
    let this_days = at_hour(&today).filter(|moment| *moment <= now);
    let yesterdays = || at_hour(&today.yesterday().ok()?);
    this_days.or_else(yesterdays).unwrap_or(now)
}

/// A moment on the clocks of the mails' zone.
pub(super) fn zoned(settings: &MailSettings, at: Timestamp) -> Zoned {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.to_zoned(settings.time_zone.clone())
}

/// A moderator, or a commenter who hears of replies, is mailed at most once in this time.
pub(super) fn interval(settings: &MailSettings) -> Duration {
    Duration::from_secs(settings.interval_seconds)
}

/// How long to wait after the n-th failure (n from 1): a minute, then twice as long each time, up to
/// four hours; shortened by up to a quarter with `chance` in [0, 1), so that what failed together
/// does not come back together.
pub(super) fn wait(failures: i64, chance: f64) -> Duration {
    let doublings = u32::try_from(failures.clamp(1, 16) - 1).unwrap_or(0);
    let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    wait.mul_f64(1.0 - chance / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> MailSettings {
        crate::config::Settings::from_sources(None, std::collections::HashMap::new())
            .unwrap()
            .mail
    }

    #[test]
    fn the_digest_hour_is_that_of_the_zones_clocks_in_summer_and_in_winter() {
        let settings = |zone: &str, hour: u8| MailSettings {
            time_zone: jiff::tz::TimeZone::get(zone).unwrap(),
            digest_hour: hour,
            ..settings()
        };
        for (zone, hour, now, day) in [
            (
                "Europe/Berlin",
                8,
                "2026-07-02T06:00:00Z",
                "2026-07-02T06:00:00Z",
            ),
            (
                "Europe/Berlin",
                8,
                "2026-07-02T05:59:59Z",
                "2026-07-01T06:00:00Z",
            ),
            (
                "Europe/Berlin",
                8,
                "2026-12-02T06:30:00Z",
                "2026-12-01T07:00:00Z",
            ),
            // The hour that is left out, and the one that comes twice.
            (
                "Europe/Berlin",
                2,
                "2026-03-29T01:30:00Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "Europe/Berlin",
                2,
                "2026-10-25T02:30:00Z",
                "2026-10-25T00:00:00Z",
            ),
            (
                "Asia/Kathmandu",
                8,
                "2026-03-02T02:15:00Z",
                "2026-03-02T02:15:00Z",
            ),
            (
                "America/Los_Angeles",
                23,
                "2026-03-02T06:00:00Z",
                "2026-03-01T07:00:00Z",
            ),
            ("UTC", 0, "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
        ] {
            let due = due(&settings(zone, hour), at(now));
            assert_eq!(due.day, at(day), "{zone} {now}");
        }
    }

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(serde_json::Value::from(text)).unwrap()
    }

    #[test]
    fn digests_are_about_what_came_before_the_last_full_hour_or_the_last_digest_hour() {
        let due_at = |now: &str| due(&settings(), at(now));
        let morning = due_at("2026-03-02T07:59:59Z");
        assert_eq!(morning.hour, at("2026-03-02T07:00:00Z"));
        assert_eq!(morning.day, at("2026-03-01T08:00:00Z"));
        let later = due_at("2026-03-02T08:00:00Z");
        assert_eq!(later.hour, at("2026-03-02T08:00:00Z"));
        assert_eq!(later.day, at("2026-03-02T08:00:00Z"));
        assert_eq!(later.mailed_before, at("2026-03-02T07:55:00Z"));
    }

    #[test]
    fn waits_double_from_a_minute_to_four_hours_and_are_spread() {
        let minutes = |failures| wait(failures, 0.0).as_secs() / 60;
        let first: Vec<u64> = (1..=10).map(minutes).collect();
        assert_eq!(first, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
        assert_eq!(minutes(i64::MAX), 240);
        assert!(wait(5, 0.9) < wait(5, 0.0));
        assert!(wait(1, 0.999) >= Duration::from_secs(45));
    }
}
