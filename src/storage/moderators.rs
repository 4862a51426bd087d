//! Moderators' accounts and how each wants to be mailed. Addresses are sealed before they come here
//! and found by their keyed hash.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row, any::AnyRow};
use utoipa::ToSchema;

use super::{Result, Store, StoreError, acts, engine::Engine, links::replace_link, rows, touched};
use crate::domain::{
    email::{EmailIndex, SealedEmail},
    moderator::{MailMode, Moderator, ModeratorId, Role, Scope},
    site::SiteSlug,
    timestamp::Timestamp,
};

pub(super) const COLUMNS: &str = "id, name, email_sealed, email_index, role, scope, password_hash, \
                       session_epoch, last_mailed_at, created_at";

/// What became of a change to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Done.
    Done,
    /// There is no such account.
    NotFound,
    /// Another account has this address.
    EmailTaken,
    /// The last operator stays one: nobody else could run the place.
    LastOperator,
}

/// What someone changed about their own account; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct OwnWrites {
    /// The account with its new name or address.
    pub account: Option<Moderator>,
    /// How to be mailed.
    pub mail: Option<MailPreferences>,
    /// The new password's Argon2id hash in PHC form; every session and unused link ends.
    pub password_hash: Option<String>,
}

/// How often someone is mailed about the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailPreferences {
    /// For every site without a choice of its own.
    pub default: MailMode,
    /// For single sites, by slug.
    #[schema(value_type = BTreeMap<String, MailMode>)]
    pub sites: BTreeMap<SiteSlug, MailMode>,
}

impl Default for MailPreferences {
    fn default() -> Self {
        Self {
            default: MailMode::Each,
            sites: BTreeMap::new(),
        }
    }
}

impl MailPreferences {
    /// The mode for one site.
    #[must_use]
    pub fn of(&self, site: &SiteSlug) -> MailMode {
        self.sites.get(site).copied().unwrap_or(self.default)
    }
}

impl Store {
    /// Every moderator, earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn moderators(&self) -> Result<Vec<Moderator>> {
        let text = format!("SELECT {COLUMNS} FROM moderators ORDER BY id");
        let query = sqlx::query(self.sql(&text));
        self.gather("moderators", query, read).await
    }

    /// One moderator.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn moderator(&self, id: &ModeratorId) -> Result<Option<Moderator>> {
        self.one_moderator("id", id.0.clone()).await
    }

    /// The moderator with this address.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn moderator_by_email(&self, index: &EmailIndex) -> Result<Option<Moderator>> {
        self.one_moderator("email_index", index.0.clone()).await
    }

    async fn one_moderator(&self, column: &str, value: String) -> Result<Option<Moderator>> {
        let text = format!("SELECT {COLUMNS} FROM moderators WHERE {column} = $1");
        let found = sqlx::query(self.sql(&text))
            .bind(value)
            .fetch_optional(&self.read)
            .await?;
        found.as_ref().map(read).transpose()
    }

    /// Adds an account with a link to sign in by, of which the hash is kept; `false` when its address
    /// belongs to another.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_moderator(
        &self,
        moderator: Moderator,
        link: String,
        until: Timestamp,
    ) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let id = moderator.id.clone();
                let detail = rights_of(&moderator);
                let added = insert(connection, moderator).await?;
                if added {
                    replace_link(connection, &id, link, until).await?;
                    acts::record(connection, "person.add", &id.0, detail).await?;
                }
                Ok(added)
            })
        })
        .await
    }

    /// Adds the first operator unless there is any account already; tells whether it did.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_first_operator(&self, operator: Moderator) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                // Two instances that start at once on PostgreSQL take turns at this lock.
                sqlx::query("UPDATE meta SET value = value WHERE name = 'key_check'")
                    .execute(&mut *connection)
                    .await?;
                let anyone = sqlx::query("SELECT id FROM moderators LIMIT 1")
                    .fetch_optional(&mut *connection)
                    .await?;
                if anyone.is_some() {
                    return Ok(false);
                }
                insert(connection, operator).await
            })
        })
        .await
    }

    /// Replaces name, address, role and scope. Someone who loses rights is signed out nowhere:
    /// every request reads the account again.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn update_moderator(&self, moderator: Moderator) -> Result<Change> {
        self.write(move |connection| Box::pin(update(connection, moderator)))
            .await
    }

    /// Removes an account with its preferences, its unused links and the notices meant for it, and
    /// revokes the tokens that its owner made.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn remove_moderator(&self, id: ModeratorId, now: Timestamp) -> Result<Change> {
        self.write(move |connection| {
            Box::pin(async move {
                if is_last_operator(connection, &id).await? {
                    return Ok(Change::LastOperator);
                }
                for text in [
                    "DELETE FROM sign_in_links WHERE moderator = $1",
                    "DELETE FROM mail_preferences WHERE moderator = $1",
                    "DELETE FROM notices WHERE moderator = $1",
                    "DELETE FROM familiar_networks WHERE moderator = $1",
                ] {
                    sqlx::query(text)
                        .bind(id.0.clone())
                        .execute(&mut *connection)
                        .await?;
                }
                let text = "UPDATE tokens SET revoked_at = $2 \
                            WHERE owner = $1 AND revoked_at IS NULL";
                let revoked = sqlx::query(text)
                    .bind(id.0.clone())
                    .bind(now.millis())
                    .execute(&mut *connection)
                    .await?;
                let removed = sqlx::query("DELETE FROM moderators WHERE id = $1")
                    .bind(id.0.clone())
                    .execute(&mut *connection)
                    .await?;
                if !touched(&removed) {
                    return Ok(Change::NotFound);
                }
                let detail = json!({ "tokens_revoked": revoked.rows_affected() });
                acts::record(connection, "person.remove", &id.0, detail).await?;
                Ok(Change::Done)
            })
        })
        .await
    }

    /// Writes what someone changed about their own account, all of it or none; the second answer is the new
    /// session epoch where the password was changed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn change_own(
        &self,
        id: ModeratorId,
        writes: OwnWrites,
    ) -> Result<(Change, Option<i64>)> {
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let mut epoch = None;
                if let Some(account) = writes.account {
                    let outcome = update(connection, account).await?;
                    if outcome != Change::Done {
                        return Ok((outcome, None));
                    }
                }
                if let Some(hash) = writes.password_hash {
                    epoch = replace_password(connection, id.clone(), hash).await?;
                    if epoch.is_none() {
                        return Ok((Change::NotFound, None));
                    }
                }
                if let Some(mail) = writes.mail {
                    replace_preferences(connection, engine, id, mail).await?;
                }
                Ok((Change::Done, epoch))
            })
        })
        .await
    }

    /// How someone wants to be mailed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn mail_preferences(&self, id: &ModeratorId) -> Result<MailPreferences> {
        let text = "SELECT moderator, site, mode FROM mail_preferences WHERE moderator = $1";
        let query = sqlx::query(text).bind(id.0.clone());
        let mut preferences = MailPreferences::default();
        for (site, mode) in self.gather("mail_preferences", query, preference).await? {
            match site {
                None => preferences.default = mode,
                Some(site) => {
                    preferences.sites.insert(site, mode);
                }
            }
        }
        Ok(preferences)
    }
}

/// Replaces how someone wants to be mailed.
async fn replace_preferences(
    connection: &mut AnyConnection,
    engine: Engine,
    id: ModeratorId,
    preferences: MailPreferences,
) -> Result<()> {
    let sites = preferences.sites.into_iter();
    let sites = sites.map(|(site, mode)| (site.to_string(), mode));
    let modes = std::iter::once((String::new(), preferences.default)).chain(sites);
    let modes: Vec<_> = modes
        .map(|(site, mode)| json!({ "site": site, "mode": mode }))
        .collect();
    sqlx::query("DELETE FROM mail_preferences WHERE moderator = $1")
        .bind(id.0.clone())
        .execute(&mut *connection)
        .await?;
    let text = "INSERT INTO mail_preferences (moderator, site, mode) \
                SELECT $2, r.value->>'site', r.value->>'mode' FROM {rows:$1}";
    sqlx::query(sqlx::AssertSqlSafe(engine.dialect(text)))
        .bind(Value::Array(modes).to_string())
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert(connection: &mut AnyConnection, moderator: Moderator) -> Result<bool> {
    let text = "INSERT INTO moderators (id, name, email_sealed, email_index, role, scope, \
                    password_hash, session_epoch, created_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let added = sqlx::query(text)
        .bind(moderator.id.0)
        .bind(moderator.name)
        .bind(moderator.email.map(|sealed| sealed.0))
        .bind(moderator.email_index.map(|index| index.0))
        .bind(moderator.role.as_str())
        .bind(scope_json(&moderator.scope))
        .bind(moderator.password_hash)
        .bind(moderator.session_epoch)
        .bind(moderator.created_at.millis())
        .execute(connection)
        .await?;
    Ok(touched(&added))
}

/// Sets a password's hash and ends every session and unused link; returns the new session epoch, if the
/// account is there.
pub(super) async fn replace_password(
    connection: &mut AnyConnection,
    id: ModeratorId,
    hash: String,
) -> Result<Option<i64>> {
    sqlx::query("DELETE FROM sign_in_links WHERE moderator = $1")
        .bind(id.0.clone())
        .execute(&mut *connection)
        .await?;
    let text = "UPDATE moderators SET password_hash = $2, session_epoch = session_epoch + 1 \
                WHERE id = $1 RETURNING session_epoch";
    let row = sqlx::query(text)
        .bind(id.0.clone())
        .bind(hash)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    acts::record(connection, "person.password", &id.0, json!({})).await?;
    Ok(Some(row.try_get("session_epoch")?))
}

/// What an act records of an account: no name and no address.
fn rights_of(moderator: &Moderator) -> Value {
    json!({ "role": moderator.role, "scope": moderator.scope })
}

/// Whether another account has this address.
pub(super) async fn is_taken(
    connection: &mut AnyConnection,
    index: &EmailIndex,
    by_other_than: &ModeratorId,
) -> Result<bool> {
    let text = "SELECT id FROM moderators WHERE email_index = $1 AND id <> $2";
    let other = sqlx::query(text)
        .bind(index.0.clone())
        .bind(by_other_than.0.clone())
        .fetch_optional(connection)
        .await?;
    Ok(other.is_some())
}

/// Writes name, address, role and scope, unless that takes another's address or the last operator.
async fn update(connection: &mut AnyConnection, moderator: Moderator) -> Result<Change> {
    if let Some(index) = &moderator.email_index
        && is_taken(connection, index, &moderator.id).await?
    {
        return Ok(Change::EmailTaken);
    }
    let keeps = moderator.role == Role::Operator;
    if !keeps && is_last_operator(connection, &moderator.id).await? {
        return Ok(Change::LastOperator);
    }
    let text = "UPDATE moderators SET name = $2, email_sealed = $3, email_index = $4, role = $5, \
                    scope = $6 \
                WHERE id = $1";
    let (id, detail) = (moderator.id.0.clone(), rights_of(&moderator));
    let updated = sqlx::query(text)
        .bind(moderator.id.0)
        .bind(moderator.name)
        .bind(moderator.email.map(|sealed| sealed.0))
        .bind(moderator.email_index.map(|index| index.0))
        .bind(moderator.role.as_str())
        .bind(scope_json(&moderator.scope))
        .execute(&mut *connection)
        .await?;
    if !touched(&updated) {
        return Ok(Change::NotFound);
    }
    acts::record(connection, "person.change", &id, detail).await?;
    Ok(Change::Done)
}

/// Whether this is the only one who may run the place. The rows are locked, so that two operators
/// cannot remove each other at once; on SQLite writers take turns anyway.
async fn is_last_operator(connection: &mut AnyConnection, id: &ModeratorId) -> Result<bool> {
    let text = "UPDATE moderators SET role = role WHERE role = 'operator' RETURNING id";
    let operators = sqlx::query(text).fetch_all(connection).await?;
    let mut others = false;
    let mut included = false;
    for row in operators {
        let found: String = row.try_get("id")?;
        included |= found == id.0;
        others |= found != id.0;
    }
    Ok(included && !others)
}

/// A scope as it is kept.
pub(super) fn scope_json(scope: &Scope) -> String {
    serde_json::to_string(scope).unwrap_or_default()
}

/// A choice for one site, or for all without one of their own.
pub(super) fn preference(row: &AnyRow) -> Result<(Option<SiteSlug>, MailMode)> {
    let mode: String = row.try_get("mode")?;
    let mode = MailMode::parse(&mode).ok_or(StoreError::Corrupt("mail mode"))?;
    let site: String = row.try_get("site")?;
    let site = (!site.is_empty()).then(|| rows::site(row)).transpose()?;
    Ok((site, mode))
}

/// A role; what is no role's word is damage, and nobody's right.
pub(super) fn role(row: &AnyRow) -> Result<Role> {
    let word: String = row.try_get("role")?;
    Role::parse(&word).ok_or(StoreError::Corrupt("role"))
}

pub(super) fn read(row: &AnyRow) -> Result<Moderator> {
    let email: Option<String> = row.try_get("email_sealed")?;
    let index: Option<String> = row.try_get("email_index")?;
    let last_mailed_at: Option<Timestamp> = rows::optional_timestamp(row, "last_mailed_at")?;
    Ok(Moderator {
        id: ModeratorId(row.try_get("id")?),
        name: row.try_get("name")?,
        email: email.map(SealedEmail),
        email_index: index.map(EmailIndex),
        role: role(row)?,
        scope: rows::json(row, "scope")?,
        password_hash: row.try_get("password_hash")?,
        session_epoch: row.try_get("session_epoch")?,
        last_mailed_at,
        created_at: rows::timestamp(row, "created_at")?,
    })
}
