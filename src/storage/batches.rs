//! Batches: what was decided together, as lists of it are shown and as it is taken back. They are written
//! with the decisions, in [`super::decisions`].

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{Row, any::AnyRow};
use utoipa::ToSchema;

use super::{Result, Store, StoreError, rows};
use crate::domain::{
    comment::CommentId,
    decision::{BatchId, Decision},
    site::SiteSlug,
    timestamp::Timestamp,
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
                        WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) AND at >= $2 \
                        GROUP BY id ORDER BY MIN(at) DESC, id DESC LIMIT $3) \
                    AND site IN (SELECT r.value->>'v' FROM {rows:$1}) ORDER BY at, site";
        let found = sqlx::query(self.sql(text))
            .bind(rows::list_json(sites))
            .bind(since.millis())
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        self.whole(sites, &found).await
    }

    /// One batch, as far as it is on the sites.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn batch(&self, sites: &[SiteSlug], id: BatchId) -> Result<Option<Batch>> {
        let text = "SELECT * FROM batches WHERE id = $2 \
                    AND site IN (SELECT r.value->>'v' FROM {rows:$1}) ORDER BY site";
        let found = sqlx::query(self.sql(text))
            .bind(rows::list_json(sites))
            .bind(id.to_string())
            .fetch_all(&self.read)
            .await?;
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
                    WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) AND batch = $2 \
                    AND action = 'decided' AND undone = 0 AND comment_id > $3 \
                    ORDER BY comment_id LIMIT $4";
        let found = sqlx::query(self.sql(text))
            .bind(rows::list_json(sites))
            .bind(id.to_string())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        let read = |row| rows::comment_id(row, "comment_id");
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
                    WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                    AND batch IN (SELECT r.value->>'v' FROM {rows:$2}) \
                    AND action = 'decided' AND undone = 0 GROUP BY batch";
        let found = sqlx::query(self.sql(text))
            .bind(rows::list_json(sites))
            .bind(rows::list_json(batches.keys()))
            .fetch_all(&self.read)
            .await?;
        for row in found {
            let id = rows::optional_batch_id(&row, "batch")?;
            if let Some(batch) = id.and_then(|id| batches.get_mut(&id)) {
                batch.standing = row.try_get("standing")?;
            }
        }
        let mut batches: Vec<Batch> = batches.into_values().collect();
        batches.sort_by_key(|batch| std::cmp::Reverse((batch.at, batch.id)));
        Ok(batches)
    }
}

fn part(row: &AnyRow) -> Result<Batch> {
    let id = rows::optional_batch_id(row, "id")?;
    let decision: String = row.try_get("decision")?;
    Ok(Batch {
        id: id.ok_or(StoreError::Corrupt("batch"))?,
        at: rows::timestamp(row, "at")?,
        by: row.try_get("actor_name")?,
        via: row.try_get("via")?,
        decision: Decision::parse(&decision).ok_or(StoreError::Corrupt("decision"))?,
        sites: vec![rows::site(row)?],
        comments: row.try_get("comments")?,
        standing: 0,
    })
}
