//! Labelled data on its way in. Rows are kept apart, in many small transactions, until all of the
//! upload is here and right; then one write makes it complete, and from that moment all of it will
//! be in the samples, moved there in bites: by whoever received it, or after a crash by any
//! instance. A transaction over a whole upload would keep every writer waiting.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{
    Result, Store, StoreError, acts, damage::gather, engine::Engine, samples, touched, votes,
};
use crate::domain::{
    sample::{Source, Tally, Vote},
    site::SiteSlug,
    timestamp::Timestamp,
};

/// Rows moved in one transaction.
const BITE: i64 = 500;

/// An upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Identifier.
    pub id: String,
    /// How its labels count.
    pub source: Source,
}

/// What became of a bite.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bitten {
    /// What became of its rows.
    pub tally: Tally,
    /// Whether there was nothing left to move, and the upload is gone.
    pub over: bool,
}

impl Store {
    /// Begins an upload.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_upload(&self, upload: Upload, now: Timestamp) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO uploads (id, state, provenance, source, touched_at) \
                            VALUES ($1, 'arriving', $2, $3, $4)";
                sqlx::query(text)
                    .bind(upload.id)
                    .bind(upload.source.provenance.as_str())
                    .bind(upload.source.name)
                    .bind(now.millis())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Keeps rows of an upload apart; of equal texts the last label counts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_to_upload(
        &self,
        upload: String,
        votes: Vec<Vote>,
        now: Timestamp,
    ) -> Result<()> {
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let text =
                    "UPDATE uploads SET touched_at = $2 WHERE id = $1 AND state = 'arriving'";
                let there = sqlx::query(text)
                    .bind(upload.clone())
                    .bind(now.millis())
                    .execute(&mut *connection)
                    .await?;
                if !touched(&there) {
                    return Err(StoreError::Corrupt("upload"));
                }
                keep_apart(connection, engine, &upload, &votes).await
            })
        })
        .await
    }

    /// Makes an upload complete: from now on all of it counts, or will. How many texts it has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complete_upload(&self, upload: String) -> Result<i64> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE uploads SET state = 'complete' WHERE id = $1 \
                            RETURNING (SELECT COUNT(*) FROM upload_rows WHERE upload = $1) AS count";
                let row = sqlx::query(text)
                    .bind(upload.clone())
                    .fetch_one(&mut *connection)
                    .await?;
                let count: i64 = row.try_get("count")?;
                let detail = serde_json::json!({ "texts": count });
                acts::record(connection, "samples.add", &upload, detail).await?;
                Ok(count)
            })
        })
        .await
    }

    /// Forgets an upload that is not to be. On a full disk there is no room for the log of a large
    /// transaction, but for small ones where the one that failed has left its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_upload(&self, upload: String) -> Result<()> {
        let mut bites = [BITE, BITE / 10, 5].into_iter();
        let mut bite = bites.next();
        while let Some(limit) = bite {
            match self.drop_rows(upload.clone(), limit).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    bite = bites.next();
                    if bite.is_none() {
                        return Err(error);
                    }
                }
            }
        }
        self.write(move |connection| Box::pin(async move { remove(connection, &upload).await }))
            .await
    }

    /// Forgets at most `limit` rows of an upload; how many it were.
    async fn drop_rows(&self, upload: String, limit: i64) -> Result<u64> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "DELETE FROM upload_rows WHERE upload = $1 AND (site, id) IN \
                            (SELECT site, id FROM upload_rows WHERE upload = $1 \
                             ORDER BY site, id LIMIT $2)";
                let query = sqlx::query(text).bind(upload).bind(limit);
                Ok(query.execute(connection).await?.rows_affected())
            })
        })
        .await
    }

    /// Moves some of a complete upload to the samples.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn move_upload(&self, upload: Upload, now: Timestamp) -> Result<Bitten> {
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let text =
                    "UPDATE uploads SET touched_at = $2 WHERE id = $1 AND state = 'complete'";
                let there = sqlx::query(text)
                    .bind(upload.id.clone())
                    .bind(now.millis())
                    .execute(&mut *connection)
                    .await?;
                let votes = bite(connection, &upload.id).await?;
                if !touched(&there) || votes.is_empty() {
                    remove(connection, &upload.id).await?;
                    let tally = Tally::default();
                    return Ok(Bitten { tally, over: true });
                }
                forget(connection, &upload.id, &votes).await?;
                let source = &upload.source;
                let tally = votes::cast(connection, engine, votes, source, now).await?;
                Ok(Bitten { tally, over: false })
            })
        })
        .await
    }

    /// Complete uploads of which something is still to be moved, and nobody has moved anything
    /// since `before`; `cap` as in [`Source`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn left_uploads(&self, before: Timestamp, cap: i64) -> Result<Vec<Upload>> {
        let text = "SELECT id, provenance, source FROM uploads \
                    WHERE state = 'complete' AND touched_at < $1";
        let query = sqlx::query(text).bind(before.millis());
        let read = |row: &sqlx::any::AnyRow| -> Result<Upload> {
            let source = Source {
                provenance: samples::provenance(row)?,
                name: row.try_get("source")?,
                cap,
                waits: false,
            };
            let id = row.try_get("id")?;
            Ok(Upload { id, source })
        };
        self.gather("uploads", query, read).await
    }

    /// Forgets uploads that broke off: those of which nothing came since `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_uploads(&self, before: Timestamp) -> Result<()> {
        let text = "SELECT id FROM uploads WHERE state = 'arriving' AND touched_at < $1";
        let found = sqlx::query(text)
            .bind(before.millis())
            .fetch_all(&self.read)
            .await?;
        for row in found {
            self.drop_upload(row.try_get("id")?).await?;
        }
        Ok(())
    }
}

async fn keep_apart(
    connection: &mut AnyConnection,
    engine: Engine,
    upload: &str,
    votes: &[Vote],
) -> Result<()> {
    // One statement must not write a row twice.
    let last: BTreeMap<(&SiteSlug, &str), &Vote> = votes
        .iter()
        .map(|vote| ((&vote.site, vote.id.as_str()), vote))
        .collect();
    let rows: Vec<&Vote> = last.into_values().collect();
    let text = "INSERT INTO upload_rows (upload, site, id, label, held_out, text, name, \
                    email_domain, website, email_index) \
                SELECT $2, r.value->>'site', r.value->>'id', r.value->>'label', \
                    CAST(r.value->>'held_out' AS BIGINT), r.value->>'text', r.value->>'name', \
                    r.value->>'email_domain', r.value->>'website', r.value->>'email_index' \
                FROM {rows:$1} WHERE true \
                ON CONFLICT (upload, site, id) DO UPDATE SET label = excluded.label";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(&rows).unwrap_or_default())
        .bind(upload.to_owned())
        .execute(connection)
        .await?;
    Ok(())
}

async fn bite(connection: &mut AnyConnection, upload: &str) -> Result<Vec<Vote>> {
    let text = "SELECT site, id, label, held_out, text, name, email_domain, website, email_index \
                FROM upload_rows WHERE upload = $1 ORDER BY site, id LIMIT $2";
    let query = sqlx::query(text).bind(upload.to_owned()).bind(BITE);
    Ok(gather(connection, "upload_rows", query, samples::vote)
        .await?
        .rows)
}

/// Forgets rows that are moved: those in order up to the last.
async fn forget(connection: &mut AnyConnection, upload: &str, votes: &[Vote]) -> Result<()> {
    let Some(last) = votes.last() else {
        return Ok(());
    };
    let text = "DELETE FROM upload_rows WHERE upload = $1 AND (site, id) <= ($2, $3)";
    sqlx::query(text)
        .bind(upload.to_owned())
        .bind(last.site.to_string())
        .bind(last.id.clone())
        .execute(connection)
        .await?;
    Ok(())
}

async fn remove(connection: &mut AnyConnection, upload: &str) -> Result<()> {
    for text in [
        "DELETE FROM upload_rows WHERE upload = $1",
        "DELETE FROM uploads WHERE id = $1",
    ] {
        sqlx::query(text)
            .bind(upload.to_owned())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
