//! Moderators' accounts. Addresses are sealed before they come here and found by their keyed hash.

use serde_json::{Value, json};

use crate::{
    domain::{
        email::{EmailIndex, SealedEmail},
        moderator::{Moderator, ModeratorId, Role, Scope},
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        sql::{Conn, get, record, sql, values},
    },
};

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

/// What a change writes into an account; what is absent stays as it is at that moment, whoever changed it.
#[derive(Debug, Clone, Default)]
pub struct AccountWrites {
    /// Name for the history.
    pub name: Option<String>,
    /// The sealed address and its keyed hash.
    pub email: Option<(SealedEmail, EmailIndex)>,
    /// Role.
    pub role: Option<Role>,
    /// The sites; an operator's are all of them, whatever is written.
    pub scope: Option<Scope>,
}

impl AccountWrites {
    /// Writes into an account.
    pub fn apply(self, account: &mut Moderator) {
        account.name = self
            .name
            .unwrap_or_else(|| std::mem::take(&mut account.name));
        if let Some((sealed, index)) = self.email {
            account.email = Some(sealed);
            account.email_index = Some(index);
        }
        account.role = self.role.unwrap_or(account.role);
        if account.role == Role::Operator {
            account.scope = Scope::All;
        } else if let Some(scope) = self.scope {
            account.scope = scope;
        }
    }
}

impl Store {
    /// Every moderator, earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn moderators(&self) -> Result<Vec<Moderator>> {
        let text = format!("SELECT {COLUMNS} FROM moderators ORDER BY id");
        let query = sql(text, values![]);
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
        let found = self.find(text, values![value]).await?;
        found.as_ref().map(read).transpose()
    }

    /// Adds the first operator unless there is any account already; returns whether it did.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_first_operator(&self, operator: Moderator) -> Result<bool> {
        self.write(async |tx| {
            // Two instances that start at once on PostgreSQL take turns at this lock.
            let text = "UPDATE meta SET value = value WHERE name = 'key_check'";
            tx.run(text, values![]).await?;
            let text = "SELECT id FROM moderators LIMIT 1";
            let anyone = tx.find(text, values![]).await?;
            if anyone.is_some() {
                return Ok(false);
            }
            insert(tx, operator).await
        })
        .await
    }

    /// Changes name, address, role and scope. Someone who loses rights is signed out nowhere:
    /// every request reads the account again.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn update_moderator(
        &self,
        id: &ModeratorId,
        writes: AccountWrites,
    ) -> Result<Change> {
        self.write(async |tx| update(tx, id, writes).await).await
    }

    /// Removes an account with its preferences, its unused links and the notices meant for it, and
    /// revokes the tokens that its owner made.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn remove_moderator(&self, id: ModeratorId, now: Timestamp) -> Result<Change> {
        self.write(async |tx| {
            if is_last_operator(tx, &id).await? {
                return Ok(Change::LastOperator);
            }
            for text in [
                "DELETE FROM sign_in_links WHERE moderator = $1",
                "DELETE FROM mail_preferences WHERE moderator = $1",
                "DELETE FROM notices WHERE moderator = $1",
                "DELETE FROM familiar_networks WHERE moderator = $1",
            ] {
                tx.run(text, values![id]).await?;
            }
            let text = "UPDATE tokens SET revoked_at = $2 \
                        WHERE owner = $1 AND revoked_at IS NULL";
            let revoked = tx.run(text, values![id, now]).await?;
            let text = "DELETE FROM moderators WHERE id = $1";
            let removed = tx.touch(text, values![id]).await?;
            if !removed {
                return Ok(Change::NotFound);
            }
            let detail = json!({ "tokens_revoked": revoked });
            acts::record(tx, "person.remove", &id.0, detail).await?;
            Ok(Change::Done)
        })
        .await
    }
}

pub(super) async fn insert(tx: &mut Conn<'_>, moderator: Moderator) -> Result<bool> {
    let text = "INSERT INTO moderators (id, name, email_sealed, email_index, role, scope, \
                    password_hash, session_epoch, created_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    tx.touch(
        text,
        values![
            moderator.id,
            moderator.name,
            moderator.email,
            moderator.email_index,
            moderator.role,
            moderator.scope,
            moderator.password_hash,
            moderator.session_epoch,
            moderator.created_at
        ],
    )
    .await
}

/// Sets a password's hash and ends every session and unused link; returns the new session epoch, if the
/// account is there.
pub(super) async fn replace_password(
    tx: &mut Conn<'_>,
    id: ModeratorId,
    hash: String,
) -> Result<Option<i64>> {
    let text = "DELETE FROM sign_in_links WHERE moderator = $1";
    tx.run(text, values![id]).await?;
    let text = "UPDATE moderators SET password_hash = $2, session_epoch = session_epoch + 1 \
                WHERE id = $1 RETURNING session_epoch";
    let row = tx.find(text, values![id, hash]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    acts::record(tx, "person.password", &id.0, json!({})).await?;
    Ok(Some(get(&row, "session_epoch")?))
}

/// What an act records of an account: no name and no address.
pub(super) fn rights_of(moderator: &Moderator) -> Value {
    json!({ "role": moderator.role, "scope": moderator.scope })
}

/// Whether another account has this address.
pub(super) async fn is_taken(
    tx: &mut Conn<'_>,
    index: &EmailIndex,
    by_other_than: &ModeratorId,
) -> Result<bool> {
    let text = "SELECT id FROM moderators WHERE email_index = $1 AND id <> $2";
    let other = tx.find(text, values![index, by_other_than]).await?;
    Ok(other.is_some())
}

/// Writes name, address, role and scope, unless that takes another's address or the last operator. The account is
/// read and locked here: what was read before may have been changed by somebody else since.
pub(super) async fn update(
    tx: &mut Conn<'_>,
    id: &ModeratorId,
    writes: AccountWrites,
) -> Result<Change> {
    let text = format!("SELECT {COLUMNS} FROM moderators WHERE id = $1 {{lock}}");
    let found = tx.find(text, values![id]).await?;
    let Some(mut moderator) = found.as_ref().map(read).transpose()? else {
        return Ok(Change::NotFound);
    };
    writes.apply(&mut moderator);
    if let Some(index) = &moderator.email_index
        && is_taken(tx, index, &moderator.id).await?
    {
        return Ok(Change::EmailTaken);
    }
    let keeps = moderator.role == Role::Operator;
    if !keeps && is_last_operator(tx, &moderator.id).await? {
        return Ok(Change::LastOperator);
    }
    let text = "UPDATE moderators SET name = $2, email_sealed = $3, email_index = $4, role = $5, \
                    scope = $6 \
                WHERE id = $1";
    let detail = rights_of(&moderator);
    tx.run(
        text,
        values![
            id,
            moderator.name,
            moderator.email,
            moderator.email_index,
            moderator.role,
            moderator.scope
        ],
    )
    .await?;
    acts::record(tx, "person.change", &id.0, detail).await?;
    Ok(Change::Done)
}

/// Whether this is the only one who may run the place. The rows are locked, so that two operators
/// cannot remove each other at once; on SQLite writers take turns anyway.
async fn is_last_operator(tx: &mut Conn<'_>, id: &ModeratorId) -> Result<bool> {
    let text = "UPDATE moderators SET role = role WHERE role = 'operator' RETURNING id";
    let operators = tx.all(text, values![]).await?;
    let mut others = false;
    let mut included = false;
    for row in operators {
        let found: String = get(&row, "id")?;
        included |= found == id.0;
        others |= found != id.0;
    }
    Ok(included && !others)
}

record! {
    COLUMNS, read -> Moderator {
        id: "id",
        name: "name",
        email: "email_sealed",
        email_index: "email_index",
        role: "role",
        scope: json "scope",
        password_hash: "password_hash",
        session_epoch: "session_epoch",
        last_mailed_at: "last_mailed_at",
        created_at: "created_at",
        language: "language",
        page_size: "page_size",
    }
}
