//! Small facts about the database itself, by name.

use crate::storage::{
    Result, Store,
    sql::{get, values},
};

impl Store {
    /// The value kept under `name`.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn meta(&self, name: &str) -> Result<Option<String>> {
        let text = "SELECT value FROM meta WHERE name = $1";
        let row = self.find(text, values![name]).await?;
        row.map(|row| get(&row, "value")).transpose()
    }

    /// Keeps `value` under `name`, unless something is kept there already; returns what is kept now.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn meta_or_insert(&self, name: &'static str, value: String) -> Result<String> {
        self.write(async |tx| {
            let insert = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            tx.run(insert, values![name, value]).await?;
            let text = "SELECT value FROM meta WHERE name = $1";
            let row = tx.one(text, values![name]).await?;
            get(&row, "value")
        })
        .await
    }
}
