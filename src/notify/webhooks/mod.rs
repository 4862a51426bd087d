//! Webhooks: what happened, told to programs that want to hear of it, as [Standard
//! Webhooks](https://www.standardwebhooks.com) says: signed, with a time and an id that stays the
//! same at each try. At least once, in no promised order, given up visibly after days. Callbacks of
//! Akismet's protocol go the same way, in the words of that protocol.
//!
//! What is said is put together when it is sent, so that a comment that is erased meanwhile is not
//! told of. No address is ever in it.

mod address;
pub mod callback;
mod client;
pub mod registration;
mod signature;

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

pub use address::Refused;
pub use client::CallError;
pub use signature::secret_of;

use super::schedule;
use crate::{
    app::App,
    bayes::Label,
    domain::{comment::CommentId, timestamp::Timestamp, webhook::Event},
    storage::{
        Result,
        callbacks::CALLBACK,
        deliveries::{Delivery, Fate},
    },
};

/// Deliveries on their way at once.
const CONCURRENCY: u32 = 8;

/// Time that a program has to take a delivery.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A delivery as it goes out.
struct Message {
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// What a program knows about a comment once it took this.
    tells: Option<(CommentId, Label)>,
}

/// Delivers everything that is due now; how much of it was taken.
///
/// # Errors
/// [`crate::storage::StoreError`]; what was claimed by then comes up again when its lease ends.
pub async fn tick(app: &App) -> Result<usize> {
    let mut delivered = 0;
    if app.store.due_deliveries(app.now()).await? == 0 {
        return Ok(delivered);
    }
    loop {
        let now = app.now();
        let lease = now.plus(TIMEOUT.saturating_mul(4));
        let claimed = app.store.claim_deliveries(CONCURRENCY, now, lease).await?;
        let outcomes = join_all(claimed.iter().map(|one| deliver(app, one))).await;
        for outcome in outcomes {
            delivered += usize::from(outcome?);
        }
        if claimed.len() < CONCURRENCY as usize {
            return Ok(delivered);
        }
    }
}

/// Delivers one and records how that ended; whether it was taken.
async fn deliver(app: &App, one: &Delivery) -> Result<bool> {
    let message = if one.webhook == CALLBACK {
        callback::message(app, one).await
    } else {
        message(app, one).await.map(Ok)
    };
    let message = match message {
        // Another try would read the same damaged row.
        Err(error) if error.is_damage() => {
            let (fate, now) = (Fate::Dead(error.to_string()), app.now());
            metrics::counter!("hamlet_webhooks_total", "outcome" => "dead").increment(1);
            app.store.finish_delivery(one, fate, now).await?;
            return Ok(false);
        }
        message => message?,
    };
    let message = match message {
        Ok(Some(message)) => message,
        Ok(None) => {
            let now = app.now();
            app.store.finish_delivery(one, Fate::Settled, now).await?;
            return Ok(false);
        }
        Err(error) => return finish(app, one, Err(error.into()), None).await,
    };
    let Message {
        url,
        headers,
        body,
        tells,
    } = message;
    let networks = &app.settings.webhooks.allow_networks;
    let sent = client::post(&url, headers, body, networks, TIMEOUT).await;
    finish(app, one, sent, tells).await
}

/// Records how a delivery ended; whether it was taken.
async fn finish(
    app: &App,
    one: &Delivery,
    sent: std::result::Result<(), CallError>,
    tells: Option<(CommentId, Label)>,
) -> Result<bool> {
    let now = app.now();
    let (fate, word) = match sent {
        Ok(()) => (Fate::Delivered, "delivered"),
        Err(error) => later(app, one, &error, now),
    };
    if let Fate::Retry(_, error) | Fate::Dead(error) = &fate {
        let (id, webhook, attempts) = (&one.id, &one.webhook, one.attempts);
        tracing::warn!(
            id,
            webhook,
            attempts,
            error,
            "a webhook did not take a delivery"
        );
    }
    metrics::counter!("hamlet_webhooks_total", "outcome" => word).increment(1);
    let taken = fate == Fate::Delivered;
    if let Some((id, label)) = tells.filter(|_| taken) {
        app.store.note_told(&one.site, id, label).await?;
    }
    app.store.finish_delivery(one, fate, now).await?;
    Ok(taken)
}

/// Another try, or none if it was tried for too long or will never work.
fn later(app: &App, one: &Delivery, error: &CallError, now: Timestamp) -> (Fate, &'static str) {
    let hours = app.settings.webhooks.give_up_hours;
    let patience = Duration::from_secs(hours.saturating_mul(3600));
    let message = error.to_string();
    if now.since(one.queued_at) >= patience || error.is_final() {
        return (Fate::Dead(message), "dead");
    }
    let at = now.plus(schedule::wait(one.attempts, rand::random()));
    (Fate::Retry(at, message), "deferred")
}

/// What a webhook is told; `None` when what it is about is gone.
async fn message(app: &App, one: &Delivery) -> Result<Option<Message>> {
    let Some(body) = body(app, one).await? else {
        return Ok(None);
    };
    let body = body.to_string();
    Ok(Some(Message {
        url: one.url.clone(),
        headers: signature::headers(app, one, &body),
        body,
        tells: None,
    }))
}

/// What is said; `None` when what it is about is gone.
async fn body(app: &App, one: &Delivery) -> Result<Option<Value>> {
    let data = match one.event {
        Event::CommentReceived | Event::CommentDecided => {
            let id = one.about["comment"].as_str().and_then(CommentId::parse);
            let sites = [one.site.clone()];
            let found = match id {
                Some(id) => app.store.comment(&sites, id).await?,
                None => None,
            };
            let Some(comment) = found else {
                return Ok(None);
            };
            let mut data = json!({
                "id": comment.id, "site": comment.site, "page": comment.page,
                "parent": comment.parent, "name": comment.name, "website": comment.website,
                "text": comment.text, "status": comment.status, "verdict": comment.verdict,
                "score": comment.score, "version": comment.version,
                "created_at": comment.created_at,
            });
            for word in ["decision", "from", "to"] {
                if !one.about[word].is_null() {
                    data[word] = one.about[word].clone();
                }
            }
            data
        }
        Event::ModelActivated => json!({ "site": one.site, "model": one.about["model"] }),
    };
    let body = json!({ "type": one.event, "timestamp": one.queued_at, "data": data });
    Ok(Some(body))
}
