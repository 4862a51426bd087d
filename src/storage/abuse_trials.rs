//! What holding by abuse is tried on, and who looked at what came of it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    domain::{comment::Comment, site::SiteSlug, timestamp::Timestamp},
    storage::{
        Result, Store, StoreError, acts, comment_rows,
        sql::{get, sql, to_json, values},
    },
};

/// That somebody looked at what holding by abuse would have done to a site's last comments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeenTrial {
    /// When.
    pub at: Timestamp,
    /// Who: a moderator's or token's name.
    pub by: String,
    /// The lowest threshold that was shown.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// How many comments it was tried on.
    pub comments: i64,
}

impl Store {
    /// The latest comments of a site, latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_comments(&self, site: &SiteSlug, limit: i64) -> Result<Vec<Comment>> {
        let text = format!(
            "SELECT {} FROM comments c WHERE c.site = $1 ORDER BY c.id DESC LIMIT $2",
            comment_rows::COLUMNS
        );
        let query = sql(text, values![site, limit]);
        self.gather("comments", query, comment_rows::comment).await
    }

    /// Who last looked at the trial of a site, if anybody did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn abuse_trial(&self, site: &SiteSlug) -> Result<Option<SeenTrial>> {
        let text = "SELECT abuse_trial FROM sites WHERE slug = $1 AND removed_at IS NULL";
        let Some(row) = self.find(text, values![site]).await? else {
            return Ok(None);
        };
        let seen: Option<String> = get(&row, "abuse_trial")?;
        let read = |seen: String| serde_json::from_str(&seen);
        let seen = seen.map(read).transpose();
        seen.map_err(|_| StoreError::Corrupt("site"))
    }

    /// Keeps that somebody looked. It is on record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_abuse_trial(&self, site: &SiteSlug, seen: &SeenTrial) -> Result<()> {
        self.write(async |tx| {
            let text = "UPDATE sites SET abuse_trial = $2 WHERE slug = $1 AND removed_at IS NULL";
            if tx.touch(text, values![site, to_json(seen)]).await? {
                let detail = json!({
                    "lowest": seen.lowest, "highest": seen.highest, "comments": seen.comments,
                });
                acts::record(tx, "site.abuse_trial", site.as_str(), detail).await?;
            }
            Ok(())
        })
        .await
    }
}
