//! Labelled data on its way in. Rows are kept apart, in many small transactions, until all of the
//! upload is here and right; then one write makes it complete, and from that moment all of it will
//! be in the samples, moved there in bites: by whoever received it, or after a crash by any
//! instance. A transaction over a whole upload would keep every writer waiting.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;

use crate::{
    domain::{
        sample::{Source, Tally, Vote},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, StoreError, acts, samples,
        sql::{Conn, get, sql, to_json, values},
        votes,
    },
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
        let text = "INSERT INTO uploads (id, state, provenance, source, touched_at) \
                    VALUES ($1, 'arriving', $2, $3, $4)";
        self.write_one(
            text,
            values![upload.id, upload.source.provenance, upload.source.name, now],
        )
        .await
        .map(drop)
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
        self.write(async |tx| {
            let text = "UPDATE uploads SET touched_at = $2 WHERE id = $1 AND state = 'arriving'";
            let there = tx.touch(text, values![upload, now]).await?;
            if !there {
                return Err(StoreError::Corrupt("upload"));
            }
            keep_apart(tx, &upload, &votes).await
        })
        .await
    }

    /// Makes an upload complete: from now on all of it counts, or will. How many texts it has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complete_upload(&self, upload: String) -> Result<i64> {
        self.write(async |tx| {
                let text = "UPDATE uploads SET state = 'complete' WHERE id = $1 \
                            RETURNING (SELECT COUNT(*) FROM upload_rows WHERE upload = $1) AS count";
                let row = tx.one(text, values![upload]).await?;
                let count: i64 = get(&row, "count")?;
                let detail = serde_json::json!({ "texts": count });
                acts::record(tx, "samples.add", &upload, detail).await?;
                Ok(count)
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
        self.write(async |tx| remove(tx, &upload).await).await
    }

    /// Forgets at most `limit` rows of an upload; how many it were.
    async fn drop_rows(&self, upload: String, limit: i64) -> Result<u64> {
        let text = "DELETE FROM upload_rows WHERE upload = $1 AND (site, id) IN \
                    (SELECT site, id FROM upload_rows WHERE upload = $1 \
                     ORDER BY site, id LIMIT $2)";
        self.write_one(text, values![upload, limit]).await
    }

    /// Moves some of a complete upload to the samples.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn move_upload(&self, upload: Upload, now: Timestamp) -> Result<Bitten> {
        self.write(async |tx| {
            let text = "UPDATE uploads SET touched_at = $2 WHERE id = $1 AND state = 'complete'";
            let there = tx.touch(text, values![upload.id, now]).await?;
            let votes = bite(tx, &upload.id).await?;
            if !there || votes.is_empty() {
                remove(tx, &upload.id).await?;
                let tally = Tally::default();
                return Ok(Bitten { tally, over: true });
            }
            forget(tx, &upload.id, &votes).await?;
            let source = &upload.source;
            let (tally, _) = votes::cast(tx, votes, source, now).await?;
            Ok(Bitten { tally, over: false })
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
        let query = sql(text, values![before]);
        let read = |row: &AnyRow| -> Result<Upload> {
            let source = Source {
                provenance: get(row, "provenance")?,
                name: get(row, "source")?,
                cap,
                waits: false,
            };
            let id = get(row, "id")?;
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
        let found = self.all(text, values![before]).await?;
        for row in found {
            self.drop_upload(get(&row, "id")?).await?;
        }
        Ok(())
    }
}

async fn keep_apart(tx: &mut Conn<'_>, upload: &str, votes: &[Vote]) -> Result<()> {
    // One statement must not write a row twice.
    let last: BTreeMap<(&SiteSlug, &str), &Vote> = votes
        .iter()
        .map(|vote| ((&vote.site, vote.id.as_str()), vote))
        .collect();
    let rows: Vec<&Vote> = last.into_values().collect();
    let text = "INSERT INTO upload_rows (upload, site, id, label, held_out, text, name, \
                    email_domain, website, email_index, question) \
                SELECT $2, r.value->>'site', r.value->>'id', r.value->>'label', \
                    CAST(r.value->>'held_out' AS BIGINT), r.value->>'text', r.value->>'name', \
                    r.value->>'email_domain', r.value->>'website', r.value->>'email_index', \
                    r.value->>'question' \
                FROM {rows:$1} WHERE true \
                ON CONFLICT (upload, site, id) DO UPDATE SET label = excluded.label";
    tx.run(text, values![to_json(&rows), upload]).await?;
    Ok(())
}

async fn bite(tx: &mut Conn<'_>, upload: &str) -> Result<Vec<Vote>> {
    let text = "SELECT question, site, id, label, held_out, text, name, email_domain, website, email_index \
                FROM upload_rows WHERE upload = $1 ORDER BY site, id LIMIT $2";
    let query = sql(text, values![upload, BITE]);
    Ok(tx.gather("upload_rows", query, samples::vote).await?.rows)
}

/// Forgets rows that are moved: those in order up to the last.
async fn forget(tx: &mut Conn<'_>, upload: &str, votes: &[Vote]) -> Result<()> {
    let Some(last) = votes.last() else {
        return Ok(());
    };
    let text = "DELETE FROM upload_rows WHERE upload = $1 AND (site, id) <= ($2, $3)";
    tx.run(text, values![upload, last.site, last.id]).await?;
    Ok(())
}

async fn remove(tx: &mut Conn<'_>, upload: &str) -> Result<()> {
    for text in [
        "DELETE FROM upload_rows WHERE upload = $1",
        "DELETE FROM uploads WHERE id = $1",
    ] {
        tx.run(text, values![upload]).await?;
    }
    Ok(())
}
