//! API tokens. Only their hashes are kept; a revoked one stays in the list, for the record.

use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store,
    moderators::{role, scope_json},
    rows,
};
use crate::domain::{
    moderator::{Role, Scope},
    timestamp::Timestamp,
};

/// A token, without what would let anyone use it.
#[derive(Debug, Clone)]
pub struct Token {
    /// Identifier.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

pub(super) const COLUMNS: &str = "id, name, role, scope, created_at, last_used_at, revoked_at";

impl Store {
    /// Every token, earliest first, revoked ones too.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let text = format!("SELECT {COLUMNS} FROM tokens ORDER BY id");
        let query = sqlx::query(self.sql(&text));
        self.gather("tokens", query, read).await
    }

    /// Adds a token by the hash of its secret.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_token(&self, token: Token, hash: String) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO tokens (id, name, hash, role, scope, created_at) \
                            VALUES ($1, $2, $3, $4, $5, $6)";
                sqlx::query(text)
                    .bind(token.id)
                    .bind(token.name)
                    .bind(hash)
                    .bind(token.role.as_str())
                    .bind(scope_json(&token.scope))
                    .bind(token.created_at.millis())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The token whose secret has this hash, unless it was revoked; its use is noted.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn use_token(&self, hash: &str, now: Timestamp) -> Result<Option<Token>> {
        let text = format!("SELECT {COLUMNS} FROM tokens WHERE hash = $1 AND revoked_at IS NULL");
        let found = sqlx::query(self.sql(&text))
            .bind(hash.to_owned())
            .fetch_optional(&self.read)
            .await?;
        let Some(token) = found.as_ref().map(read).transpose()? else {
            return Ok(None);
        };
        let text = "UPDATE tokens SET last_used_at = $1 WHERE hash = $2";
        self.note_use(text, hash, token.last_used_at, now).await;
        Ok(Some(token))
    }

    /// Revokes a token; `false` when there is none, or it is revoked already.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn revoke_token(&self, id: String, now: Timestamp) -> Result<bool> {
        let text = "UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        self.revoke(text, [id], now).await
    }
}

pub(super) fn read(row: &AnyRow) -> Result<Token> {
    Ok(Token {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: role(row)?,
        scope: rows::json(row, "scope")?,
        created_at: rows::timestamp(row, "created_at")?,
        last_used_at: rows::optional_timestamp(row, "last_used_at")?,
        revoked_at: rows::optional_timestamp(row, "revoked_at")?,
    })
}
