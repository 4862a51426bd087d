//! Webhooks, and the deliveries that wait for them: each row written in the transaction that caused
//! it, claimed with a lease, tried until it works or is given up.

use std::{collections::BTreeSet, time::Duration};

use serde::Serialize;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{Result, Store, StoreError, engine::Engine, rows, sites::raise_revision, touched};
use crate::domain::{site::SiteSlug, timestamp::Timestamp, webhook::Event};

/// How long a delivery that worked or was settled is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// A program that wants to hear of what happens on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Identifier.
    pub id: String,
    /// The site.
    pub site: SiteSlug,
    /// Where it is told.
    pub url: String,
    /// Of what.
    pub events: Vec<Event>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A webhook and how its deliveries fare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookState {
    /// The webhook.
    pub webhook: Webhook,
    /// Deliveries that wait.
    pub queued: i64,
    /// Deliveries that were given up.
    pub dead: i64,
    /// Why the latest failed.
    pub last_error: Option<String>,
}

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

const COLUMNS: &str = "site, id, url, events, created_at";

impl Store {
    /// Adds a webhook.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_webhook(&self, webhook: Webhook) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO webhooks (site, id, url, events, created_at) \
                            VALUES ($1, $2, $3, $4, $5)";
                sqlx::query(text)
                    .bind(webhook.site.to_string())
                    .bind(webhook.id)
                    .bind(webhook.url)
                    .bind(serde_json::to_string(&webhook.events).unwrap_or_default())
                    .bind(webhook.created_at.millis())
                    .execute(&mut *connection)
                    .await?;
                raise_revision(connection).await
            })
        })
        .await
    }

    /// Removes a webhook and what was still to be told to it; `false` when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_webhook(&self, site: &SiteSlug, id: String) -> Result<bool> {
        let site = site.to_string();
        self.write(move |connection| {
            Box::pin(async move {
                let text = "DELETE FROM deliveries WHERE site = $1 AND webhook = $2";
                let query = sqlx::query(text).bind(site.clone()).bind(id.clone());
                query.execute(&mut *connection).await?;
                let text = "DELETE FROM webhooks WHERE site = $1 AND id = $2";
                let query = sqlx::query(text).bind(site).bind(id);
                let removed = query.execute(&mut *connection).await?;
                raise_revision(connection).await?;
                Ok(touched(&removed))
            })
        })
        .await
    }

    /// The sites that have webhooks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhook_sites(&self) -> Result<BTreeSet<SiteSlug>> {
        let found = sqlx::query("SELECT DISTINCT site FROM webhooks");
        let found = found.fetch_all(&self.read).await?;
        found.iter().map(rows::site).collect()
    }

    /// The webhooks of a site and how their deliveries fare, earliest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhooks(&self, site: &SiteSlug) -> Result<Vec<WebhookState>> {
        let text = format!(
            "SELECT {COLUMNS}, \
                (SELECT COUNT(*) FROM deliveries d WHERE d.site = w.site AND d.webhook = w.id \
                    AND d.status = 'queued') AS queued, \
                (SELECT COUNT(*) FROM deliveries d WHERE d.site = w.site AND d.webhook = w.id \
                    AND d.status = 'dead') AS dead, \
                (SELECT d.last_error FROM deliveries d WHERE d.site = w.site AND d.webhook = w.id \
                    AND d.last_error IS NOT NULL ORDER BY d.id DESC LIMIT 1) AS last_error \
             FROM webhooks w WHERE site = $1 ORDER BY id"
        );
        let found = sqlx::query(self.sql(&text))
            .bind(site.to_string())
            .fetch_all(&self.read)
            .await?;
        found
            .iter()
            .map(|row| {
                Ok(WebhookState {
                    webhook: Webhook {
                        id: row.try_get("id")?,
                        site: rows::site(row)?,
                        url: row.try_get("url")?,
                        events: rows::json(row, "events")?,
                        created_at: rows::timestamp(row, "created_at")?,
                    },
                    queued: row.try_get("queued")?,
                    dead: row.try_get("dead")?,
                    last_error: row.try_get("last_error")?,
                })
            })
            .collect()
    }

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
             RETURNING site, webhook, id, event, about, attempts, queued_at, \
                 (SELECT w.url FROM webhooks w WHERE w.site = deliveries.site \
                     AND w.id = deliveries.webhook) AS url",
        );
        self.write(move |connection| {
            Box::pin(async move {
                let found = sqlx::query(AssertSqlSafe(text))
                    .bind(now.millis())
                    .bind(lease.millis())
                    .bind(i64::from(limit))
                    .fetch_all(connection)
                    .await?;
                found.iter().map(delivery).collect()
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
            Fate::Delivered => ("delivered", forgotten_at, None),
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
                    .bind(site)
                    .bind(webhook)
                    .bind(id)
                    .bind(attempts)
                    .bind(status)
                    .bind(due_at.millis())
                    .bind(error)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

fn delivery(row: &AnyRow) -> Result<Delivery> {
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
