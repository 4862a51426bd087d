//! Webhooks on the settings' page: which there are, and how their deliveries fare.

use crate::{
    domain::webhook::Event,
    notify::webhooks::{
        registration::{self, AddError},
        secret_of,
    },
    storage::webhooks::WebhookState,
    web::desk::prelude::*,
};

/// A webhook as the page shows it.
pub(super) struct WebhookRow {
    pub(super) id: String,
    pub(super) site: String,
    pub(super) url: String,
    pub(super) events: Vec<&'static str>,
    pub(super) delivered: String,
    pub(super) queued: i64,
    pub(super) dead: i64,
    pub(super) error: Option<String>,
}

/// What a webhook can hear of, and what to call that.
pub(super) fn events() -> Vec<(&'static str, &'static str)> {
    let events = Event::ALL.iter().map(|event| {
        let label = match event {
            Event::CommentReceived => "a comment arrived",
            Event::CommentDecided => "a comment was decided about",
            Event::CommentEdited => "a comment's text was changed",
            Event::ModelActivated => "another model judges",
        };
        (event.as_str(), label)
    });
    events.collect()
}

pub(super) async fn add(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    let events = fields.all("event").filter_map(Event::parse).collect();
    match registration::add(app, site.slug.clone(), fields.get("url"), events).await {
        Ok(webhook) => {
            let said = "Deliveries are signed with this secret, as Standard Webhooks says. \
                        It is not shown here again.";
            Ok(Done::secret("webhooks", said, secret_of(app, &webhook.id)))
        }
        Err(AddError::Invalid(errors)) => Ok(Done::wrong("webhooks", errors)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    registration::remove(app, &site.slug, fields.get("id").to_owned()).await?;
    let said = "Removed, and what was still to be told with it.";
    Ok(Done::said("webhooks", said))
}

pub(super) fn row(app: &App, state: WebhookState) -> WebhookRow {
    let webhook = state.webhook;
    let delivered = webhook
        .delivered_at
        .map(|at| age(Words::english(), at, app.now()));
    WebhookRow {
        id: webhook.id,
        site: webhook.site.into(),
        url: webhook.url,
        events: webhook.events.into_iter().map(Event::as_str).collect(),
        delivered: delivered.unwrap_or_else(|| "nothing yet".to_owned()),
        queued: state.queued,
        dead: state.dead,
        error: state.last_error,
    }
}
