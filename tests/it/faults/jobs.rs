//! Background jobs that panic or fail: each goes on by itself and holds up no other, comments are taken
//! all the while, and readiness and metrics say what happened. Panics are put in place in this build
//! only; a release has no way to.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use hamlet::{
    app::App,
    background::{self, Job, Pulse, Work},
    telemetry,
};
use metrics_exporter_prometheus::PrometheusHandle;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Ledger;
use crate::{on_both_engines, support::app::answer};

/// How long a job may take to go on.
const PATIENCE: Duration = Duration::from_mins(1);

/// The process's metrics, which are collected once.
fn exporter() -> PrometheusHandle {
    static EXPORTER: OnceLock<PrometheusHandle> = OnceLock::new();
    let start = || telemetry::start_metrics().expect("nobody else collects metrics in the tests");
    EXPORTER.get_or_init(start).clone()
}

/// Starts an instance's jobs, as the service does.
fn start(app: &Arc<App>) -> (CancellationToken, JoinHandle<()>) {
    let stop = CancellationToken::new();
    let work = Work {
        app: app.clone(),
        metrics: Some(exporter()),
        stop: stop.clone(),
    };
    (stop, tokio::spawn(background::run(work)))
}

/// Waits until a job's pulse is as wanted.
async fn until(app: &App, job: Job, wanted: impl Fn(&Pulse) -> bool) -> Pulse {
    let began = Instant::now();
    loop {
        let pulse = app.pulses.all().get(&job).copied();
        if let Some(pulse) = pulse.filter(|pulse| wanted(pulse)) {
            return pulse;
        }
        assert!(began.elapsed() < PATIENCE, "{}: {pulse:?}", job.as_str());
        // The job needs the processor as well.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

on_both_engines!(
    a_job_that_panics_goes_on_and_no_comment_is_lost,
    |app: TestApp| async move {
        for &job in Job::ALL {
            app.app.faults.arm("job", job.as_str(), 1);
        }
        let (stop, jobs) = start(&app.app);
        let mut ledger = Ledger::default();
        for &job in Job::ALL {
            assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
            let pulse = until(&app.app, job, |pulse| pulse.successes > 0).await;
            assert_eq!((pulse.failures, pulse.failing), (1, 0), "{}", job.as_str());
        }
        ledger.settle(&app).await;
        let (status, ready) = answer(app.get("/health/ready")).await;
        assert_eq!(status, 200, "{ready}");
        let told = ready["jobs"].as_array().expect("jobs");
        assert_eq!(told.len(), Job::ALL.len());
        assert!(told.iter().all(|job| job["failures"] == 1), "{ready}");
        let metrics = exporter().render();
        for &job in Job::ALL {
            let failures = format!("hamlet_job_failures_total{{job=\"{}\"}}", job.as_str());
            let last = format!(
                "hamlet_job_last_success_timestamp_seconds{{job=\"{}\"}}",
                job.as_str()
            );
            assert!(metrics.contains(&failures), "{metrics}");
            assert!(metrics.contains(&last), "{metrics}");
        }
        stop.cancel();
        jobs.await.expect("jobs end well");
        app.stop().await;
    }
);

on_both_engines!(
    a_job_that_panics_for_ever_holds_up_no_other,
    |app: TestApp| async move {
        for &broken in Job::ALL {
            app.app.faults.arm("job", broken.as_str(), usize::MAX);
            let (stop, jobs) = start(&app.app);
            let before = app.app.pulses.all();
            let seen = |job: Job| before.get(&job).map_or(0, |pulse| pulse.successes);
            until(&app.app, broken, |pulse| pulse.failing > 0).await;
            for job in Job::ALL.iter().copied().filter(|job| *job != broken) {
                until(&app.app, job, |pulse| pulse.successes > seen(job)).await;
            }
            let (status, ready) = answer(app.get("/health/ready")).await;
            assert_eq!(status, 200, "{}: {ready}", broken.as_str());
            let failing = |job: &&Value| job["failing"] == true;
            let told = ready["jobs"].as_array().expect("jobs").iter();
            let told: Vec<_> = told.filter(failing).map(|job| &job["job"]).collect();
            assert_eq!(told, [broken.as_str()]);
            app.app.faults.arm("job", broken.as_str(), 0);
            stop.cancel();
            jobs.await.expect("jobs end well");
        }
        app.stop().await;
    }
);

on_both_engines!(
    jobs_that_fail_while_the_database_is_closed_are_counted_and_end_when_told,
    |app: TestApp| async move {
        let (stop, jobs) = start(&app.app);
        until(&app.app, Job::Retention, |pulse| pulse.successes > 0).await;
        app.app.store.close().await;
        for job in [Job::Directory, Job::Mail, Job::Webhooks, Job::Probe] {
            until(&app.app, job, |pulse| pulse.failing > 0).await;
        }
        let (status, ready) = answer(app.get("/health/ready")).await;
        assert_eq!(status, 503);
        assert_eq!(ready["writable"], false, "{ready}");
        stop.cancel();
        jobs.await.expect("jobs end well");
    }
);
