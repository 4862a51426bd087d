//! How the background jobs do: when each last ended well, how often it failed, whether it fails now.
//! Readiness reports it, metrics export it, and the log has a line when it changes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use metrics::{counter, gauge};

use super::Job;
use crate::domain::timestamp::Timestamp;

/// How one job does.
#[derive(Debug, Clone, Copy)]
pub struct Pulse {
    /// When it last ended well; until it has, when it was started.
    pub last_good: Instant,
    /// Runs that ended well since the start.
    pub successes: u64,
    /// Runs that failed since the start, by a panic or an error.
    pub failures: u64,
    /// Runs that failed since the last one that ended well.
    pub failing: u32,
}

impl Pulse {
    /// Time since it last ended well.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.last_good.elapsed()
    }
}

/// How all jobs of this instance do.
#[derive(Debug, Default)]
pub struct Pulses {
    jobs: Mutex<BTreeMap<Job, Pulse>>,
}

impl Pulses {
    /// Every job that was started, and how it does.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Job, Pulse> {
        self.lock().clone()
    }

    /// A job begins its life.
    pub fn started(&self, job: Job, now: Timestamp) {
        self.change(job, |pulse| pulse.last_good = Instant::now());
        stamp(job, now);
    }

    /// A run ended well.
    pub fn succeeded(&self, job: Job, now: Timestamp) {
        let failed = self.change(job, |pulse| {
            pulse.last_good = Instant::now();
            pulse.successes = pulse.successes.saturating_add(1);
            std::mem::take(&mut pulse.failing)
        });
        stamp(job, now);
        if failed > 0 {
            tracing::info!(job = job.as_str(), failed, "a background job works again");
        }
    }

    /// A run failed; how many have since the last one that ended well. Only the first of those is
    /// logged: a database that is away for an hour would fill the disk with them.
    pub fn failed(&self, job: Job, reason: &str) -> u32 {
        let failing = self.change(job, |pulse| {
            pulse.failures = pulse.failures.saturating_add(1);
            pulse.failing = pulse.failing.saturating_add(1);
            pulse.failing
        });
        counter!("hamlet_job_failures_total", "job" => job.as_str()).increment(1);
        if failing == 1 {
            tracing::error!(
                job = job.as_str(),
                reason,
                "a background job fails; it is tried again"
            );
        }
        failing
    }

    fn change<T>(&self, job: Job, change: impl FnOnce(&mut Pulse) -> T) -> T {
        let mut jobs = self.lock();
        change(jobs.entry(job).or_insert_with(|| Pulse {
            last_good: Instant::now(),
            successes: 0,
            failures: 0,
            failing: 0,
        }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Job, Pulse>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time rather than an age: it grows old by itself, even when nothing here runs any more.
#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge; milliseconds of a time stay exact"
)]
fn stamp(job: Job, now: Timestamp) {
    let seconds = now.millis() as f64 / 1000.0;
    gauge!("hamlet_job_last_success_timestamp_seconds", "job" => job.as_str()).set(seconds);
}
