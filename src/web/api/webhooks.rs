//! Webhooks of a site, for operators.

use crate::{
    domain::webhook::Event,
    notify::webhooks::{
        registration::{self, AddError},
        secret_of,
    },
    storage::webhooks::WebhookState,
    web::prelude::*,
};

/// A webhook, and how its deliveries fare.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookView {
    /// Identifier.
    id: String,
    /// The site.
    site: SiteSlug,
    /// Where events are sent.
    url: String,
    /// Of what.
    events: Vec<Event>,
    /// What its deliveries are signed with, as Standard Webhooks libraries take it.
    secret: String,
    /// Deliveries that wait.
    queued: i64,
    /// Deliveries that were given up.
    dead: i64,
    /// Why the latest failed, if one did.
    last_error: Option<String>,
    /// When it was added.
    created_at: Timestamp,
    /// When it last took a delivery.
    delivered_at: Option<Timestamp>,
}

/// Every webhook of a site.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookList {
    /// The webhooks, earliest first.
    webhooks: Vec<WebhookView>,
}

/// A new webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// Where events are sent: http or https, in the public internet or a network that the settings allow.
    #[schema(min_length = 1, max_length = 2000)]
    url: String,
    /// Of what: `comment.received`, `comment.decided`, `comment.edited`, `model.activated`.
    #[schema(min_items = 1)]
    events: Vec<Event>,
}

impl From<AddError> for Problem {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Invalid(errors) => Self::invalid(errors),
            AddError::Store(error) => error.into(),
        }
    }
}

fn view(app: &Shared, state: WebhookState) -> WebhookView {
    let webhook = state.webhook;
    WebhookView {
        secret: secret_of(app, &webhook.id),
        id: webhook.id,
        site: webhook.site,
        url: webhook.url,
        events: webhook.events,
        queued: state.queued,
        dead: state.dead,
        last_error: state.last_error,
        created_at: webhook.created_at,
        delivered_at: webhook.delivered_at,
    }
}

/// The webhooks of a site.
#[utoipa::path(responses((status = 200, body = WebhookList)))]
#[get("/api/v1/sites/{site}/webhooks")]
async fn list_webhooks(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let states = app.store.webhooks(Some(&site.slug)).await?.into_iter();
    Ok(private().json(WebhookList {
        webhooks: states.map(|state| view(&app, state)).collect(),
    }))
}

/// Adds a webhook. Deliveries follow Standard Webhooks and are signed with the secret in the answer.
#[utoipa::path(responses((status = 201, body = WebhookView)))]
#[post("/api/v1/sites/{site}/webhooks")]
async fn add_webhook(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
    Json(new): Json<NewWebhook>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let webhook = registration::add(&app, site.slug.clone(), &new.url, new.events).await?;
    let state = WebhookState {
        webhook,
        queued: 0,
        dead: 0,
        last_error: None,
    };
    Ok(private()
        .status(StatusCode::CREATED)
        .json(view(&app, state)))
}

/// Removes a webhook, and what was still to be sent to it.
#[utoipa::path(responses((status = 204)))]
#[delete("/api/v1/sites/{site}/webhooks/{id}")]
async fn remove_webhook(
    app: Shared,
    _operator: Operator,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    let site = site::named(&app, &slug)?;
    if !registration::remove(&app, &site.slug, id).await? {
        return Err(Problem::not_found("webhook"));
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_webhooks)
        .service(add_webhook)
        .service(remove_webhook);
}
