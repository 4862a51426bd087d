//! Where programs of Akismet's protocol want to hear that a person decided otherwise than they were
//! told, and what they know by now. What is to be told waits among the deliveries (`webhooks`), under
//! a name that no webhook has.

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{Result, Store, StoreError, engine::Engine, judgements::word, rows, votes};
use crate::{
    bayes::Label,
    domain::{
        comment::{CommentId, Status},
        site::SiteSlug,
        timestamp::Timestamp,
        webhook::Event,
    },
};

/// What deliveries to programs have in place of a webhook's id.
pub const CALLBACK: &str = "callback";

/// Where a program wants to hear of a comment, and by which of its keys it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The address.
    pub url: String,
    /// The key's id.
    pub key: String,
}

/// What there is to tell a program about a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it wants to hear.
    pub url: String,
    /// Its key's id.
    pub key: String,
    /// Its key, sealed.
    pub key_sealed: String,
    /// What it was answered when it asked.
    pub said: Label,
    /// What it knows: what it was told, or said itself, last.
    pub told: Label,
    /// Where the comment stands.
    pub status: Status,
}

/// A site's callbacks that programs did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// The site.
    pub site: SiteSlug,
    /// Those that wait.
    pub queued: i64,
    /// Those that were given up.
    pub dead: i64,
    /// Why the latest failed.
    pub last_error: Option<String>,
}

impl Store {
    /// The sites with callbacks that wait or were given up.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn callback_backlogs(&self) -> Result<Vec<Backlog>> {
        let text = "SELECT d.site, COUNT(CASE WHEN d.status = 'queued' THEN 1 END) AS queued, \
                        COUNT(CASE WHEN d.status = 'dead' THEN 1 END) AS dead, \
                        (SELECT l.last_error FROM deliveries l \
                            WHERE l.site = d.site AND l.webhook = $1 AND l.last_error IS NOT NULL \
                            ORDER BY l.id DESC LIMIT 1) AS last_error \
                    FROM deliveries d WHERE d.webhook = $1 AND d.status IN ('queued', 'dead') \
                    GROUP BY d.site ORDER BY d.site";
        let query = sqlx::query(text).bind(CALLBACK);
        let read = |row: &AnyRow| {
            Ok(Backlog {
                site: rows::site(row)?,
                queued: row.try_get("queued")?,
                dead: row.try_get("dead")?,
                last_error: row.try_get("last_error")?,
            })
        };
        self.gather("deliveries", query, read).await
    }

    /// What there is to tell about a comment; `None` when nobody wants to hear of it, the comment is
    /// gone, or the key was revoked.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn callback(&self, site: &SiteSlug, id: CommentId) -> Result<Option<Standing>> {
        let text = "SELECT j.callback, j.said, COALESCE(j.told, j.said) AS told, k.key_sealed, \
                        k.id AS key_id, c.status FROM judgements j \
                    JOIN client_keys k ON k.site = j.site AND k.id = j.client_key \
                    JOIN comments c ON c.site = j.site AND c.id = j.id \
                    WHERE j.site = $1 AND j.id = $2 AND j.callback IS NOT NULL \
                        AND k.key_sealed IS NOT NULL AND k.revoked_at IS NULL";
        let found = sqlx::query(text)
            .bind(site.to_string())
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        let read = |row: &AnyRow| {
            Ok(Standing {
                url: row.try_get("callback")?,
                key: row.try_get("key_id")?,
                key_sealed: row.try_get("key_sealed")?,
                said: label(row, "said")?,
                told: label(row, "told")?,
                status: rows::status(row, "status")?,
            })
        };
        found.as_ref().map(read).transpose()
    }

    /// Notes what a program was told about a comment.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn note_told(&self, site: &SiteSlug, id: CommentId, label: Label) -> Result<()> {
        let site = site.to_string();
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE judgements SET told = $3 WHERE site = $1 AND id = $2";
                sqlx::query(text)
                    .bind(site)
                    .bind(id.to_string())
                    .bind(word(label))
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

fn label(row: &AnyRow, column: &'static str) -> Result<Label> {
    votes::label(row, column)?.ok_or(StoreError::Corrupt("label"))
}

/// Queues that the programs which asked about these comments hear how they stand. What that is, and
/// whether it is news to them, is looked up when it is told.
pub(super) async fn queue(
    connection: &mut AnyConnection,
    engine: Engine,
    decided: impl Iterator<Item = (String, String)>,
    now: Timestamp,
) -> Result<()> {
    let wanted = decided.map(|(site, comment)| {
        let id = format!("msg_{}", Uuid::now_v7().simple());
        let about = json!({ "comment": comment }).to_string();
        json!({ "id": id, "site": site, "comment": comment, "about": about })
    });
    let text = "INSERT INTO deliveries (site, webhook, id, destination, event, about, status, \
                    queued_at, due_at) \
                SELECT j.site, $2, r.value->>'id', $2 || ' ' || j.site, $3, r.value->>'about', 'queued', $4, $4 \
                FROM {rows:$1} JOIN judgements j \
                    ON j.site = r.value->>'site' AND j.id = r.value->>'comment' \
                WHERE j.callback IS NOT NULL";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::Value::Array(wanted.collect()).to_string())
        .bind(CALLBACK)
        .bind(Event::CommentDecided.as_str())
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}
