//! Whether the process lives, and whether it can do its work.

use tokio::time::timeout;

use crate::{directory::DEFAULT_SITE, readiness::PATIENCE, web::prelude::*};

/// What readiness depends on, and what operators want to see beside.
#[derive(Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the answer"
)]
pub struct Readiness {
    /// Whether all of it is well: the database answers, can be written to, and the writer lives.
    ready: bool,
    /// Whether the database answers.
    database: bool,
    /// Whether the database can be written to: false while someone else holds its lock, its disk is
    /// full or read-only, or its file was moved or deleted.
    writable: bool,
    /// Whether the writer of what comes in lives.
    writer: bool,
    /// How often judging or writing a comment has panicked since the start.
    writer_panics: u64,
    /// The version of the model that judges the default site's comments.
    model: String,
    /// Time since the oldest mail that waits was queued, in seconds.
    outbox_seconds: u64,
    /// The background jobs of this instance. A late one is reported and does not take the service out.
    jobs: Vec<JobHealth>,
}

/// How a background job does.
#[derive(Debug, Serialize, ToSchema)]
struct JobHealth {
    /// Its name, as in the metrics.
    job: &'static str,
    /// Time since it last ended well (or, until it has, since the start), in seconds.
    age_seconds: u64,
    /// Runs that failed since the start, by a panic or an error.
    failures: u64,
    /// Whether its last run failed.
    failing: bool,
}

fn jobs(app: &App) -> Vec<JobHealth> {
    let pulses = app.pulses.all().into_iter();
    pulses
        .map(|(job, pulse)| JobHealth {
            job: job.as_str(),
            age_seconds: pulse.age().as_secs(),
            failures: pulse.failures,
            failing: pulse.failing > 0,
        })
        .collect()
}

/// The version of the model that judges the default site's comments.
async fn live_version(app: &App) -> String {
    let shipped = app.learning.shipped();
    let Some(site) = app.directory.site(DEFAULT_SITE) else {
        return shipped.base_version.clone();
    };
    let judging = timeout(PATIENCE, app.learning.model(&site.slug)).await;
    let judging = judging.ok().and_then(Result::ok);
    let judging = judging.as_ref().unwrap_or(shipped);
    judging.model.version().to_owned()
}

/// The process answers.
#[utoipa::path(responses((status = 204)))]
#[get("/health/live")]
async fn live() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// The service can do its work: the database answers and can be written to, and the writer lives. A
/// late outbox or job is reported but does not take the service out: comments still come in. The answer
/// comes within about two seconds, also when the database does not answer.
#[utoipa::path(responses(
    (status = 200, body = Readiness),
    (status = 503, description = "Not ready.", body = Readiness),
))]
#[get("/health/ready")]
async fn ready(app: Shared) -> HttpResponse {
    let now = app.now();
    let (answered, pulse, writable, model) = tokio::join!(
        timeout(PATIENCE, app.store.ping()),
        timeout(PATIENCE, app.store.outbox_pulse(now)),
        app.readiness.can_write(&app.store),
        live_version(&app),
    );
    let database = matches!(answered, Ok(Ok(())));
    let writer = app.intake.writer.is_alive();
    let pulse = pulse.ok().and_then(Result::ok).unwrap_or_default();
    let readiness = Readiness {
        ready: database && writable && writer,
        database,
        writable,
        writer,
        writer_panics: app.intake.writer.panics(),
        model,
        outbox_seconds: pulse.age(now).as_secs(),
        jobs: jobs(&app),
    };
    if readiness.ready {
        HttpResponse::Ok().json(readiness)
    } else {
        HttpResponse::ServiceUnavailable().json(readiness)
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(live).service(ready);
}
