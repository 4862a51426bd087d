//! Whether the database is intact, as far as the engine can tell.

use sqlx::Row;

use crate::storage::{Result, Store, engine::Engine, sql::values};

impl Store {
    /// What is damaged, if anything is. SQLite looks at its whole file; PostgreSQL checks its pages
    /// as it reads them, so that an answer is all there is to ask for.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn check_integrity(&self) -> Result<Option<String>> {
        if self.engine == Engine::Postgres {
            return self.ping().await.map(|()| None);
        }
        let row = self.one("PRAGMA integrity_check", values![]).await?;
        let says: String = row.try_get(0)?;
        Ok((says != "ok").then_some(says))
    }
}
