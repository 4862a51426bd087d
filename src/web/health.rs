//! Whether the process lives, and whether it can do its work.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use crate::web::route_table::RouteTable;
use crate::{app::App, sites::DEFAULT_SITE};

/// What readiness depends on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether all of it is well.
    ready: bool,
    /// Whether the database answers.
    database: bool,
    /// The version of the model that judges the default site's comments.
    model: String,
    /// Time since the oldest mail that waits was queued, in seconds.
    outbox_seconds: u64,
}

/// The version of the model that judges the default site's comments.
fn live_version(app: &App) -> String {
    let site = app.directory.site(DEFAULT_SITE);
    let model = site.map(|site| app.live.model(&site.slug));
    model.map_or_else(
        || app.live.shipped().base_version.clone(),
        |judging| judging.model.version().to_owned(),
    )
}

/// The process answers.
#[utoipa::path(tag = "operation", responses((status = 204, description = "It lives.")))]
#[get("/health/live")]
async fn live() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// The service can do its work: the database answers and a model is live. A late outbox is told
/// but does not take the service out: comments still come in.
#[utoipa::path(tag = "operation", responses(
    (status = 200, description = "Ready.", body = Readiness),
    (status = 503, description = "Not ready.", body = Readiness),
))]
#[get("/health/ready")]
async fn ready(app: Shared) -> HttpResponse {
    let database = app.store.ping().await.is_ok();
    let pulse = app.store.outbox_pulse(app.now()).await.unwrap_or_default();
    let readiness = Readiness {
        ready: database,
        database,
        model: live_version(&app),
        outbox_seconds: pulse.age(app.now()).as_secs(),
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
