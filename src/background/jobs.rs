//! What each job does in one run, and how that may fail.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use super::Job;
use crate::{
    app::App,
    intake::campaigns,
    learn::{training, upload},
    news, notify,
    privacy::{retention, rotation},
    review::{batches, tally},
    sites::{pages, removal},
    storage::{StoreError, search::LEAST},
};

/// Time that mails and deliveries on their way have once the service is asked to stop; what is cut off
/// then is sent again after the next start.
const GRACE: Duration = Duration::from_secs(10);

/// How long the search index is filled in each second while comments come in, and while none do.
const BUSY_SHARE: Duration = Duration::from_millis(50);
const QUIET_SHARE: Duration = Duration::from_secs(5);

/// What every job works with.
#[derive(Clone)]
pub struct Work {
    /// The application.
    pub app: Arc<App>,
    /// The metrics' exporter, where metrics are collected.
    pub metrics: Option<PrometheusHandle>,
    /// Cancelled when the service stops.
    pub stop: CancellationToken,
}

/// Why a run of a job did not end well.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// A defect of ours.
    #[error("it panicked: {0}")]
    Panicked(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs a job once.
///
/// # Errors
/// [`JobError`].
pub async fn run(job: Job, work: &Work) -> Result<(), JobError> {
    let app = &work.app;
    match job {
        Job::Directory => Ok(directory(app).await?),
        Job::News => Ok(news::announce(&app.news).await?),
        Job::Learning => Ok(learning(app).await?),
        Job::Training => training(work).await,
        Job::Uploads => Ok(recover(app).await?),
        Job::Retention => Ok(retention::forget(app).await?),
        Job::Counts => Ok(fold(app).await?),
        Job::TakingBack => Ok(batches::go_on(&app.review).await?),
        Job::Pages => Ok(pages::spell(app).await?),
        Job::Gauges => Ok(gauges(app).await?),
        Job::Mail => hand_over(job, notify::tick_until(&app.notify, &work.stop), work).await,
        Job::Webhooks => {
            hand_over(
                job,
                notify::webhooks::tick_until(&app.notify, &work.stop),
                work,
            )
            .await
        }
        Job::Metrics => {
            if let Some(exporter) = &work.metrics {
                exporter.run_upkeep();
            }
            Ok(())
        }
        Job::Probe => Ok(app.readiness.write(&app.store).await?),
        Job::Search => Ok(search(work).await?),
        Job::Campaigns => Ok(campaigns::follow(&app.intake).await?),
    }
}

/// Notices sites, block rules and keys that another process changed.
pub(super) async fn directory(app: &App) -> Result<(), StoreError> {
    rotation::follow(&app.privacy).await;
    app.directory.refresh(&app.store, app.now()).await
}

/// Brings every site's model up to date with the labels given and the models activated. A site that
/// cannot be followed is counted as a failure; the job goes on for the others.
pub(super) async fn learning(app: &App) -> Result<(), StoreError> {
    let left_behind = app.learning.follow().await?;
    let failures = u64::try_from(left_behind).unwrap_or(u64::MAX);
    if failures > 0 {
        metrics::counter!("hamlet_job_failures_total", "job" => Job::Learning.as_str())
            .increment(failures);
    }
    Ok(())
}

/// Carries the next training run out, if there is one. What is cut off by a stop goes on at another
/// instance, or after the next start.
async fn training(work: &Work) -> Result<(), JobError> {
    tokio::select! {
        done = training::work(&work.app.learning) => Ok(done.map(|_| ())?),
        () = work.stop.cancelled() => Ok(()),
    }
}

/// Does work that waits for other servers. However slow they are, it holds up nothing else; once the
/// service is asked to stop it has [`GRACE`] left.
async fn hand_over<T>(
    job: Job,
    handing: impl Future<Output = Result<T, StoreError>>,
    work: &Work,
) -> Result<(), JobError> {
    let cut_off = async {
        work.stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = handing => {
            done?;
        }
        () = cut_off => {
            tracing::warn!(job = job.as_str(), "stopped while some was on its way");
        }
    }
    Ok(())
}

/// Goes on with what another instance, or a kill, has left half done: labelled data that is complete, and
/// sites that are being removed.
pub(super) async fn recover(app: &App) -> Result<(), StoreError> {
    upload::recover(&app.learning).await?;
    removal::recover(&app.sites).await
}

/// Takes comments into the search index. While comments come in it takes a small share of the time that there is;
/// once it is quiet it goes on until all are there, with a pause after each [`QUIET_SHARE`] for the pulse.
async fn search(work: &Work) -> Result<(), StoreError> {
    let store = &work.app.store;
    let begun = Instant::now();
    let mut newest = store.newest_waiting().await?;
    while !work.stop.is_cancelled() && store.fill_search(LEAST).await? {
        let before = std::mem::replace(&mut newest, store.newest_waiting().await?);
        let is_quiet = newest == before || newest == 0;
        let share = if is_quiet { QUIET_SHARE } else { BUSY_SHARE };
        if begun.elapsed() >= share {
            break;
        }
    }
    Ok(())
}

/// Takes all that waits into the search index, however few they are.
pub(super) async fn index(app: &App) -> Result<(), StoreError> {
    while app.store.fill_search(1).await? {}
    Ok(())
}

/// Keeps the kept counts short and the sums of the statistics up to date, and the log free of what was erased.
pub(super) async fn fold(app: &App) -> Result<(), StoreError> {
    tally::follow(app).await?;
    app.store.fold_counts().await?;
    app.store.fold_log_again().await;
    Ok(())
}

/// Keeps gauges true.
async fn gauges(app: &App) -> Result<(), StoreError> {
    let depth = app.store.queue_depth().await?;
    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    metrics::gauge!("hamlet_queue_depth").set(depth as f64);
    Ok(())
}
