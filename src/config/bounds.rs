//! What each number among the settings may be. Every value inside works: the service starts, and a comment
//! passes; what is outside is refused at the start and by `hamlet doctor`, with the setting, the value and
//! the range.

use config::Config;

use super::SettingsError;

/// A number among the settings.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The setting, as in the file.
    pub key: &'static str,
    /// The smallest value.
    pub low: i64,
    /// The largest value.
    pub high: i64,
}

const fn bound(key: &'static str, low: i64, high: i64) -> Bound {
    Bound { key, low, high }
}

/// Seconds of a week.
const WEEK: i64 = 7 * 24 * 60 * 60;

/// Hours of ten years.
const TEN_YEARS: i64 = 10 * 366 * 24;

/// Comments, labels: more than anybody has, and far from where sums overflow.
const MANY: i64 = 1_000_000_000;

/// Every number, in the order of the file.
pub const BOUNDS: &[Bound] = &[
    bound("server.workers", 0, 256),
    bound("server.max_connections", 1, 1_000_000),
    bound("server.body_timeout_seconds", 1, 3_600),
    bound("server.max_connections_per_address", 0, 1_000_000),
    bound("database.max_connections", 1, 500),
    bound("intake.rate_window_seconds", 1, WEEK),
    bound("intake.network_soft_limit", 0, MANY),
    bound("intake.network_hard_limit", 1, MANY),
    bound("intake.email_soft_limit", 0, MANY),
    bound("intake.email_hard_limit", 1, MANY),
    bound("intake.duplicate_window_hours", 0, TEN_YEARS),
    bound("intake.campaign_window_days", 1, 60),
    bound("intake.campaign_window_comments", 0, 1_000_000),
    bound("learning.minimum_per_class", 1, MANY),
    bound("learning.cap_per_source", 1, MANY),
    bound("learning.training_threads", 1, 64),
    bound("learning.max_upload_mib", 1, 1_048_576),
    bound("learning.memory_mib", 8, 1_048_576),
    bound("mail.timeout_seconds", 1, 600),
    bound("mail.interval_seconds", 0, WEEK),
    bound("mail.digest_hour", 0, 23),
    bound("mail.give_up_hours", 0, TEN_YEARS),
    bound("webhooks.give_up_hours", 0, TEN_YEARS),
    bound("privacy.network_days", 0, TEN_YEARS / 24),
    bound("privacy.audit_days", 30, 36_500),
    bound("privacy.retire_after_seconds", 1, 30 * 24 * 3_600),
];

/// Checks every number before any is taken for what it should be.
pub(super) fn check(settings: &Config) -> Result<(), SettingsError> {
    for &Bound { key, low, high } in BOUNDS {
        // What is no number is refused, and named, when it is read.
        let Ok(value) = settings.get_int(key) else {
            continue;
        };
        if !(low..=high).contains(&value) {
            return Err(SettingsError::OutOfBounds {
                key,
                value,
                low,
                high,
            });
        }
    }
    Ok(())
}
