//! Block rules.

use serde::de::{DeserializeOwned, value::StrDeserializer};
use sqlx::{Row, any::AnyRow};

use serde_json::json;

use super::{Result, Store, StoreError, acts, rows, sites::raise_revision, touched};
use crate::domain::{
    block::{BlockAction, BlockRule},
    evidence::Verdict,
    site::SiteSlug,
    timestamp::Timestamp,
};

pub(super) const COLUMNS: &str =
    "id, site, kind, pattern, action, note, created_at, created_by, expires_at";

impl Store {
    /// Every rule that has not ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn block_rules(&self, now: Timestamp) -> Result<Vec<BlockRule>> {
        let text = format!(
            "SELECT {COLUMNS} FROM block_rules WHERE expires_at IS NULL OR expires_at > $1 ORDER BY id"
        );
        let query = sqlx::query(self.sql(&text)).bind(now.millis());
        self.gather("block_rules", query, read).await
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_block_rule(&self, rule: BlockRule) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO block_rules (id, site, kind, pattern, action, note, created_at, \
                                created_by, expires_at) \
                            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let detail = json!({ "site": rule.site, "kind": rule.kind, "action": rule.action });
                sqlx::query(text)
                    .bind(rule.id.clone())
                    .bind(rule.site.map(|site| site.to_string()))
                    .bind(rule.kind.as_str())
                    .bind(rule.pattern)
                    .bind(Verdict::from(rule.action).as_str())
                    .bind(rule.note)
                    .bind(rule.created_at.millis())
                    .bind(rule.created_by)
                    .bind(rule.expires_at.map(Timestamp::millis))
                    .execute(&mut *connection)
                    .await?;
                acts::record(connection, "rule.add", &rule.id, detail).await?;
                raise_revision(connection).await
            })
        })
        .await
    }

    /// Removes a rule; `false` when there is no such rule.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_block_rule(&self, id: String) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let removed = sqlx::query("DELETE FROM block_rules WHERE id = $1")
                    .bind(id.clone())
                    .execute(&mut *connection)
                    .await?;
                if touched(&removed) {
                    acts::record(connection, "rule.remove", &id, json!({})).await?;
                }
                raise_revision(connection).await?;
                Ok(touched(&removed))
            })
        })
        .await
    }
}

pub(super) fn read(row: &AnyRow) -> Result<BlockRule> {
    let site: Option<String> = row.try_get("site")?;
    let site = site.map(|slug| SiteSlug::parse(&slug)).transpose();
    Ok(BlockRule {
        id: row.try_get("id")?,
        site: site.map_err(|_| StoreError::Corrupt("site"))?,
        kind: word(row, "kind")?,
        pattern: row.try_get("pattern")?,
        action: word::<BlockAction>(row, "action")?,
        note: row.try_get("note")?,
        created_at: rows::timestamp(row, "created_at")?,
        created_by: row.try_get("created_by")?,
        expires_at: rows::optional_timestamp(row, "expires_at")?,
    })
}

/// Reads an enum from its word.
fn word<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T> {
    let word: String = row.try_get(column)?;
    let deserializer: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(&word);
    T::deserialize(deserializer).map_err(|_| StoreError::Corrupt(column))
}
