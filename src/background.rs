//! Work that nobody asks for at the moment it is done: noticing changes made elsewhere, forgetting
//! what has had its time, keeping gauges true. Each job is a function that tests call by hand; the
//! loop here only calls them on time.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    learn::{training, upload},
    notify,
    privacy::{retention, rotation},
    review::news,
    storage::StoreError,
};

/// How soon a change made by another process is noticed.
const REFRESH: Duration = Duration::from_secs(1);

/// How often arrivals are looked for while a moderator's page listens.
const NEWS: Duration = Duration::from_secs(1);

/// How often this instance looks for labels given and models activated at another.
const LEARNING: Duration = Duration::from_millis(500);

/// How often this instance looks whether a training run waits.
const TRAINING: Duration = Duration::from_secs(1);

/// How often this instance looks for labelled data that another has left half counted.
const UPLOADS: Duration = Duration::from_secs(10);

/// How often old things are forgotten.
const RETENTION: Duration = Duration::from_mins(10);

/// How often what was added to the kept counts is folded together.
const COUNTS: Duration = Duration::from_secs(10);

/// How often gauges are read from the database.
const GAUGES: Duration = Duration::from_secs(10);

/// How often the outbox is looked at.
const MAIL: Duration = Duration::from_secs(1);

/// How often it is looked whether webhooks have something to hear.
const WEBHOOKS: Duration = Duration::from_secs(1);

/// Time that mails and deliveries on their way have once the service is told to stop; what is cut off
/// then is sent again after the next start.
const GRACE: Duration = Duration::from_secs(10);

/// Runs every job on time until `stop`.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    tokio::join!(
        every(REFRESH, &stop, || refresh(&app)),
        every(NEWS, &stop, || announce(&app)),
        learning(&app, &stop),
        training(&app, &stop),
        every(UPLOADS, &stop, || recover(&app)),
        every(RETENTION, &stop, || forget(&app)),
        every(COUNTS, &stop, || fold(&app)),
        every(GAUGES, &stop, || gauge(&app)),
        every(MAIL, &stop, || hand_over(
            "mail",
            notify::tick_until(&app, &stop),
            &stop
        )),
        every(WEBHOOKS, &stop, || hand_over(
            "webhooks",
            notify::webhooks::tick_until(&app, &stop),
            &stop
        )),
    );
}

async fn every<F: Future<Output = ()>>(
    period: Duration,
    stop: &CancellationToken,
    job: impl Fn() -> F,
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // Looked at first: after a job that took long a tick is due as well.
            biased;
            () = stop.cancelled() => return,
            _ = ticks.tick() => job().await,
        }
    }
}

/// Follows what people teach: at once when it was here, within [`LEARNING`] when it was elsewhere.
async fn learning(app: &App, stop: &CancellationToken) {
    let mut ticks = interval(LEARNING);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = ticks.tick() => learn(app).await,
            () = app.live.woken() => learn(app).await,
        }
    }
}

/// Carries training runs out. One that is cut off goes on at another instance, or after the next
/// start.
async fn training(app: &App, stop: &CancellationToken) {
    tokio::select! {
        () = every(TRAINING, stop, || train(app)) => {}
        () = stop.cancelled() => {}
    }
    if let Err(error) = training::hand_back(app).await {
        tracing::warn!(%error, "a training run rests until its lease has ended");
    }
}

/// Carries the next training run out, if there is one.
pub async fn train(app: &App) {
    if let Err(error) = training::work(app).await {
        tracing::warn!(%error, "the training run could not be carried out");
    }
}

/// Brings every site's model up to date with the labels given and the models activated.
pub async fn learn(app: &App) {
    if let Err(error) = app.live.follow(&app.store).await {
        tracing::warn!(%error, "what was learnt could not be read");
    }
}

/// Notices sites, block rules and keys that another process changed.
pub async fn refresh(app: &App) {
    rotation::follow(app);
    if let Err(error) = app.directory.refresh(&app.store, app.now()).await {
        tracing::warn!(%error, "the sites could not be read again");
    }
}

/// Tells moderators' pages of arrivals.
pub async fn announce(app: &App) {
    if let Err(error) = news::announce(app).await {
        tracing::warn!(%error, "arrivals could not be looked for");
    }
}

/// Counts labelled data that is complete and was left by an instance that is gone.
pub async fn recover(app: &App) {
    if let Err(error) = upload::recover(app).await {
        tracing::warn!(%error, "labelled data that is complete could not be counted yet");
    }
}

/// Forgets what has had its time.
pub async fn forget(app: &App) {
    if let Err(error) = retention::forget(app).await {
        tracing::warn!(%error, "old data could not be forgotten");
    }
}

/// Keeps the kept counts short.
pub async fn fold(app: &App) {
    if let Err(error) = app.store.fold_counts().await {
        tracing::warn!(%error, "the kept counts could not be folded");
    }
}

/// Does work that waits for other servers. However slow they are, it holds up nothing else; once the
/// service is told to stop it has [`GRACE`] left.
async fn hand_over<T>(
    what: &'static str,
    work: impl Future<Output = Result<T, StoreError>>,
    stop: &CancellationToken,
) {
    let cut_off = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = work => if let Err(error) = done {
            tracing::warn!(%error, what, "what is due could not be handed over");
        },
        () = cut_off => tracing::warn!(what, "stopped while some was on its way"),
    }
}

/// Keeps gauges true.
pub async fn gauge(app: &App) {
    match app.store.queue_depth().await {
        Ok(depth) => {
            #[expect(clippy::cast_precision_loss, reason = "a gauge")]
            metrics::gauge!("hamlet_queue_depth").set(depth as f64);
        }
        Err(error) => tracing::warn!(%error, "the queue could not be counted"),
    }
}
