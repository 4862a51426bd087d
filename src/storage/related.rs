//! What surrounds the queue: earlier decisions about comments from the same place, and the latest
//! arrival of each site.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;
use url::Url;

use crate::{
    domain::{
        comment::{Comment, CommentId},
        site::SiteSlug,
    },
    storage::{
        Result, Store, comment_rows,
        sql::{contains, get, list, sql, values},
    },
};

/// Earlier decisions listed of one place at most.
const MAX_EARLIER: i64 = 5;

/// Comments that people decided about before, latest decision first.
#[derive(Debug, Default)]
pub struct Earlier {
    /// From the same network, which is compared by its keyed digest and never shown.
    pub by_network: Vec<Comment>,
    /// With a web site on the same host.
    pub by_host: Vec<Comment>,
}

impl Store {
    /// What people decided about other comments of the site from this one's network, and about
    /// those whose web site is on the same host.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn earlier_decisions(&self, comment: &Comment) -> Result<Earlier> {
        let (site, id) = (comment.site.to_string(), comment.id.to_string());
        let text = format!(
            "SELECT {} FROM comments c WHERE c.site = $1 AND c.id <> $2 \
             AND c.decided_at IS NOT NULL AND c.network_key IS NOT NULL AND c.network_key = \
             (SELECT o.network_key FROM comments o WHERE o.site = $1 AND o.id = $2) \
             ORDER BY c.decided_at DESC LIMIT $3",
            comment_rows::COLUMNS
        );
        let query = sql(text, values![&site, &id, MAX_EARLIER]);
        Ok(Earlier {
            by_network: self
                .gather("comments", query, comment_rows::comment)
                .await?,
            by_host: self.decided_with_host(comment).await?,
        })
    }

    async fn decided_with_host(&self, comment: &Comment) -> Result<Vec<Comment>> {
        let website = comment.website.as_deref().map(Url::parse);
        let Some(host) = website.and_then(|url| url.ok()?.host_str().map(str::to_owned)) else {
            return Ok(Vec::new());
        };
        let text = format!(
            "SELECT {} FROM comments c WHERE c.site = $1 AND c.id <> $2 \
             AND c.decided_at IS NOT NULL AND c.website IS NOT NULL \
             AND c.website {{like}} $3 ESCAPE '\\' ORDER BY c.decided_at DESC LIMIT $4",
            comment_rows::COLUMNS
        );
        let query = sql(
            text,
            values![
                comment.site,
                comment.id,
                contains(&format!("://{host}/")),
                MAX_EARLIER
            ],
        );
        self.gather("comments", query, comment_rows::comment).await
    }

    /// The latest comment that waits at each of the sites that have one.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn latest_pending(
        &self,
        sites: &[SiteSlug],
    ) -> Result<BTreeMap<SiteSlug, CommentId>> {
        let text = "SELECT s.site, s.id FROM (SELECT r.value->>'v' AS site, \
                    (SELECT c.id FROM comments c WHERE c.site = r.value->>'v' \
                     AND c.status = 'pending' ORDER BY c.id DESC LIMIT 1) AS id \
                    FROM {rows:$1}) s WHERE s.id IS NOT NULL";
        let query = sql(text, values![list(sites)]);
        let read = |row: &AnyRow| Ok((get(row, "site")?, get(row, "id")?));
        Ok(self
            .gather("comments", query, read)
            .await?
            .into_iter()
            .collect())
    }
}
