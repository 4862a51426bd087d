//! Filling the index behind the posts, in steps ([`super::preparing`] says which).
//!
//! A step reads and reckons first and writes then, in short transactions: on SQLite nobody else can write meanwhile. A note
//! is forgotten by its number, so that what changes in between is noted anew. On PostgreSQL one instance at a time does
//! this, all of it in the transaction that holds `search_filling`.

use std::sync::atomic::Ordering;

use super::{
    block::Block,
    blocks,
    preparing::{Wish, Work, prepare},
    waiting,
};
use crate::storage::{
    Result, Store,
    engine::Engine,
    sql::{Conn, get, values},
};

/// Comments that wait before a block is made of them. A search looks at those that wait.
pub const LEAST: usize = 256;

/// Rows of terms that one transaction writes on SQLite, where posts wait for it: a quarter of a megabyte.
const WRITTEN: usize = 64;

impl Store {
    /// Does one step; whether there may be more to do. What waits is taken in once it is `least` comments.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`]; the step is then done again by the next call.
    pub async fn fill_search(&self, least: usize) -> Result<bool> {
        self.step(Wish::Fill(least)).await
    }

    async fn step(&self, wish: Wish) -> Result<bool> {
        match self.engine {
            Engine::Sqlite => self.step_beside(wish).await,
            Engine::Postgres => {
                self.write(async |tx| {
                    let text = "SELECT revision FROM search_filling {skip_locked}";
                    if tx.find(text, values![]).await?.is_none() {
                        return Ok(false);
                    }
                    let Some(work) = prepare(tx, wish).await? else {
                        return Ok(false);
                    };
                    apply(tx, &work, None).await?;
                    Ok(true)
                })
                .await
            }
        }
    }

    /// Takes out of the index what is gone from the comments.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`]; the job does the rest.
    pub async fn clear_search(&self) -> Result<()> {
        while self.step(Wish::Clear).await? {}
        Ok(())
    }

    /// The number of the newest change that the index does not have.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`].
    pub async fn newest_waiting(&self) -> Result<i64> {
        let text = "SELECT COALESCE(MAX(number), 0) AS newest FROM search_waiting";
        let row = self.one(text, values![]).await?;
        get(&row, "newest")
    }

    /// One step on SQLite, where nobody else can write during a transaction that does.
    async fn step_beside(&self, wish: Wish) -> Result<bool> {
        let mut connection = self.read.acquire().await?;
        let mut conn = self.on(&mut connection);
        let text = "SELECT revision FROM search_filling";
        let revision: i64 = get(&conn.one(text, values![]).await?, "revision")?;
        let Some(work) = prepare(&mut conn, wish).await? else {
            return Ok(false);
        };
        drop(connection);
        let number = match work.block() {
            Some(block) => Some(self.write_terms(block).await?),
            None => None,
        };
        let is_done = self.write(async |tx| {
            // A command of the shell may have done it meanwhile, or something else.
            let text = "UPDATE search_filling SET revision = revision + 1 WHERE revision = $1";
            let is_ours = tx.touch(text, values![revision]).await?;
            if is_ours {
                apply(tx, &work, number).await?;
            }
            Ok(is_ours)
        });
        if is_done.await? && work.removes() {
            self.unfolded.store(true, Ordering::Relaxed);
        }
        Ok(true)
    }

    /// Writes a new block's terms a few rows at a time; the block's number.
    async fn write_terms(&self, block: &Block) -> Result<i64> {
        let number = self.write(blocks::begin).await?;
        for rows in block.rows.chunks(WRITTEN) {
            self.write(async |tx| blocks::put_rows(tx, number, rows).await)
                .await?;
        }
        Ok(number)
    }
}

/// Writes what a step found to do. A new block's terms are there already if it has a number.
async fn apply(tx: &mut Conn<'_>, work: &Work, number: Option<i64>) -> Result<()> {
    match work {
        Work::Sweep(block) => blocks::sweep(tx, *block).await,
        Work::Merge(merged, block) => {
            blocks::retire(tx, merged).await?;
            put(tx, block, number).await
        }
        Work::Change(change) => {
            for edit in &change.edits {
                blocks::put_documents(tx, edit.block, &edit.documents).await?;
                blocks::replace_rows(tx, edit.block, &edit.rows).await?;
                if let Some((first, last)) = edit.edges {
                    blocks::put_edges(tx, edit.block, first, last).await?;
                }
                for chunk in &edit.chunks {
                    blocks::replace_chunk(tx, edit.block, chunk).await?;
                }
                if edit.documents.live() == 0 {
                    blocks::retire(tx, &[edit.block]).await?;
                }
            }
            if let Some(block) = &change.added {
                put(tx, block, number).await?;
            }
            for (site, below) in &change.below {
                let text = match below {
                    Some(_) => "UPDATE search_backfill SET below = $2 WHERE site = $1",
                    None => "DELETE FROM search_backfill WHERE site = $1 AND $2 IS NULL",
                };
                tx.run(text, values![site, below]).await?;
            }
            waiting::forget(tx, &change.settled).await
        }
    }
}

async fn put(tx: &mut Conn<'_>, block: &Block, number: Option<i64>) -> Result<()> {
    let number = if let Some(number) = number {
        number
    } else {
        let number = blocks::begin(tx).await?;
        blocks::put_rows(tx, number, &block.rows).await?;
        number
    };
    blocks::finish(tx, number, block).await
}
