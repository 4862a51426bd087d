//! Where programs of Akismet's protocol want to hear that a person decided otherwise than they were
//! answered, and what they know by now. What is to be sent waits among the deliveries (`webhooks`), under
//! a name that no webhook has.

use serde_json::json;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::{
    bayes::Label,
    domain::{
        comment::{CommentId, Status},
        site::SiteSlug,
        timestamp::Timestamp,
        webhook::Event,
    },
    storage::{
        Result, Store,
        sql::{Conn, get, sql, to_rows, values},
    },
};

/// What deliveries to programs have in place of a webhook's id.
pub const CALLBACK: &str = "callback";

/// What there is to send to a program about a comment.
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
    /// What it knows: what it was answered, or said itself, last.
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
        let query = sql(text, values![CALLBACK]);
        let read = |row: &AnyRow| {
            Ok(Backlog {
                site: get(row, "site")?,
                queued: get(row, "queued")?,
                dead: get(row, "dead")?,
                last_error: get(row, "last_error")?,
            })
        };
        self.gather("deliveries", query, read).await
    }

    /// What there is to send about a comment; `None` when nobody wants to hear of it, the comment is
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
        let found = self.find(text, values![site, id]).await?;
        let read = |row: &AnyRow| {
            Ok(Standing {
                url: get(row, "callback")?,
                key: get(row, "key_id")?,
                key_sealed: get(row, "key_sealed")?,
                said: get(row, "said")?,
                told: get(row, "told")?,
                status: get(row, "status")?,
            })
        };
        found.as_ref().map(read).transpose()
    }

    /// Notes what was sent to a program about a comment.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn note_told(&self, site: &SiteSlug, id: CommentId, label: Label) -> Result<()> {
        let site = site.to_string();
        let text = "UPDATE judgements SET told = $3 WHERE site = $1 AND id = $2";
        self.write_one(text, values![site, id, label])
            .await
            .map(drop)
    }
}

/// Queues that the programs which asked about these comments hear how they stand. What that is, and
/// whether it is news to them, is looked up when it is sent.
pub(super) async fn queue(
    tx: &mut Conn<'_>,
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
    tx.run(
        text,
        values![to_rows(wanted), CALLBACK, Event::CommentDecided, now],
    )
    .await?;
    Ok(())
}
