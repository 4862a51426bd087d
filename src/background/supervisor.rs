//! Runs jobs: each in a task of its own, on its period, and again after it failed. A panic ends the
//! run and not the job; the others never notice.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::TaskTracker;

use super::{
    Job,
    jobs::{self, JobError, Work},
};
use crate::{app::App, learn::training, telemetry::of_panic};

/// The first pause after a failure, which doubles with each that follows.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause of a job that runs every few seconds: so long may pass until it is noticed that
/// the database is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Runs every job until the service stops; done when all of them have ended.
pub async fn run(work: Work) {
    let tasks = TaskTracker::new();
    let metered = work.metrics.is_some();
    for &job in Job::ALL {
        if job != Job::Metrics || metered {
            tasks.spawn(supervise(job, work.clone()));
        }
    }
    tasks.close();
    tasks.wait().await;
}

/// Runs one job on time, for as long as the service lives.
async fn supervise(job: Job, work: Work) {
    work.app.pulses.started(job, work.app.now());
    let mut due = Instant::now();
    loop {
        tokio::select! {
            // Looked at first: after a job that took long it is due as well.
            biased;
            () = work.stop.cancelled() => break,
            () = sleep_until(due) => {}
            () = woken(job, &work.app) => {}
        }
        let begun = Instant::now();
        let failing = run_once(job, &work).await;
        due = match failing {
            0 => (begun + job.period()).max(Instant::now()),
            _ => Instant::now() + pause(job.period(), failing),
        };
    }
    if job == Job::Training
        && let Err(error) = training::hand_back(&work.app).await
    {
        tracing::warn!(%error, "a training run rests until its lease has ended");
    }
}

/// One run, caught and recorded; how often the job has failed since it last ended well.
pub async fn run_once(job: Job, work: &Work) -> u32 {
    let run = async {
        work.app.faults.strike("job", job.as_str());
        jobs::run(job, work).await
    };
    let ended = AssertUnwindSafe(run).catch_unwind().await;
    let ended = ended.unwrap_or_else(|panic| Err(JobError::Panicked(of_panic(&*panic))));
    match ended {
        Ok(()) => {
            work.app.pulses.succeeded(job, work.app.now());
            0
        }
        Err(error) => work.app.pulses.failed(job, &error.to_string()),
    }
}

/// Learning begins at once when someone taught something here; the other jobs wait for their time.
async fn woken(job: Job, app: &App) {
    match job {
        Job::Learning => app.learning.woken().await,
        _ => std::future::pending().await,
    }
}

/// How long a job rests after so many failures in a row: twice as long each time, and never longer
/// than [`LONGEST_PAUSE`] or a tenth of its period.
fn pause(period: Duration, failures: u32) -> Duration {
    let doubled = 1_u32 << failures.saturating_sub(1).min(16);
    let longest = LONGEST_PAUSE.max(period / 10);
    (period.min(PAUSE) * doubled).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let seconds = |period, failures| pause(Duration::from_secs(period), failures).as_secs();
        let grown: Vec<u64> = (1..=6).map(|failures| seconds(1, failures)).collect();
        assert_eq!(grown, [1, 2, 4, 8, 10, 10]);
        assert_eq!(seconds(600, 1), 1);
        assert_eq!(seconds(600, u32::MAX), 60);
    }
}
