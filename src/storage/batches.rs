//! Batches: what was decided together, as lists of it are shown and as it is taken back. They are written
//! with the decisions, in [`super::decisions`].

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use crate::{
    domain::{
        comment::CommentId,
        decision::{BatchId, Decision},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        sql::{get, list, values},
    },
};

/// Comments that were decided about together, as far as they are on some sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BatchItem)]
pub struct Batch {
    /// Identifier.
    pub id: BatchId,
    /// When it began.
    pub at: Timestamp,
    /// Who decided, as their name was then.
    pub by: String,
    /// Through which door, as in the history: `session`, `token`.
    pub via: String,
    /// The decision.
    pub decision: Decision,
    /// The sites it reached.
    pub sites: Vec<SiteSlug>,
    /// How many comments were decided about.
    pub comments: i64,
    /// About how many of them the decision stands: it was not taken back. Some may have been decided
    /// about again since.
    pub standing: i64,
    /// Whether it is being taken back at this moment.
    pub taking_back: bool,
}

impl Store {
    /// What was decided together on the sites since a time, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn batches(
        &self,
        sites: &[SiteSlug],
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Batch>> {
        let text = "SELECT * FROM batches WHERE id IN (SELECT id FROM batches \
                        WHERE site IN {list:$1} AND at >= $2 \
                        GROUP BY id ORDER BY MIN(at) DESC, id DESC LIMIT $3) \
                    AND site IN {list:$1} ORDER BY at, site";
        let found = self.all(text, values![list(sites), since, limit]).await?;
        self.whole(sites, &found).await
    }

    /// One batch, as far as it is on the sites.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn batch(&self, sites: &[SiteSlug], id: BatchId) -> Result<Option<Batch>> {
        let text = "SELECT * FROM batches WHERE id = $2 \
                    AND site IN {list:$1} ORDER BY site";
        let found = self.all(text, values![list(sites), id]).await?;
        Ok(self.whole(sites, &found).await?.pop())
    }

    /// Comments of the sites about which a batch's decision stands, in the order of their identifiers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn batch_comments(
        &self,
        sites: &[SiteSlug],
        id: BatchId,
        after: Option<CommentId>,
        limit: u32,
    ) -> Result<Vec<CommentId>> {
        let text = "SELECT DISTINCT comment_id FROM history \
                    WHERE site IN {list:$1} AND batch = $2 \
                    AND action = 'decided' AND undone = 0 AND comment_id > $3 \
                    ORDER BY comment_id LIMIT $4";
        let found = self
            .all(
                text,
                values![
                    list(sites),
                    id,
                    after.map_or_else(String::new, |id| id.to_string()),
                    limit
                ],
            )
            .await?;
        let read = |row| get(row, "comment_id");
        found.iter().map(read).collect()
    }

    /// Puts the parts of batches together, and counts what stands. The latest comes first.
    async fn whole(&self, sites: &[SiteSlug], parts: &[AnyRow]) -> Result<Vec<Batch>> {
        let mut batches: BTreeMap<BatchId, Batch> = BTreeMap::new();
        for row in parts {
            let part = part(row)?;
            match batches.get_mut(&part.id) {
                Some(batch) => {
                    batch.at = batch.at.min(part.at);
                    batch.comments += part.comments;
                    batch.sites.extend(part.sites);
                }
                None => {
                    batches.insert(part.id, part);
                }
            }
        }
        let text = "SELECT batch, COUNT(DISTINCT comment_id) AS standing FROM history \
                    WHERE site IN {list:$1} \
                    AND batch IN {list:$2} \
                    AND action = 'decided' AND undone = 0 GROUP BY batch";
        let found = self
            .all(text, values![list(sites), list(batches.keys())])
            .await?;
        for row in found {
            if let Some(batch) = batches.get_mut(&get::<BatchId>(&row, "batch")?) {
                batch.standing = get(&row, "standing")?;
            }
        }
        let text = "SELECT DISTINCT batch FROM takings_back WHERE site IN {list:$1} AND batch IN {list:$2}";
        let found = self
            .all(text, values![list(sites), list(batches.keys())])
            .await?;
        for row in found {
            if let Some(batch) = batches.get_mut(&get::<BatchId>(&row, "batch")?) {
                batch.taking_back = true;
            }
        }
        let mut batches: Vec<Batch> = batches.into_values().collect();
        batches.sort_by_key(|batch| std::cmp::Reverse((batch.at, batch.id)));
        Ok(batches)
    }
}

fn part(row: &AnyRow) -> Result<Batch> {
    Ok(Batch {
        id: get(row, "id")?,
        at: get(row, "at")?,
        by: get(row, "actor_name")?,
        via: get(row, "via")?,
        decision: get(row, "decision")?,
        sites: vec![get(row, "site")?],
        comments: get(row, "comments")?,
        standing: 0,
        taking_back: false,
    })
}
