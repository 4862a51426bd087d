//! Forgetting what has had its time, in bites small enough not to keep writers waiting.

use crate::{
    domain::timestamp::Timestamp,
    storage::{
        Result, Store,
        sql::{ToValue, values},
    },
};

/// Rows changed by one statement at most.
const BITE: i64 = 1000;

impl Store {
    /// Forgets the senders' networks of comments that arrived before `before`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_networks(&self, before: Timestamp) -> Result<()> {
        let text = "UPDATE comments SET network = NULL, network_key = NULL WHERE (site, id) IN \
                    (SELECT site, id FROM comments WHERE network IS NOT NULL AND created_at < $1";
        self.bite(text, before).await
    }

    /// Forgets what was answered to programs before `before`; the counts of their months stay.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_judgements(&self, before: Timestamp) -> Result<()> {
        let text = "DELETE FROM judgements WHERE (site, id) IN \
                    (SELECT site, id FROM judgements WHERE created_at < $1";
        self.bite(text, before).await
    }

    /// Forgets what operators did before `before`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_acts(&self, before: Timestamp) -> Result<()> {
        let text = "DELETE FROM acts WHERE id IN (SELECT id FROM acts WHERE at < $1";
        self.bite(text, before).await
    }

    /// Forgets what was decided together before `before`: then it can only be taken back one by one.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_batches(&self, before: Timestamp) -> Result<()> {
        let text = "DELETE FROM batches WHERE (site, id) IN \
                    (SELECT site, id FROM batches WHERE at < $1";
        self.bite(text, before).await
    }

    /// Forgets the sums of days before `before`, and those of pages before `pages`: days since 1970.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_tallies(&self, pages: i64, before: i64) -> Result<()> {
        let text = "DELETE FROM tallies WHERE (site, kind, day, word) IN (SELECT site, kind, day, word \
                    FROM tallies WHERE kind = 'page' AND day < $1";
        self.bite(text, pages).await?;
        let text = "DELETE FROM tallies WHERE (site, kind, day, word) IN (SELECT site, kind, day, word \
                    FROM tallies WHERE day < $1";
        self.bite(text, before).await
    }

    /// Forgets who had which comment open before `before`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_looks(&self, before: Timestamp) -> Result<()> {
        let text = "DELETE FROM looks WHERE (site, comment_id, moderator) IN \
                    (SELECT site, comment_id, moderator FROM looks WHERE at < $1";
        self.bite(text, before).await
    }

    /// Forgets counters, remembered answers, spent tokens, block rules, sign-in links, sessions and
    /// familiar networks that ended before `now`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_expired(&self, now: Timestamp) -> Result<()> {
        self.bite(
            "DELETE FROM counters WHERE (site, kind, counted) IN \
             (SELECT site, kind, counted FROM counters WHERE expires_at <= $1",
            now,
        )
        .await?;
        self.bite(
            "DELETE FROM idempotency WHERE (site, request_key) IN \
             (SELECT site, request_key FROM idempotency WHERE expires_at <= $1",
            now,
        )
        .await?;
        self.bite(
            "DELETE FROM deliveries WHERE (site, webhook, id) IN (SELECT site, webhook, id \
             FROM deliveries WHERE status <> 'queued' AND due_at <= $1",
            now,
        )
        .await?;
        for text in [
            "DELETE FROM spent WHERE token IN (SELECT token FROM spent WHERE expires_at <= $1",
            "DELETE FROM block_rules WHERE id IN (SELECT id FROM block_rules WHERE expires_at <= $1",
            "DELETE FROM sign_in_links WHERE hash IN \
             (SELECT hash FROM sign_in_links WHERE expires_at <= $1",
            "DELETE FROM ended_sessions WHERE id IN \
             (SELECT id FROM ended_sessions WHERE expires_at <= $1",
            "DELETE FROM familiar_networks WHERE (moderator, network) IN \
             (SELECT moderator, network FROM familiar_networks WHERE expires_at <= $1",
        ] {
            self.bite(text, now).await?;
        }
        Ok(())
    }

    /// Puts right what was written while a clock ran ahead: what would be due, counted or held by
    /// someone only after `horizon` is due, forgotten and free now. Nothing is ever put off that far,
    /// so that without a clock's error nothing changes.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_the_future(&self, now: Timestamp, horizon: Timestamp) -> Result<()> {
        self.write(async |tx| {
            for text in [
                "UPDATE outbox SET due_at = $1 WHERE status = 'queued' AND due_at > $2",
                "UPDATE deliveries SET due_at = $1 WHERE status = 'queued' AND due_at > $2",
                "UPDATE moderators SET last_mailed_at = $1 WHERE last_mailed_at > $2",
                "UPDATE training_lease SET expires_at = $1 WHERE expires_at > $2",
                "UPDATE counters SET count = 0, expires_at = $1 WHERE expires_at > $2",
            ] {
                tx.run(text, values![now, horizon]).await?;
            }
            Ok(())
        })
        .await
    }

    /// Repeats a statement, of at most [`BITE`] rows by what is added to its end, until it changes fewer.
    async fn bite(&self, text: &'static str, before: impl ToValue) -> Result<()> {
        // In the text: by its general plan for any number PostgreSQL would read the whole table.
        let text = format!("{text} LIMIT {BITE})");
        loop {
            let changed = self.write_one(text.clone(), values![before]).await?;
            if changed < BITE.unsigned_abs() {
                return Ok(());
            }
        }
    }
}
