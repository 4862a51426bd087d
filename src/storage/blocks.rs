//! Block rules.

use serde_json::json;
use sqlx::any::AnyRow;

use crate::{
    domain::{
        block::BlockRule, comment::Status, evidence::Verdict, owner::Owner, site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        revision::raise_revision,
        sql::{ToValue, get, record, sql, values},
    },
};

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
    /// Its site.
    pub site: SiteSlug,
    /// When it came.
    pub created_at: Timestamp,
}

impl Store {
    /// The comments that came last, of one site or of all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn precedents(&self, site: Option<&SiteSlug>, limit: i64) -> Result<Vec<Precedent>> {
        let columns = "SELECT id, site, name, email_sealed, website, text, network, status, created_at FROM comments";
        let text = match site {
            Some(_) => format!("{columns} WHERE site = $1 ORDER BY id DESC LIMIT $2"),
            None => format!("{columns} WHERE site <> $1 ORDER BY id DESC LIMIT $2"),
        };
        let query = sql(
            text,
            values![site.map(SiteSlug::to_string).unwrap_or_default(), limit],
        );
        let read = |row: &AnyRow| {
            Ok(Precedent {
                owner: Owner::comment(&get(row, "site")?, get(row, "id")?),
                name: get(row, "name")?,
                email_sealed: get(row, "email_sealed")?,
                website: get(row, "website")?,
                text: get(row, "text")?,
                network: get(row, "network")?,
                status: get(row, "status")?,
                site: get(row, "site")?,
                created_at: get(row, "created_at")?,
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
        let query = sql(text, values![now]);
        self.gather("block_rules", query, read).await
    }

    /// Adds the rules of a list, all or none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_block_rules(&self, rules: Vec<BlockRule>) -> Result<()> {
        self.write(async |tx| {
            let detail =
                json!({ "site": rules.first().map(|rule| &rule.site), "rules": rules.len() });
            let rows = rules.iter().map(|rule| {
                [
                    ("id", rule.id.to_value()),
                    ("site", rule.site.to_value()),
                    ("kind", rule.kind.to_value()),
                    ("pattern", rule.pattern.to_value()),
                    ("action", Verdict::from(rule.action).to_value()),
                    ("note", rule.note.to_value()),
                    ("created_at", rule.created_at.to_value()),
                    ("created_by", rule.created_by.to_value()),
                    ("expires_at", rule.expires_at.to_value()),
                ]
            });
            tx.insert_rows("block_rules", rows.collect()).await?;
            acts::record(tx, "rule.import", "", detail).await?;
            raise_revision(tx).await
        })
        .await
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_block_rule(&self, rule: BlockRule) -> Result<()> {
        self.write(async |tx| {
                let text = "INSERT INTO block_rules (id, site, kind, pattern, action, note, created_at, \
                                created_by, expires_at) \
                            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let detail = json!({ "site": rule.site, "kind": rule.kind, "action": rule.action });
                tx.run(text, values![rule.id, rule.site, rule.kind, rule.pattern, Verdict::from(rule.action), rule.note, rule.created_at, rule.created_by, rule.expires_at]).await?;
                acts::record(tx, "rule.add", &rule.id, detail).await?;
                raise_revision(tx).await
            })
        .await
    }

    /// Removes a rule; `false` when there is no such rule.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_block_rule(&self, id: String) -> Result<bool> {
        self.write(async |tx| {
            let text = "DELETE FROM block_rules WHERE id = $1";
            let removed = tx.touch(text, values![id]).await?;
            if removed {
                acts::record(tx, "rule.remove", &id, json!({})).await?;
            }
            raise_revision(tx).await?;
            Ok(removed)
        })
        .await
    }
}

record! {
    COLUMNS, read -> BlockRule {
        id: "id",
        site: "site",
        kind: "kind",
        pattern: "pattern",
        action: "action",
        note: "note",
        created_at: "created_at",
        created_by: "created_by",
        expires_at: "expires_at",
    }
}
