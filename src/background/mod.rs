//! Work that nobody asks for at the moment it is done: noticing changes made elsewhere, forgetting
//! what has had its time, keeping gauges true. [`jobs`] says what each job does, [`supervisor`] runs
//! them on time and again after they failed, `readiness` records how they do. Tests run a job by hand
//! with the functions here.

mod jobs;
pub mod supervisor;

pub use self::{
    jobs::{JobError, Work},
    supervisor::{run, run_once},
};
pub use crate::readiness::{Job, Pulse, Pulses};
use crate::{
    app::App, intake::campaigns, learn::training, news, privacy::retention, review::batches,
    sites::pages, storage::StoreError,
};

/// Carries the next training run out, if there is one.
pub async fn train(app: &App) {
    report(
        Job::Training,
        training::work(&app.learning).await.map(|_| ()),
    );
}

/// Brings every site's model up to date with the labels given and the models activated.
pub async fn learn(app: &App) {
    report(Job::Learning, jobs::learning(app).await);
}

/// Notices sites, block rules and keys that another process changed.
pub async fn refresh(app: &App) {
    report(Job::Directory, jobs::directory(app).await);
}

/// Announces arrivals on moderators' pages.
pub async fn announce(app: &App) {
    report(Job::News, news::announce(&app.news).await);
}

/// Goes on with what another instance, or a kill, has left half done.
pub async fn recover(app: &App) {
    report(Job::Uploads, jobs::recover(app).await);
}

/// Goes on with batches whose taking back was cut off.
pub async fn take_back(app: &App) {
    report(Job::TakingBack, batches::go_on(&app.review).await);
}

/// Forgets what has had its time.
pub async fn forget(app: &App) {
    report(Job::Retention, retention::forget(app).await);
}

/// Keeps the kept counts short and the sums of the statistics up to date, and the log free of what was erased.
pub async fn fold(app: &App) {
    report(Job::Counts, jobs::fold(app).await);
}

/// Takes all that waits into the search index, however few they are.
pub async fn index(app: &App) {
    report(Job::Search, jobs::index(app).await);
}

/// Moves comments whose page is spelled otherwise by now.
pub async fn spell(app: &App) {
    report(Job::Pages, pages::spell(app).await);
}

/// Takes what is stored into the window over recent comments.
pub async fn follow_campaigns(app: &App) {
    report(Job::Campaigns, campaigns::follow(&app.intake).await);
}

fn report(job: Job, ended: Result<(), StoreError>) {
    if let Err(error) = ended {
        tracing::warn!(%error, job = job.as_str(), "it could not be done");
    }
}
