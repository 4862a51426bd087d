//! What waits to be told to webhooks (and, as `callbacks` says, to programs): each row written in the
//! transaction that caused it, claimed with a lease, tried until it works or is given up.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{Result, Store, StoreError, damage::gather, engine::Engine, rows};
use crate::domain::{site::SiteSlug, timestamp::Timestamp, webhook::Event};

/// How long a delivery that worked or was settled is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// The status of a delivery that worked.
const DELIVERED: &str = "delivered";

/// Something to be told to whoever wants to hear of it.
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
    /// Tries so far, this one included.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Timestamp,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The program took it.
    Delivered,
    /// What it was about is gone.
    Settled,
    /// To be tried again.
    Retry(Timestamp, String),
    /// Given up.
    Dead(String),
}

impl Store {
    /// How many deliveries are due. One cheap read, for every second.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_deliveries(&self, now: Timestamp) -> Result<i64> {
        let text =
            "SELECT COUNT(*) AS due FROM deliveries WHERE status = 'queued' AND due_at <= $1";
        let row = sqlx::query(text)
            .bind(now.millis())
            .fetch_one(&self.read)
            .await?;
        Ok(row.try_get("due")?)
    }

    /// Claims up to `limit` due deliveries until `lease`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_deliveries(
        &self,
        limit: u32,
        now: Timestamp,
        lease: Timestamp,
    ) -> Result<Vec<Delivery>> {
        let text = self.engine.dialect(
            "UPDATE deliveries SET due_at = $2, attempts = attempts + 1 \
             WHERE (site, webhook, id) IN ( \
                 SELECT site, webhook, id FROM deliveries WHERE status = 'queued' AND due_at <= $1 \
                 ORDER BY due_at LIMIT $3 {skip_locked}) \
             RETURNING site, webhook, id",
        );
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let query = sqlx::query(AssertSqlSafe(text))
                    .bind(now.millis())
                    .bind(lease.millis())
                    .bind(i64::from(limit));
                let keys = gather(connection, "deliveries", query, key).await?.rows;
                if keys.is_empty() {
                    return Ok(Vec::new());
                }
                let found = read_claimed(connection, engine, &keys).await?;
                let is_damaged = |key: &&Key| !found.iter().any(|one| key.is_of(one));
                let damaged: Vec<_> = keys.iter().filter(is_damaged).collect();
                if !damaged.is_empty() {
                    bury(connection, engine, &damaged, now).await?;
                }
                Ok(found)
            })
        })
        .await
    }

    /// Records how a try ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_delivery(&self, one: &Delivery, fate: Fate, now: Timestamp) -> Result<()> {
        let forgotten_at = now.plus(REMEMBERED);
        let (status, due_at, error) = match fate {
            Fate::Delivered => (DELIVERED, forgotten_at, None),
            Fate::Settled => ("settled", forgotten_at, None),
            Fate::Retry(at, error) => ("queued", at, Some(error)),
            Fate::Dead(error) => ("dead", forgotten_at.plus(REMEMBERED * 29), Some(error)),
        };
        let (site, webhook) = (one.site.to_string(), one.webhook.clone());
        let (id, attempts) = (one.id.clone(), one.attempts);
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE deliveries SET status = $5, due_at = $6, last_error = $7 \
                            WHERE site = $1 AND webhook = $2 AND id = $3 AND attempts = $4 \
                            AND status = 'queued'";
                sqlx::query(text)
                    .bind(site.clone())
                    .bind(webhook.clone())
                    .bind(id)
                    .bind(attempts)
                    .bind(status)
                    .bind(due_at.millis())
                    .bind(error)
                    .execute(&mut *connection)
                    .await?;
                if status == DELIVERED {
                    let text = "UPDATE webhooks SET delivered_at = $3 WHERE site = $1 AND id = $2";
                    let query = sqlx::query(text).bind(site).bind(webhook);
                    query.bind(now.millis()).execute(connection).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// What names a delivery.
#[derive(Serialize)]
struct Key {
    site: String,
    webhook: String,
    id: String,
}

impl Key {
    fn is_of(&self, one: &Delivery) -> bool {
        (&*self.site, &self.webhook, &self.id) == (one.site.as_str(), &one.webhook, &one.id)
    }
}

fn key(row: &AnyRow) -> Result<Key> {
    Ok(Key {
        site: row.try_get("site")?,
        webhook: row.try_get("webhook")?,
        id: row.try_get("id")?,
    })
}

async fn read_claimed(
    connection: &mut AnyConnection,
    engine: Engine,
    keys: &[Key],
) -> Result<Vec<Delivery>> {
    let text = "SELECT d.site, d.webhook, d.id, d.event, d.about, d.attempts, d.queued_at, \
                    (SELECT w.url FROM webhooks w WHERE w.site = d.site AND w.id = d.webhook) AS url \
                FROM {rows:$1} JOIN deliveries d ON d.site = r.value->>'site' \
                    AND d.webhook = r.value->>'webhook' AND d.id = r.value->>'id' \
                ORDER BY d.queued_at, d.id";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(keys).unwrap_or_default());
    Ok(gather(connection, "deliveries", query, delivery)
        .await?
        .rows)
}

/// Gives up deliveries whose rows cannot be read: another try would read the same.
async fn bury(
    connection: &mut AnyConnection,
    engine: Engine,
    keys: &[&Key],
    now: Timestamp,
) -> Result<()> {
    let text = "UPDATE deliveries SET status = 'dead', due_at = $2, \
                    last_error = 'its row cannot be read' \
                WHERE (site, webhook, id) IN (SELECT r.value->>'site', r.value->>'webhook', \
                    r.value->>'id' FROM {rows:$1})";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(keys).unwrap_or_default())
        .bind(now.plus(REMEMBERED * 30).millis())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) fn delivery(row: &AnyRow) -> Result<Delivery> {
    let event: String = row.try_get("event")?;
    let url: Option<String> = row.try_get("url")?;
    Ok(Delivery {
        id: row.try_get("id")?,
        site: rows::site(row)?,
        webhook: row.try_get("webhook")?,
        url: url.unwrap_or_default(),
        event: Event::parse(&event).ok_or(StoreError::Corrupt("event"))?,
        about: rows::json(row, "about")?,
        attempts: row.try_get("attempts")?,
        queued_at: rows::timestamp(row, "queued_at")?,
    })
}

/// Queues one piece of news, where no batch is at hand.
pub(super) async fn queue_one(
    connection: &mut AnyConnection,
    news: News,
    now: Timestamp,
) -> Result<()> {
    let text = "INSERT INTO deliveries (site, webhook, id, event, about, status, queued_at, due_at) \
                SELECT w.site, w.id, $2, $3, $4, 'queued', $5, $5 FROM webhooks w \
                WHERE w.site = $1 AND w.events LIKE '%\"' || $3 || '\"%'";
    sqlx::query(text)
        .bind(news.site)
        .bind(news.id)
        .bind(news.event)
        .bind(news.about)
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// Queues news for every webhook that wants to hear of it.
pub(super) async fn queue(
    connection: &mut AnyConnection,
    engine: Engine,
    news: &[News],
    now: Timestamp,
) -> Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    let text = "INSERT INTO deliveries (site, webhook, id, event, about, status, queued_at, due_at) \
                SELECT w.site, w.id, r.value->>'id', r.value->>'event', r.value->>'about', 'queued', \
                    $2, $2 \
                FROM {rows:$1} JOIN webhooks w ON w.site = r.value->>'site' \
                WHERE w.events LIKE '%\"' || (r.value->>'event') || '\"%'";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(news).unwrap_or_default())
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}
