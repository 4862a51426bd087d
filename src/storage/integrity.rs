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
        Ok(damage(row.try_get(0)?))
    }
}

/// What SQLite's integrity check found, if that is anything: several findings on one line, as whoever reads a log
/// or an error expects.
pub(super) fn damage(found: &str) -> Option<String> {
    let lines = found.lines().map(str::trim).collect::<Vec<_>>();
    (found != "ok").then(|| lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::damage;

    #[test]
    fn several_findings_are_one_line() {
        assert_eq!(damage("ok"), None);
        let found = damage("*** in database main ***\nTree 75 page 75: error code 11\n");
        assert_eq!(
            found.as_deref(),
            Some("*** in database main ***; Tree 75 page 75: error code 11")
        );
    }
}
