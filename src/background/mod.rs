//! Work that nobody asks for at the moment it is done: noticing changes made elsewhere, forgetting
//! what has had its time, keeping gauges true. [`jobs`] says what each job does, [`supervisor`] runs
//! them on time and again after they failed, [`pulse`] records how they do. Tests run a job by hand
//! with the functions here.

mod jobs;
pub mod pulse;
pub mod supervisor;

use std::time::Duration;

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use self::{
    jobs::JobError,
    pulse::{Pulse, Pulses},
    supervisor::{Work, run, run_once},
};
use crate::{
    app::App, learn::training, privacy::retention, review::news, storage::StoreError, words::words,
};

/// A job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Job {
    /// Notices sites, block rules and keys that another process changed.
    Directory,
    /// Tells moderators' pages of arrivals.
    News,
    /// Brings models up to date with what people teach, here and at other instances.
    Learning,
    /// Carries training runs out.
    Training,
    /// Counts labelled data that another instance has left half counted.
    Uploads,
    /// Forgets what has had its time.
    Retention,
    /// Folds together what was added to the kept counts.
    Counts,
    /// Reads gauges from the database.
    Gauges,
    /// Works the outbox off.
    Mail,
    /// Tells webhooks what they want to hear.
    Webhooks,
    /// Adds up what was observed, whether or not anyone asks for it.
    Metrics,
    /// Looks whether the database can be written to.
    Probe,
}

words!(Job);

impl Job {
    /// Time from the beginning of one run to that of the next.
    #[must_use]
    pub const fn period(self) -> Duration {
        match self {
            // How soon a change made at another instance is noticed here.
            Self::Learning => Duration::from_millis(500),
            Self::Directory | Self::News | Self::Training | Self::Mail | Self::Webhooks => {
                Duration::from_secs(1)
            }
            Self::Metrics => Duration::from_secs(5),
            Self::Uploads | Self::Counts | Self::Gauges | Self::Probe => Duration::from_secs(10),
            Self::Retention => Duration::from_mins(10),
        }
    }
}

/// Carries the next training run out, if there is one.
pub async fn train(app: &App) {
    told(Job::Training, training::work(app).await.map(|_| ()));
}

/// Brings every site's model up to date with the labels given and the models activated.
pub async fn learn(app: &App) {
    told(Job::Learning, jobs::learning(app).await);
}

/// Notices sites, block rules and keys that another process changed.
pub async fn refresh(app: &App) {
    told(Job::Directory, jobs::directory(app).await);
}

/// Tells moderators' pages of arrivals.
pub async fn announce(app: &App) {
    told(Job::News, news::announce(app).await);
}

/// Goes on with what another instance, or a kill, has left half done.
pub async fn recover(app: &App) {
    told(Job::Uploads, jobs::recover(app).await);
}

/// Forgets what has had its time.
pub async fn forget(app: &App) {
    told(Job::Retention, retention::forget(app).await);
}

/// Keeps the kept counts short, and the log free of what was erased.
pub async fn fold(app: &App) {
    told(Job::Counts, jobs::fold(app).await);
}

fn told(job: Job, ended: Result<(), StoreError>) {
    if let Err(error) = ended {
        tracing::warn!(%error, job = job.as_str(), "it could not be done");
    }
}
