//! Webhooks, and how their deliveries fare. The deliveries themselves are in `deliveries`.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::any::AnyRow;

use crate::{
    domain::{site::SiteSlug, timestamp::Timestamp, webhook::Event},
    storage::{
        Result, Store, acts,
        revision::raise_revision,
        sql::{get, rows, sql, to_json, values},
    },
};

/// A program that wants to hear of what happens on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Identifier.
    pub id: String,
    /// The site.
    pub site: SiteSlug,
    /// Where events are sent.
    pub url: String,
    /// Of what.
    pub events: Vec<Event>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last took a delivery.
    pub delivered_at: Option<Timestamp>,
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

impl Store {
    /// Adds a webhook.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_webhook(&self, webhook: Webhook) -> Result<()> {
        self.write(async |tx| {
            let text = "INSERT INTO webhooks (site, id, url, events, created_at) \
                        VALUES ($1, $2, $3, $4, $5)";
            let detail = json!({ "site": webhook.site, "events": webhook.events });
            tx.run(
                text,
                values![
                    webhook.site,
                    webhook.id,
                    webhook.url,
                    to_json(&webhook.events),
                    webhook.created_at
                ],
            )
            .await?;
            acts::record(tx, "webhook.add", &webhook.id, detail).await?;
            raise_revision(tx).await
        })
        .await
    }

    /// Removes a webhook and what was still to be sent to it; `false` when there is none.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn remove_webhook(&self, site: &SiteSlug, id: String) -> Result<bool> {
        let site = site.to_string();
        self.write(async |tx| {
            let text = "DELETE FROM deliveries WHERE site = $1 AND webhook = $2";
            tx.run(text, values![site, id]).await?;
            let text = "DELETE FROM webhooks WHERE site = $1 AND id = $2";
            let removed = tx.touch(text, values![site, id]).await?;
            if removed {
                acts::record(tx, "webhook.remove", &id, json!({ "site": site })).await?;
            }
            raise_revision(tx).await?;
            Ok(removed)
        })
        .await
    }

    /// The sites that have webhooks.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn webhook_sites(&self) -> Result<BTreeSet<SiteSlug>> {
        let query = sql("SELECT DISTINCT site FROM webhooks", values![]);
        let sites = self
            .gather("webhooks", query, |row| get(row, "site"))
            .await?;
        Ok(sites.into_iter().collect())
    }

    /// The webhooks of a site, or of every site, and how their deliveries fare: by site, earliest
    /// first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn webhooks(&self, site: Option<&SiteSlug>) -> Result<Vec<WebhookState>> {
        let text = "SELECT w.site, w.id, w.url, w.events, w.created_at, w.delivered_at, \
                (SELECT COUNT(*) FROM deliveries d WHERE d.site = w.site AND d.webhook = w.id \
                    AND d.status = 'queued') AS queued, \
                (SELECT COUNT(*) FROM deliveries d WHERE d.site = w.site AND d.webhook = w.id \
                    AND d.status = 'dead') AS dead, \
                (SELECT d.last_error FROM deliveries d WHERE d.site = w.site AND d.webhook = w.id \
                    AND d.last_error IS NOT NULL ORDER BY d.id DESC LIMIT 1) AS last_error \
             FROM webhooks w WHERE $1 = '' OR w.site = $1 ORDER BY w.site, w.id";
        let query = sql(
            text,
            values![site.map(SiteSlug::to_string).unwrap_or_default()],
        );
        self.gather("webhooks", query, state).await
    }
}

pub(super) fn state(row: &AnyRow) -> Result<WebhookState> {
    Ok(WebhookState {
        webhook: Webhook {
            id: get(row, "id")?,
            site: get(row, "site")?,
            url: get(row, "url")?,
            events: rows::json(row, "events")?,
            created_at: get(row, "created_at")?,
            delivered_at: get(row, "delivered_at")?,
        },
        queued: get(row, "queued")?,
        dead: get(row, "dead")?,
        last_error: get(row, "last_error")?,
    })
}
