//! Moderators' accounts as operators manage them: adding, changing, removing.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::grant;
use crate::{
    domain::{
        email::{EmailAddress, EmailIndex, SealedEmail},
        field::{FieldError, parse_line},
        moderator::{Moderator, ModeratorId, Role, Scope},
        timestamp::Timestamp,
    },
    ground::Ground,
    sealing::vault::Owner,
    storage::{StoreError, moderators::Change},
};

/// Longest name, in Unicode scalar values.
const MAX_NAME_CHARS: usize = 100;

/// Why an account was not added, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// What was asked for is not right.
    #[error("a field is not right")]
    Invalid(Vec<FieldError>),
    /// There is no such account.
    #[error("there is no such moderator")]
    NotFound,
    /// Nobody else could run the place.
    #[error("the last operator cannot be removed or made less")]
    LastOperator,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an account may be given; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Name for the history.
    pub name: Option<String>,
    /// Address to sign in by and to be mailed at.
    pub email: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// The sites; inner `None` means all of them.
    pub sites: Option<Option<Vec<String>>>,
}

/// Reads a moderator's name.
///
/// # Errors
/// A [`FieldError`] on `name`.
pub fn parse_name(raw: &str) -> Result<String, FieldError> {
    parse_line("name", raw, MAX_NAME_CHARS)
}

/// The error of an address that another account has.
#[must_use]
pub fn email_taken() -> FieldError {
    let message = "Another moderator has this address.";
    FieldError::new("email", "taken", message)
}

/// An account, without what would let anyone use it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModeratorView {
    /// Identifier.
    pub id: ModeratorId,
    /// Name for the history.
    pub name: String,
    /// Address, masked.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// Whether they chose a password yet.
    pub has_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl ModeratorView {
    /// Shows an account.
    #[must_use]
    pub fn new(ground: &Ground, account: &Moderator) -> Self {
        Self {
            id: account.id.clone(),
            name: account.name.clone(),
            email: masked(ground, account),
            role: account.role,
            scope: account.scope.clone(),
            has_password: account.password_hash.is_some(),
            created_at: account.created_at,
        }
    }
}

/// An account's address as everyone may see it.
#[must_use]
pub fn masked(ground: &Ground, account: &Moderator) -> Option<String> {
    let opened = ground.vault.open(account.email.as_ref()?, account);
    Some(opened.map_or_else(|_| "unreadable".to_owned(), |email| email.masked()))
}

/// A new account, not kept yet and without a password.
///
/// # Errors
/// What is wrong with each field.
pub(super) fn new_account(ground: &Ground, wanted: Wanted) -> Result<Moderator, Vec<FieldError>> {
    let missing = [
        ("name", wanted.name.is_none()),
        ("email", wanted.email.is_none()),
    ];
    let missing: Vec<FieldError> = missing
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(field, _)| FieldError::required(field))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut moderator = Moderator {
        id: ModeratorId(Uuid::now_v7().to_string()),
        name: String::new(),
        email: None,
        email_index: None,
        role: Role::Moderator,
        scope: Scope::All,
        password_hash: None,
        session_epoch: 0,
        last_mailed_at: None,
        created_at: ground.now(),
        language: None,
    };
    apply(ground, &mut moderator, wanted)?;
    Ok(moderator)
}

/// Changes an account.
///
/// # Errors
/// [`PeopleError`].
pub async fn change(
    ground: &Ground,
    id: &ModeratorId,
    wanted: Wanted,
) -> Result<Moderator, PeopleError> {
    let changed = changed(ground, id, wanted).await?;
    refuse(ground.store.update_moderator(changed.clone()).await?)?;
    Ok(changed)
}

/// An account as it would be with what is wanted.
pub(super) async fn changed(
    ground: &Ground,
    id: &ModeratorId,
    wanted: Wanted,
) -> Result<Moderator, PeopleError> {
    let found = ground.store.moderator(id).await?;
    let mut moderator = found.ok_or(PeopleError::NotFound)?;
    apply(ground, &mut moderator, wanted).map_err(PeopleError::Invalid)?;
    Ok(moderator)
}

/// Removes an account; its sessions, links and tokens end with it.
///
/// # Errors
/// [`PeopleError`].
pub async fn remove(ground: &Ground, id: ModeratorId) -> Result<(), PeopleError> {
    if ground.store.moderator(&id).await?.is_none() {
        return Err(PeopleError::NotFound);
    }
    refuse(ground.store.remove_moderator(id, ground.now()).await?)
}

pub(super) fn refuse(change: Change) -> Result<(), PeopleError> {
    match change {
        Change::Done => Ok(()),
        Change::NotFound => Err(PeopleError::NotFound),
        Change::EmailTaken => Err(PeopleError::Invalid(vec![email_taken()])),
        Change::LastOperator => Err(PeopleError::LastOperator),
    }
}

/// Writes what is wanted into the account, or returns everything that is wrong with it.
fn apply(
    ground: &Ground,
    moderator: &mut Moderator,
    wanted: Wanted,
) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    match wanted.name.as_deref().map(parse_name).transpose() {
        Ok(name) => moderator.name = name.unwrap_or_else(|| moderator.name.clone()),
        Err(error) => errors.push(error),
    }
    match wanted
        .email
        .as_deref()
        .map(|raw| seal(ground, &moderator.id, raw))
        .transpose()
    {
        Ok(Some((sealed, index))) => {
            moderator.email = Some(sealed);
            moderator.email_index = Some(index);
        }
        Ok(None) => {}
        Err(error) => errors.push(error),
    }
    if let Some(role) = wanted.role {
        moderator.role = role;
        if role == Role::Operator {
            moderator.scope = Scope::All;
        }
    }
    if let Some(sites) = wanted.sites {
        match grant(&ground.directory, moderator.role, sites) {
            Ok(scope) => moderator.scope = scope,
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// Reads an account's address, sealed and with its keyed hash.
///
/// # Errors
/// A [`FieldError`] on `email`.
pub(super) fn seal(
    ground: &Ground,
    id: &ModeratorId,
    raw: &str,
) -> Result<(SealedEmail, EmailIndex), FieldError> {
    let email = EmailAddress::parse("email", raw)?;
    let sealed = ground.vault.seal(&email, Owner::moderator(id));
    Ok((sealed, ground.vault.email_index(&email)))
}
