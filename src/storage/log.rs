//! SQLite's write-ahead log, which keeps what was erased until it is folded into the file.

use std::sync::atomic::Ordering;

use super::{
    Result, Store,
    engine::Engine,
    sql::{get, values},
};

impl Store {
    /// Folds SQLite's write-ahead log into the file and empties it, so that nothing is left in it of what
    /// was erased; PostgreSQL's ends by its own settings. While somebody reads the log it stays, and
    /// [`Store::fold_log_again`] has to be called later.
    pub async fn fold_log(&self) {
        self.unfolded.store(true, Ordering::Relaxed);
        self.fold_log_again().await;
    }

    /// Does what an earlier [`Store::fold_log`] could not.
    pub async fn fold_log_again(&self) {
        if self.engine != Engine::Sqlite || !self.unfolded.load(Ordering::Relaxed) {
            return;
        }
        match self.empty_log().await {
            Ok(is_empty) => self.unfolded.store(!is_empty, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be folded in yet"),
        }
    }

    /// Whether the log is empty now. Writers wait while this waits for readers: never for long.
    async fn empty_log(&self) -> Result<bool> {
        let mut connection = self.read.acquire().await?;
        let mut log = self.on(&mut connection);
        let folding = async {
            log.run("PRAGMA busy_timeout = 200", values![]).await?;
            let row = log
                .one("PRAGMA wal_checkpoint(TRUNCATE)", values![])
                .await?;
            log.run("PRAGMA busy_timeout = 5000", values![]).await?;
            Ok(get::<i64>(&row, "busy")? == 0)
        };
        let folded = folding.await;
        if folded.is_err() {
            connection.close_on_drop();
        }
        folded
    }
}
