//! Logs and metrics. No log line, span or label carries anything personal: no address, no network,
//! no name, no text, no full URL.

use std::{any::Any, io::IsTerminal, panic};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogFormat, LogSettings, SettingsError};

/// Seconds; from a cached answer to a stalled body.
const DURATIONS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0,
];

/// Probabilities of spam; fine at both ends, where thresholds lie.
const SCORES: [f64; 13] = [
    0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99,
];

/// Sends log lines to standard error from now on.
///
/// # Errors
/// [`SettingsError`] when `log.filter` cannot be read.
pub fn start_logging(log: &LogSettings) -> Result<(), SettingsError> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| SettingsError::Senseless {
        key: "log.filter",
        reason: error.to_string(),
    })?;
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would report a line that standard error did not take on standard error, and panic.
        .log_internal_errors(false)
        .with_target(false);
    let for_people = match log.format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    // A second start in one process (tests) keeps the first one's subscriber.
    let _ = if for_people {
        builder
            .with_ansi(std::io::stderr().is_terminal())
            .try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    log_panics();
    Ok(())
}

/// What a panic says, where that is a part of the program. What a panic formats may hold a text or an address, and
/// Rust's own panics about strings quote them.
#[must_use]
pub fn of_panic(payload: &(dyn Any + Send)) -> &'static str {
    let said = payload.downcast_ref::<&'static str>();
    said.copied().unwrap_or("a defect")
}

/// Panics are log lines too: where, and what [`of_panic`] says.
fn log_panics() {
    panic::set_hook(Box::new(|panicked| {
        let what = of_panic(panicked.payload());
        let place = panicked.location().map(ToString::to_string);
        tracing::error!(place, what, "panicked");
    }));
}

/// Comments that one transaction takes.
const BATCHES: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Starts collecting metrics; the handle renders them for Prometheus, and must be asked for
/// [`PrometheusHandle::run_upkeep`] every few seconds: until then each observation of a histogram is
/// kept by itself. `None` when this process collects them already.
#[must_use]
pub fn start_metrics() -> Option<PrometheusHandle> {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &DURATIONS)
        .and_then(|builder| {
            let score = Matcher::Full("hamlet_score".to_owned());
            builder.set_buckets_for_metric(score, &SCORES)
        })
        .and_then(|builder| {
            let batch = Matcher::Full("hamlet_intake_batch_size".to_owned());
            builder.set_buckets_for_metric(batch, &BATCHES)
        });
    let handle = builder.ok()?.install_recorder().ok()?;
    describe();
    Some(handle)
}

fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!(
        "hamlet_http_requests_total",
        "Requests by method, route and status"
    );
    describe_histogram!(
        "hamlet_http_request_seconds",
        Unit::Seconds,
        "Time to answer by route"
    );
    describe_counter!("hamlet_verdicts_total", "Comments judged, by verdict");
    describe_counter!("hamlet_findings_total", "Checks that fired, by check");
    describe_histogram!("hamlet_score", "Probability of spam of comments judged");
    describe_histogram!(
        "hamlet_intake_batch_size",
        "Comments that shared one transaction"
    );
    describe_counter!(
        "hamlet_job_failures_total",
        "Runs of background jobs that failed, by job"
    );
    describe_counter!(
        "hamlet_damaged_rows_total",
        "Times that a row was left out because it cannot be read, by table"
    );
    describe_gauge!(
        "hamlet_job_last_success_timestamp_seconds",
        Unit::Seconds,
        "When each background job last ended well, in seconds since 1970"
    );
    describe_counter!("hamlet_decisions_total", "Decisions by people, by decision");
    describe_gauge!("hamlet_queue_depth", "Comments that wait for a person");
    describe_gauge!(
        "hamlet_model_info",
        "1 for the version of each site's trained model in use; without a site: of all others"
    );
    describe_gauge!("hamlet_outbox_pending", "Mails that wait to be sent");
    describe_gauge!(
        "hamlet_outbox_oldest_seconds",
        "Age of the oldest mail that waits"
    );
    describe_counter!(
        "hamlet_mail_sent_total",
        "Attempts to send a mail, by outcome"
    );
    describe_counter!(
        "hamlet_webhooks_total",
        "Attempts to tell a webhook, by outcome"
    );
    describe_counter!(
        "hamlet_reports_total",
        "What programs reported about what they were told, by label"
    );
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, panic_any};

    use super::of_panic;

    #[test]
    fn what_a_panic_formats_is_not_repeated() {
        let text = "horatio@elsinore.example ☠";
        let sliced = catch_unwind(|| text[..text.len() - 1].len()).expect_err("within a character");
        assert_eq!(of_panic(&*sliced), "a defect");
        let own = catch_unwind(|| panic_any("ours")).expect_err("a panic");
        assert_eq!(of_panic(&*own), "ours");
    }
}
