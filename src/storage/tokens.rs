//! API tokens. Only their hashes are kept; a revoked one stays in the list, for the record. A token that
//! a person made is theirs: it ends with their account, and may at no time do more than they may.

use serde::Serialize;
use serde_json::json;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use crate::{
    domain::{
        moderator::{ModeratorId, Role, Scope},
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        sql::{get, rows, sql, values},
    },
};

/// How a token came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TokenOrigin {
    /// Somebody made it who was signed in.
    #[serde(rename = "person")]
    Person,
    /// Whoever could run the program beside its data.
    #[serde(rename = "command line")]
    CommandLine,
    /// It is older than this was kept.
    #[serde(rename = "unknown")]
    Unknown,
}

impl TokenOrigin {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::CommandLine => "command line",
            Self::Unknown => "unknown",
        }
    }
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenOwner {
    /// Their identifier as a moderator.
    pub id: ModeratorId,
    /// Their name as it is now, or was when their account was removed.
    pub name: String,
}

/// A token, without what would let anyone use it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TokenView)]
pub struct Token {
    /// Identifier.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do; never more than its owner may.
    pub role: Role,
    /// Where; never more than where its owner may.
    pub scope: Scope,
    /// Whose it is: it ends with their account. Null when nobody's, or not known.
    pub owner: Option<TokenOwner>,
    /// Who made it: a `person`, whoever used the `command line`, or `unknown`: it is older than this
    /// was kept.
    #[schema(value_type = String)]
    pub origin: TokenOrigin,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whose it is, in a word or two.
    #[must_use]
    pub fn whose(&self) -> &str {
        match (&self.owner, self.origin) {
            (Some(owner), _) => &owner.name,
            (None, TokenOrigin::CommandLine) => "command line",
            (None, _) => "unknown owner",
        }
    }

    /// Whether it works and nobody knows who made it.
    #[must_use]
    pub fn is_ownerless(&self) -> bool {
        self.origin == TokenOrigin::Unknown && self.revoked_at.is_none()
    }
}

impl Store {
    /// Every token, earliest first, revoked ones too.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let text = format!("SELECT {COLUMNS} FROM {TABLES} ORDER BY t.id");
        let query = sql(text, values![]);
        self.gather("tokens", query, read).await
    }

    /// Adds a token by the hash of its secret.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_token(&self, token: Token, hash: String) -> Result<()> {
        self.write(async |tx| {
            let owner = token.owner.map(|owner| (owner.id.0, owner.name));
            let (owner, owner_name) = owner.unzip();
            let detail = json!({ "name": token.name, "role": token.role, "scope": token.scope });
            let text = "INSERT INTO tokens (id, name, hash, role, scope, created_at, origin, \
                            owner, owner_name) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            tx.run(
                text,
                values![
                    token.id,
                    token.name,
                    hash,
                    token.role,
                    token.scope,
                    token.created_at,
                    token.origin.as_str(),
                    owner,
                    owner_name
                ],
            )
            .await?;
            acts::record(tx, "token.add", &token.id, detail).await
        })
        .await
    }

    /// The token whose secret has this hash, with no more rights than its owner has now; none when it
    /// was revoked or its owner is gone. Its use is noted.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn use_token(&self, hash: &str, now: Timestamp) -> Result<Option<Token>> {
        let text = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE t.hash = $1 AND t.revoked_at IS NULL \
             AND (t.owner IS NULL OR m.id IS NOT NULL)"
        );
        let found = self.find(text, values![hash]).await?;
        let Some(token) = found.as_ref().map(read_bounded).transpose()? else {
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
        self.revoke(text, [id], now, "token.revoke").await
    }
}

/// The columns that [`read`] and [`read_bounded`] read.
pub(super) const COLUMNS: &str = "t.id, t.name, t.role, t.scope, t.created_at, t.last_used_at, t.revoked_at, \
     t.origin, t.owner, COALESCE(m.name, t.owner_name) AS owner_name, m.role AS owner_role, \
     m.scope AS owner_scope";

/// Where [`COLUMNS`] are.
pub(super) const TABLES: &str = "tokens t LEFT JOIN moderators m ON m.id = t.owner";

/// The token, with no more rights than its owner has.
fn read_bounded(row: &AnyRow) -> Result<Token> {
    let mut token = read(row)?;
    if let Some(role) = get::<Option<Role>>(row, "owner_role")? {
        let scope: Scope = rows::json(row, "owner_scope")?;
        token.role = token.role.min(role);
        token.scope = token.scope.and(&scope);
    }
    Ok(token)
}

pub(super) fn read(row: &AnyRow) -> Result<Token> {
    let origin: String = get(row, "origin")?;
    let owner: Option<String> = get(row, "owner")?;
    let owner_name: Option<String> = get(row, "owner_name")?;
    let origin = match &owner {
        Some(_) => TokenOrigin::Person,
        None if origin == TokenOrigin::CommandLine.as_str() => TokenOrigin::CommandLine,
        None => TokenOrigin::Unknown,
    };
    Ok(Token {
        owner: owner.map(|id| TokenOwner {
            id: ModeratorId(id),
            name: owner_name.unwrap_or_default(),
        }),
        origin,
        id: get(row, "id")?,
        name: get(row, "name")?,
        role: get(row, "role")?,
        scope: rows::json(row, "scope")?,
        created_at: get(row, "created_at")?,
        last_used_at: get(row, "last_used_at")?,
        revoked_at: get(row, "revoked_at")?,
    })
}
