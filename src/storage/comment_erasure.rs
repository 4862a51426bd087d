//! Deleting comments for good: one with all that came of it, or those whose time among spam or trash is over, of which the labels
//! stay.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::{CommentId, Status},
        page::Page,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        erasure::{self, Prepared},
        samples,
        sql::{Conn, get, list, sql, to_rows, values},
        subject_erasure::erase_comments,
    },
};

/// Comments deleted in one transaction at most: others wait for it.
const BITE: i64 = 500;

/// Comments of a site in a status that go when they have been there since before a time.
#[derive(Debug, Clone)]
pub struct Expiry {
    /// The site.
    pub site: SiteSlug,
    /// Spam or trash.
    pub status: Status,
    /// When they came there at the latest.
    pub before: Timestamp,
}

impl Store {
    /// Deletes a comment with its history, mails about it, its text among the labelled ones and what models learnt from that. The
    /// page that it was on; `None` where there is no such comment. Whoever did it is on record, what it said is not.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn erase_comment(&self, site: &SiteSlug, id: CommentId) -> Result<Option<Page>> {
        let ids = list([id]);
        let mut connection = self.read.acquire().await?;
        let learnt = samples::labelled_as(&mut self.on(&mut connection), site, &ids).await?;
        let prepared = Prepared::of(&learnt);
        drop(connection);
        self.write(async |tx| {
            let text = "SELECT page FROM comments WHERE site = $1 AND id = $2 {lock}";
            let Some(row) = tx.find(text, values![site, id]).await? else {
                return Ok(None);
            };
            let page = Page::from_canonical(get(&row, "page")?);
            let learnt = samples::labelled_as(tx, site, &ids).await?;
            delete(tx, site, &ids).await?;
            acts::record(tx, "comment.erase", site.as_str(), json!({})).await?;
            // Last of all: from here on the site's learning is locked.
            erasure::forget(tx, learnt, &prepared).await?;
            Ok(Some(page))
        })
        .await
    }

    /// Deletes some of the comments whose time is over; how many. Their labels stay, with the texts that models learnt them from.
    /// Call it until nothing is left.
    ///
    /// # Errors
    /// [`super::StoreError`]; what was deleted before is gone.
    pub async fn expire_comments(&self, expiries: &[Expiry]) -> Result<usize> {
        let rows = expiries.iter().map(|expiry| {
            json!({
                "site": expiry.site, "status": expiry.status, "before": expiry.before.millis(),
                "arrived": CommentId::earliest_at(expiry.before),
            })
        });
        // By their identifiers, which the index has in the order of arrival: what came later is not looked at.
        let text = "SELECT c.site, c.id FROM {rows:$1} {first_of_each} \
                    WHERE c.site = r.value->>'site' AND c.status = r.value->>'status' \
                    AND c.id < r.value->>'arrived' \
                    AND COALESCE(c.decided_at, c.created_at) < CAST(r.value->>'before' AS BIGINT) \
                    ORDER BY c.id LIMIT $2 {end_of_each}";
        let query = sql(text, values![to_rows(rows), BITE]);
        let read = |row: &AnyRow| Ok((get::<SiteSlug>(row, "site")?, get::<String>(row, "id")?));
        let mut sites: BTreeMap<SiteSlug, Vec<String>> = BTreeMap::new();
        for (site, id) in self.gather("comments", query, read).await? {
            sites.entry(site).or_default().push(id);
        }
        let count = sites.values().map(Vec::len).sum();
        for (site, ids) in sites {
            self.write(async |tx| delete(tx, &site, &list(&ids)).await)
                .await?;
        }
        Ok(count)
    }
}

/// Deletes comments, and the mails about them before they would go uncounted.
async fn delete(tx: &mut Conn<'_>, site: &SiteSlug, ids: &str) -> Result<()> {
    let text = "DELETE FROM outbox WHERE site = $1 AND comment_id IN {list:$2}";
    tx.run(text, values![site, ids]).await?;
    erase_comments(tx, &list([site]), ids).await
}
