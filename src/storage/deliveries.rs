//! What waits to be sent to webhooks (and, as `callbacks` says, to programs): each row written in the
//! transaction that caused it. How it is claimed and ends is in `queues`.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::{
    domain::{site::SiteSlug, timestamp::Timestamp, webhook::Event},
    storage::{
        Result, Store,
        queues::{self, Claim, End, Lease, Table},
        sql::{Conn, get, rows, to_json, values},
    },
};

/// How long a delivery that worked or was settled is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

pub(super) const TABLE: Table = Table {
    name: "deliveries",
    key: &["site", "webhook", "id"],
    columns: "event, about, (SELECT w.url FROM webhooks w WHERE w.site = deliveries.site \
                  AND w.id = deliveries.webhook) AS url",
    claimable: "1 = 1",
    done: "delivered",
    settled: "settled",
    looked_up: false,
    freed: "",
    remembered: REMEMBERED,
    dead_remembered: Duration::from_hours(30 * 24),
};

/// Something to be sent to a webhook or a program.
#[derive(Debug, Clone, Serialize)]
pub(super) struct News {
    id: String,
    site: String,
    event: &'static str,
    about: String,
}

impl News {
    pub(super) fn new(site: &str, event: Event, about: &Value) -> Self {
        Self {
            id: format!("msg_{}", Uuid::now_v7().simple()),
            site: site.to_owned(),
            event: event.as_str(),
            about: about.to_string(),
        }
    }
}

/// A delivery that this process has claimed.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The message's identifier.
    pub id: String,
    /// The site.
    pub site: SiteSlug,
    /// The webhook's identifier.
    pub webhook: String,
    /// Where it goes.
    pub url: String,
    /// What happened.
    pub event: Event,
    /// What it is about, by event.
    pub about: Value,
    /// Where it goes, and which try this is.
    pub lease: Lease,
}

impl Store {
    /// Where deliveries are due, those apart that are not to be looked at.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_deliveries(&self, except: &[String], now: Timestamp) -> Result<Vec<String>> {
        self.due_in(&TABLE, except, now).await
    }

    /// Claims due deliveries.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_deliveries(&self, claim: Claim) -> Result<Vec<Delivery>> {
        self.claim_in(&TABLE, claim, delivery).await
    }

    /// Gives up deliveries that have waited since before `queued_before` for destinations that do not
    /// answer; gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_up_deliveries(
        &self,
        destinations: &[String],
        queued_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        self.give_up_in(&TABLE, destinations, queued_before, now)
            .await
    }

    /// Records how a try ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_delivery(&self, one: &Delivery, end: End, now: Timestamp) -> Result<()> {
        let (lease, site, webhook) = (one.lease.clone(), one.site.to_string(), one.webhook.clone());
        self.write(async |tx| {
            queues::finish(tx, &TABLE, &lease, &end, now).await?;
            if end == End::Done {
                let text = "UPDATE webhooks SET delivered_at = $3 WHERE site = $1 AND id = $2";
                tx.run(text, values![site, webhook, now]).await?;
            }
            Ok(())
        })
        .await
    }
}

pub(super) fn delivery(row: &AnyRow, lease: Lease) -> Result<Delivery> {
    let url: Option<String> = get(row, "url")?;
    Ok(Delivery {
        id: get(row, "id")?,
        site: get(row, "site")?,
        webhook: get(row, "webhook")?,
        url: url.unwrap_or_default(),
        event: get(row, "event")?,
        about: rows::json(row, "about")?,
        lease,
    })
}

/// Queues one piece of news, where no batch is at hand.
pub(super) async fn queue_one(tx: &mut Conn<'_>, news: News, now: Timestamp) -> Result<()> {
    let text = "INSERT INTO deliveries (site, webhook, id, destination, event, about, status, \
                    queued_at, due_at) \
                SELECT w.site, w.id, $2, w.id, $3, $4, 'queued', $5, $5 FROM webhooks w \
                WHERE w.site = $1 AND w.events LIKE '%\"' || $3 || '\"%'";
    tx.run(
        text,
        values![news.site, news.id, news.event, news.about, now],
    )
    .await?;
    Ok(())
}

/// Queues news for every webhook that wants to hear of it.
pub(super) async fn queue(tx: &mut Conn<'_>, news: &[News], now: Timestamp) -> Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    let text = "INSERT INTO deliveries (site, webhook, id, destination, event, about, status, \
                    queued_at, due_at) \
                SELECT w.site, w.id, r.value->>'id', w.id, r.value->>'event', r.value->>'about', 'queued', \
                    $2, $2 \
                FROM {rows:$1} JOIN webhooks w ON w.site = r.value->>'site' \
                WHERE w.events LIKE '%\"' || (r.value->>'event') || '\"%'";
    tx.run(text, values![to_json(news), now]).await?;
    Ok(())
}
