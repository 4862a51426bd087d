//! Lists of the desk that somebody named, each for whoever named it.

use sqlx::any::AnyRow;

use crate::{
    domain::{moderator::ModeratorId, timestamp::Timestamp},
    storage::{
        Result, Store,
        sql::{get, sql, values},
    },
};

/// A list with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its name.
    pub name: String,
    /// Its filters and its order, as the list's address carries them.
    pub query: String,
}

impl Store {
    /// Someone's lists, by name.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn views(&self, id: &ModeratorId) -> Result<Vec<SavedView>> {
        let text = "SELECT name, query FROM views WHERE moderator = $1 ORDER BY name";
        let query = sql(text, values![id]);
        let read = |row: &AnyRow| {
            Ok(SavedView {
                name: get(row, "name")?,
                query: get(row, "query")?,
            })
        };
        self.gather("views", query, read).await
    }

    /// Names a list, or gives a name to another list; `false` when someone has so many already.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn save_view(
        &self,
        id: ModeratorId,
        view: SavedView,
        now: Timestamp,
        at_most: u32,
    ) -> Result<bool> {
        self.write(async |tx| {
            let text = "INSERT INTO views (moderator, name, query, created_at) \
                        SELECT $1, $2, $3, $4 WHERE (SELECT COUNT(*) FROM views \
                        WHERE moderator = $1 AND name <> $2) < $5 \
                        ON CONFLICT (moderator, name) DO UPDATE SET query = excluded.query";
            tx.touch(text, values![id, view.name, view.query, now, at_most])
                .await
        })
        .await
    }

    /// Forgets a list; whether there was one of this name.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn remove_view(&self, id: ModeratorId, name: String) -> Result<bool> {
        self.write(async |tx| {
            let text = "DELETE FROM views WHERE moderator = $1 AND name = $2";
            tx.touch(text, values![id, name]).await
        })
        .await
    }
}
