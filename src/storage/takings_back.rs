//! Batches that are being taken back: a row for each site of one, written before the first comment and removed after the last,
//! so that what was cut off in between is gone on with.

use sqlx::any::AnyRow;

use crate::{
    domain::{actor::Actor, decision::BatchId, site::SiteSlug, timestamp::Timestamp},
    storage::{
        Result, Store,
        sql::{get, list, values},
    },
};

/// A batch that is being taken back on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakingBack {
    /// The site.
    pub site: SiteSlug,
    /// The batch.
    pub batch: BatchId,
    /// Who takes it back.
    pub actor: Actor,
}

impl Store {
    /// Notes that a batch is being taken back on some sites, or goes on to be.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn begin_taking_back(
        &self,
        batch: BatchId,
        sites: &[SiteSlug],
        actor: &Actor,
        now: Timestamp,
    ) -> Result<()> {
        let text = "INSERT INTO takings_back (site, batch, actor_id, actor_name, via, at) \
                    SELECT b.site, b.id, $3, $4, $5, CAST($6 AS BIGINT) FROM batches b WHERE b.id = $1 AND b.site IN {list:$2} \
                    ON CONFLICT (site, batch) DO UPDATE SET at = excluded.at";
        let values = values![batch, list(sites), actor.id, actor.name, actor.via, now];
        self.write_one(text, values).await.map(drop)
    }

    /// Notes that it is done.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn end_taking_back(&self, batch: BatchId, sites: &[SiteSlug]) -> Result<()> {
        let text = "DELETE FROM takings_back WHERE batch = $1 AND site IN {list:$2}";
        self.write_one(text, values![batch, list(sites)])
            .await
            .map(drop)
    }

    /// What has not gone on since a time, batch by batch.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn cut_off(&self, since: Timestamp) -> Result<Vec<TakingBack>> {
        let text = "SELECT site, batch, actor_id, actor_name, via FROM takings_back WHERE at < $1 \
                    ORDER BY batch, site";
        let read = |row: &AnyRow| {
            Ok(TakingBack {
                site: get(row, "site")?,
                batch: get(row, "batch")?,
                actor: Actor {
                    id: get(row, "actor_id")?,
                    name: get(row, "actor_name")?,
                    via: get(row, "via")?,
                },
            })
        };
        self.all(text, values![since])
            .await?
            .iter()
            .map(read)
            .collect()
    }
}
