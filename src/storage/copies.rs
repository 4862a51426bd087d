//! Near copies as moderators see them: of which comments of a list there are how many, and those that one act decides
//! about together.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use crate::{
    domain::{
        campaign::CampaignId,
        comment::{Comment, CommentId, Status},
        queue::Counts,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, counts,
        sql::{get, list, sql, to_rows, values},
    },
};

/// How many near copies of a comment there are, on the sites that somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Copies {
    /// Near copies with the same status that came before it.
    pub comments: i64,
    /// The pages that they are on.
    pub pages: i64,
    /// The sites that they are on.
    pub sites: i64,
}

/// The comments of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Members {
    /// How many there are of each status on the sites that you may see, this one included.
    pub counts: Counts,
    /// The pages that those are on.
    pub pages: i64,
    /// The sites that those are on.
    pub sites: i64,
    /// How many there are on other sites.
    pub elsewhere: i64,
}

/// Which comments of a campaign are meant.
pub struct Meant<'a> {
    /// The sites that they are on.
    pub sites: &'a [SiteSlug],
    /// The campaign.
    pub campaign: CampaignId,
    /// Their statuses.
    pub among: &'a [Status],
    /// They arrived by then.
    pub until: Timestamp,
}

impl Store {
    /// The campaign that a comment is in.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn campaign_of(&self, comment: &Comment) -> Result<Option<CampaignId>> {
        let text = "SELECT campaign FROM copies WHERE site = $1 AND comment_id = $2";
        let found = self.find(text, values![comment.site, comment.id]).await?;
        found.map(|row| get(&row, "campaign")).transpose()
    }

    /// Of which of some comments there are near copies before it that have the same status.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn copies_before(
        &self,
        sites: &[SiteSlug],
        comments: &[Comment],
    ) -> Result<HashMap<CommentId, Copies>> {
        let asked = comments.iter().map(|comment| {
            serde_json::json!({ "site": comment.site, "id": comment.id, "status": comment.status })
        });
        let text = "SELECT k.comment_id AS id, COUNT(*) AS comments, \
                    COUNT(DISTINCT c.site || ' ' || c.page) AS pages, COUNT(DISTINCT c.site) AS sites \
                    FROM {rows:$1} CROSS JOIN copies k \
                    JOIN copies o ON o.campaign = k.campaign AND o.comment_id < k.comment_id \
                    JOIN comments c ON c.site = o.site AND c.id = o.comment_id \
                    WHERE k.site = r.value->>'site' AND k.comment_id = r.value->>'id' \
                    AND o.site IN {list:$2} AND c.status = r.value->>'status' \
                    GROUP BY k.comment_id";
        let found = self.all(text, values![to_rows(asked), list(sites)]).await?;
        let read = |row: &AnyRow| {
            let copies = Copies {
                comments: get(row, "comments")?,
                pages: get(row, "pages")?,
                sites: get(row, "sites")?,
            };
            Ok((get(row, "id")?, copies))
        };
        found.iter().map(read).collect()
    }

    /// Who is in a campaign, as far as somebody who sees these sites may know.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn members(&self, sites: &[SiteSlug], campaign: CampaignId) -> Result<Members> {
        let mut members = Members::default();
        let text = "SELECT COUNT(*) AS elsewhere FROM copies k \
                    WHERE k.campaign = $1 AND k.site NOT IN {list:$2}";
        let row = self.one(text, values![campaign, list(sites)]).await?;
        members.elsewhere = get(&row, "elsewhere")?;
        let text = "SELECT COUNT(DISTINCT c.site || ' ' || c.page) AS pages, \
                    COUNT(DISTINCT c.site) AS sites FROM copies k \
                    JOIN comments c ON c.site = k.site AND c.id = k.comment_id \
                    WHERE k.campaign = $1 AND k.site IN {list:$2}";
        let row = self.one(text, values![campaign, list(sites)]).await?;
        members.pages = get(&row, "pages")?;
        members.sites = get(&row, "sites")?;
        let text = "SELECT c.status, COUNT(*) AS count FROM copies k \
                    JOIN comments c ON c.site = k.site AND c.id = k.comment_id \
                    WHERE k.campaign = $1 AND k.site IN {list:$2} GROUP BY c.status";
        let query = sql(text, values![campaign, list(sites)]);
        for (status, count) in self
            .gather("comments", query, counts::counted)
            .await?
            .into_iter()
            .flatten()
        {
            members.counts.add(status, count);
        }
        Ok(members)
    }

    /// The next few comments that are meant, after one, each with its version; in the order of their ids.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn copies_to_decide(
        &self,
        meant: &Meant<'_>,
        after: Option<CommentId>,
        limit: u32,
    ) -> Result<Vec<(CommentId, i64)>> {
        let among = meant.among.iter().map(|status| status.as_str());
        let text = "SELECT c.id, c.version FROM copies k \
                    JOIN comments c ON c.site = k.site AND c.id = k.comment_id \
                    WHERE k.campaign = $1 AND k.comment_id > $2 AND k.site IN {list:$3} \
                    AND c.status IN {list:$4} AND c.created_at <= $5 \
                    ORDER BY k.comment_id LIMIT $6";
        let found = self
            .all(
                text,
                values![
                    meant.campaign,
                    after.map_or_else(String::new, |id| id.to_string()),
                    list(meant.sites),
                    list(among),
                    meant.until,
                    limit
                ],
            )
            .await?;
        let read = |row: &AnyRow| Ok((get(row, "id")?, get(row, "version")?));
        found.iter().map(read).collect()
    }
}
