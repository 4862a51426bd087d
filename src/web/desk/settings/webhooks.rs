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
pub(super) fn events(words: &'static Words) -> Vec<(&'static str, Said<'static>)> {
    let events = Event::ALL.iter().map(|event| {
        let label = match event {
            Event::CommentReceived => "event-comment-received",
            Event::CommentDecided => "event-comment-decided",
            Event::CommentEdited => "event-comment-edited",
            Event::ModelActivated => "event-model-activated",
        };
        (event.as_str(), words.say(label))
    });
    events.collect()
}

pub(super) async fn add(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    let events = fields.all("event").filter_map(Event::parse).collect();
    match registration::add(app, site.slug.clone(), fields.get("url"), events).await {
        Ok(webhook) => {
            let said = words.say("programs-webhook-made");
            Ok(Done::secret("webhooks", &said, secret_of(app, &webhook.id)))
        }
        Err(AddError::Invalid(errors)) => Ok(Done::wrong("webhooks", errors)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    registration::remove(app, &site.slug, fields.get("id").to_owned()).await?;
    Ok(Done::said(
        "webhooks",
        &words.say("programs-webhook-removed"),
    ))
}

pub(super) fn row(app: &App, words: &Words, state: WebhookState) -> WebhookRow {
    let webhook = state.webhook;
    let delivered = webhook.delivered_at.map(|at| age(words, at, app.now()));
    WebhookRow {
        id: webhook.id,
        site: webhook.site.into(),
        url: webhook.url,
        events: webhook.events.into_iter().map(Event::as_str).collect(),
        delivered: delivered.unwrap_or_else(|| words.say("programs-nothing-yet").into()),
        queued: state.queued,
        dead: state.dead,
        error: state.last_error,
    }
}
