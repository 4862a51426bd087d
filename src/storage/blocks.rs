//! Block rules.

use serde::de::{DeserializeOwned, value::StrDeserializer};
use serde_json::json;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{Result, Store, StoreError, acts, rows, sites::raise_revision, touched};
use crate::domain::{
    block::{BlockAction, BlockRule},
    comment::Status,
    evidence::Verdict,
    owner::Owner,
    site::SiteSlug,
    timestamp::Timestamp,
};

pub(super) const COLUMNS: &str =
    "id, site, kind, pattern, action, note, created_at, created_by, expires_at";

/// A comment that came before a rule, as far as rules look at it.
#[derive(Debug, Clone)]
pub struct Precedent {
    /// Whose the sealed address is: the comment's.
    pub owner: Owner,
    /// The author's name.
    pub name: String,
    /// The author's address, sealed.
    pub email_sealed: String,
    /// The author's website.
    pub website: Option<String>,
    /// The text.
    pub text: String,
    /// The truncated network it came from, as long as that is kept.
    pub network: Option<String>,
    /// Where it stands.
    pub status: Status,
}

impl Store {
    /// The comments that came last, of one site or of all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn precedents(&self, site: Option<&SiteSlug>, limit: i64) -> Result<Vec<Precedent>> {
        let columns =
            "SELECT id, site, name, email_sealed, website, text, network, status FROM comments";
        let text = match site {
            Some(_) => format!("{columns} WHERE site = $1 ORDER BY id DESC LIMIT $2"),
            None => format!("{columns} WHERE site <> $1 ORDER BY id DESC LIMIT $2"),
        };
        let query = sqlx::query(AssertSqlSafe(text))
            .bind(site.map(SiteSlug::to_string).unwrap_or_default())
            .bind(limit);
        let read = |row: &AnyRow| {
            Ok(Precedent {
                owner: Owner::comment(&rows::site(row)?, row.try_get("id")?),
                name: row.try_get("name")?,
                email_sealed: row.try_get("email_sealed")?,
                website: row.try_get("website")?,
                text: row.try_get("text")?,
                network: row.try_get("network")?,
                status: rows::status(row, "status")?,
            })
        };
        self.gather("comments", query, read).await
    }

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
