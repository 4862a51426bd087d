//! Moderators' accounts as operators manage them: adding, changing, removing.

use serde::Serialize;
use utoipa::ToSchema;

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
    storage::{
        StoreError,
        moderators::{AccountWrites, Change},
    },
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
    let missing = missing.into_iter().filter(|(_, missing)| *missing);
    let missing: Vec<_> = missing
        .map(|(field, _)| FieldError::required(field))
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut moderator = Moderator::new(String::new(), Role::Moderator, ground.now());
    writes(ground, &moderator, wanted)?.apply(&mut moderator);
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
    let found = ground.store.moderator(id).await?;
    let account = found.ok_or(PeopleError::NotFound)?;
    let writes = writes(ground, &account, wanted).map_err(PeopleError::Invalid)?;
    refuse(ground.store.update_moderator(id, writes).await?)?;
    let changed = ground.store.moderator(id).await?;
    changed.ok_or(PeopleError::NotFound)
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

/// What is to be written into an account, or everything that is wrong with what is wanted.
pub(super) fn writes(
    ground: &Ground,
    account: &Moderator,
    wanted: Wanted,
) -> Result<AccountWrites, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = wanted.name.as_deref().map(parse_name).transpose();
    let name = name.map_err(|error| errors.push(error));
    let email = wanted.email.as_deref();
    let email = email.map(|raw| seal(ground, &account.id, raw)).transpose();
    let email = email.map_err(|error| errors.push(error));
    let role = wanted.role.unwrap_or(account.role);
    let scope = wanted
        .sites
        .map(|sites| grant(&ground.directory, role, sites));
    let scope = scope.transpose().map_err(|more| errors.extend(more));
    let (Ok(name), Ok(email), Ok(scope)) = (name, email, scope) else {
        return Err(errors);
    };
    Ok(AccountWrites {
        name,
        email,
        role: wanted.role,
        scope,
    })
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
