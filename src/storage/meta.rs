//! Small facts about the database itself, by name.

use sqlx::Row;

use super::{Result, Store};

impl Store {
    /// The value kept under `name`.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn meta(&self, name: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT value FROM meta WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.read)
            .await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }

    /// Keeps `value` under `name`, unless something is kept there already; tells what is kept now.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn meta_or_insert(&self, name: &'static str, value: String) -> Result<String> {
        self.write(move |connection| {
            Box::pin(async move {
                let insert =
                    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                sqlx::query(insert)
                    .bind(name)
                    .bind(value)
                    .execute(&mut *connection)
                    .await?;
                let row = sqlx::query("SELECT value FROM meta WHERE name = $1")
                    .bind(name)
                    .fetch_one(connection)
                    .await?;
                Ok(row.try_get("value")?)
            })
        })
        .await
    }
}
