//! The number by which instances notice that sites, block rules or webhooks have changed.

use crate::storage::{
    Result, Store,
    sql::{Conn, get, values},
};

impl Store {
    /// A number that grows whenever a site or a block rule changes.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn directory_revision(&self) -> Result<i64> {
        let text =
            "SELECT CAST(value AS BIGINT) AS revision FROM meta WHERE name = 'directory_revision'";
        let row = self.find(text, values![]).await?;
        Ok(row
            .map(|row| get(&row, "revision"))
            .transpose()?
            .unwrap_or(0))
    }
}

/// Tells every instance that sites or block rules have changed.
pub(super) async fn raise_revision(tx: &mut Conn<'_>) -> Result<()> {
    let text = "INSERT INTO meta (name, value) VALUES ('directory_revision', '1') \
                ON CONFLICT (name) DO UPDATE SET \
                value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)";
    tx.run(text, values![]).await?;
    Ok(())
}
