//! Webhooks: what happened, sent to programs that asked for it, as [Standard
//! Webhooks](https://www.standardwebhooks.com) says: signed, with a time and an id that stays the
//! same at each try. At least once, in no promised order, given up visibly after days. Callbacks of
//! Akismet's protocol go the same way, in the words of that protocol.
//!
//! What is said is put together when it is sent, so that a comment that is erased meanwhile is not
//! reported. No address is ever in it.

mod address;
pub mod callback;
mod client;
pub mod registration;
mod signature;

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub use address::Refused;
pub use client::{AuthorityError, CallError, HookClient, tls as trusting};
pub use signature::secret_of;

use super::{
    runner::{self, Carried, Courier, later},
    traffic::Lanes,
};
use crate::{
    bayes::Label,
    domain::{comment::CommentId, moderator::Scope, timestamp::Timestamp, webhook::Event},
    ground::Ground,
    notify::Notify,
    storage::{
        Result,
        callbacks::CALLBACK,
        deliveries::Delivery,
        queues::{Claim, End, Lease},
    },
};

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

/// Delivers everything that is due now, and what becomes due meanwhile; how much of it was taken.
///
/// # Errors
/// [`crate::storage::StoreError`]; what was claimed by then comes up again when its lease ends.
pub async fn tick(notify: &Notify) -> Result<usize> {
    tick_until(notify, &CancellationToken::new()).await
}

/// Like [`tick`]; once `stop` is cancelled nothing more sets out.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn tick_until(notify: &Notify, stop: &CancellationToken) -> Result<usize> {
    runner::run(&Deliveries(notify), stop).await
}

struct Deliveries<'a>(&'a Notify);

impl Deliveries<'_> {
    /// What a try that failed comes to.
    fn fate(&self, one: &Delivery, error: &CallError) -> End {
        let says = error.to_string();
        if error.is_final() {
            return End::Dead { error: says };
        }
        later(self, one, says)
    }
}

impl Courier for Deliveries<'_> {
    type Item = Delivery;
    type Tally = usize;

    const SLOTS: u32 = 32;

    fn ground(&self) -> &Ground {
        &self.0.ground
    }

    fn lanes(&self) -> &Lanes {
        &self.0.traffic.deliveries
    }

    fn deadline(&self) -> Duration {
        TIMEOUT
    }

    fn patience(&self) -> Duration {
        let hours = self.0.ground.settings.webhooks.give_up_hours;
        Duration::from_secs(hours.saturating_mul(3600))
    }

    async fn prepare(&self) -> Result<()> {
        Ok(())
    }

    async fn due(&self, except: Vec<String>) -> Result<Vec<String>> {
        self.0
            .ground
            .store
            .due_deliveries(&except, self.0.ground.now())
            .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Delivery>> {
        self.0.ground.store.claim_deliveries(claim).await
    }

    fn lease<'a>(&self, one: &'a Delivery) -> &'a Lease {
        &one.lease
    }

    async fn give_up(&self, lost: Vec<String>, queued_before: Timestamp) -> Result<u64> {
        let (store, now) = (&self.0.ground.store, self.0.ground.now());
        store.give_up_deliveries(&lost, queued_before, now).await
    }

    async fn carry(&self, one: &Delivery) -> Result<Carried> {
        let message = if one.webhook == CALLBACK {
            callback::message(&self.0.ground, one).await
        } else {
            message(self.0, one).await.map(Ok)
        };
        let message = match message {
            Ok(Ok(Some(message))) => message,
            Ok(Ok(None)) => return Ok(End::Settled.into()),
            Ok(Err(error)) => return Ok(self.fate(one, &error.into()).into()),
            // Another try would read the same damaged row.
            Err(error) if error.is_damage() => {
                let error = error.to_string();
                return Ok(End::Dead { error }.into());
            }
            Err(error) => return Err(error),
        };
        let Message {
            url,
            headers,
            body,
            tells,
        } = message;
        let sent = self.0.hooks.post(&url, headers, body, TIMEOUT).await;
        if let (Ok(()), Some((id, label))) = (&sent, tells) {
            self.0.ground.store.note_told(&one.site, id, label).await?;
        }
        let silent = sent.as_ref().is_err_and(CallError::is_silence);
        let end = match sent {
            Ok(()) => End::Done,
            Err(error) => self.fate(one, &error),
        };
        Ok(Carried {
            silent,
            ..Carried::from(end)
        })
    }

    async fn finish(&self, one: &Delivery, carried: Carried) -> Result<usize> {
        let Some(end) = carried.end else {
            return Ok(0);
        };
        let outcome = match &end {
            End::Done => "delivered",
            End::Settled => "settled",
            End::Retry { .. } => "deferred",
            End::Dead { .. } => "dead",
        };
        if let End::Retry { error, .. } | End::Dead { error } = &end {
            let (id, webhook, attempts) = (&one.id, &one.webhook, one.lease.attempts);
            tracing::warn!(
                id,
                webhook,
                attempts,
                error,
                "a webhook did not take a delivery"
            );
        }
        if end != End::Settled {
            metrics::counter!("hamlet_webhooks_total", "outcome" => outcome).increment(1);
        }
        let taken = usize::from(end == End::Done);
        self.0
            .ground
            .store
            .finish_delivery(one, end, self.0.ground.now())
            .await?;
        Ok(taken)
    }
}

/// What is sent to a webhook; `None` when what it is about is gone.
async fn message(notify: &Notify, one: &Delivery) -> Result<Option<Message>> {
    let Some(body) = body(notify, one).await? else {
        return Ok(None);
    };
    let body = body.to_string();
    Ok(Some(Message {
        url: one.url.clone(),
        headers: signature::headers(&notify.ground, one, &body),
        body,
        tells: None,
    }))
}

/// What is said; `None` when what it is about is gone.
async fn body(notify: &Notify, one: &Delivery) -> Result<Option<Value>> {
    let data = match one.event {
        Event::CommentReceived | Event::CommentDecided | Event::CommentEdited => {
            let id = one.about["comment"].as_str().and_then(CommentId::parse);
            let scope = Scope::of(&one.site);
            let found = match id {
                Some(id) => notify.ground.store.comment(&scope, id).await?,
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
    let body = json!({ "type": one.event, "timestamp": one.lease.queued_at, "data": data });
    Ok(Some(body))
}
