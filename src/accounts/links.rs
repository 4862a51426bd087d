//! One-time links to sign in by: for the first operator, for people just added, and for those who
//! forgot their password. A link is 256 random bits, kept as a hash, good for a day and for once.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{
    passwords::{Password, PasswordError},
    people::{self, PeopleError, Wanted},
    tokens::{digest, random_word},
};
use crate::{
    domain::{
        field::FieldError,
        moderator::{Moderator, ModeratorId, Role},
    },
    ground::Ground,
    storage::{
        StoreError,
        links::{Chosen, FirstChoices, LinkFor, Redeemed},
    },
};

/// How long a link is good.
pub const LASTS: Duration = Duration::from_hours(24);

/// Why a link did not sign anyone in.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is no such link, it was used, or its time is over.
    #[error("the link is not good any more")]
    Gone,
    /// What was chosen is not right.
    #[error("a field is not right")]
    Invalid(Vec<FieldError>),
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What someone fills in at their first sign-in. Who was added by an operator has a name and an
/// address already and is asked only for a password.
#[derive(Debug, Clone, Default)]
pub struct FirstSignIn {
    /// Name for the history; empty: the one that the account has.
    pub name: String,
    /// Address to sign in by and to be mailed at; empty: the one that the account has.
    pub email: String,
    /// The password they choose.
    pub password: SecretString,
}

/// Makes a link for a moderator; earlier ones stop working. For the first operator it is part of starting;
/// otherwise it is an act of its own.
///
/// # Errors
/// [`StoreError`].
pub async fn make(
    ground: &Ground,
    moderator: &ModeratorId,
    whom: LinkFor,
) -> Result<String, StoreError> {
    let (word, until) = (random_word(), ground.now().plus(LASTS));
    let adding = ground
        .store
        .add_sign_in_link(digest(&word), moderator.clone(), whom, until);
    adding.await?;
    Ok(address(ground, &word))
}

/// Adds an account without a password, and makes the link behind which its owner chooses one: both are
/// kept, or neither.
///
/// # Errors
/// [`PeopleError::Invalid`] or [`PeopleError::Store`].
pub async fn invite(ground: &Ground, wanted: Wanted) -> Result<(Moderator, String), PeopleError> {
    let account = people::new_account(ground, wanted).map_err(PeopleError::Invalid)?;
    let (word, until) = (random_word(), ground.now().plus(LASTS));
    let adding = ground.store.invite(account.clone(), digest(&word), until);
    if adding.await? {
        return Ok((account, address(ground, &word)));
    }
    Err(PeopleError::Invalid(vec![people::email_taken()]))
}

fn address(ground: &Ground, word: &str) -> String {
    format!("{}/sign-in/{word}", ground.public_url())
}

/// Whose link this is, while it is good.
///
/// # Errors
/// [`StoreError`].
pub async fn look_up(ground: &Ground, word: &str) -> Result<Option<Moderator>, StoreError> {
    ground.store.sign_in_link(&digest(word), ground.now()).await
}

/// Whether the owner of a link has to choose a password first.
#[must_use]
pub const fn is_first(moderator: &Moderator) -> bool {
    moderator.password_hash.is_none()
}

/// Whether the owner of a link has to say who they are: the first operator was added by nobody.
#[must_use]
pub const fn is_nobody_yet(moderator: &Moderator) -> bool {
    is_first(moderator) && moderator.email.is_none()
}

/// Spends a link and returns whose it was, as the account is now. At a first sign-in all of `choices`
/// is written into the account; later only a password, if one is given.
///
/// # Errors
/// [`LinkError`]; after [`LinkError::Invalid`] the link is still good.
pub async fn redeem(
    ground: &Ground,
    word: &str,
    choices: FirstSignIn,
) -> Result<Moderator, LinkError> {
    let moderator = look_up(ground, word).await?.ok_or(LinkError::Gone)?;
    let chosen = choose(ground, &moderator, choices).await?;
    let id = moderator.id;
    let redeemed = ground
        .store
        .redeem_sign_in_link(digest(word), id.clone(), chosen, ground.now())
        .await?;
    match redeemed {
        Redeemed::Done => ground.store.moderator(&id).await?.ok_or(LinkError::Gone),
        Redeemed::Gone => Err(LinkError::Gone),
        Redeemed::EmailTaken => Err(LinkError::Invalid(vec![people::email_taken()])),
    }
}

/// What is to be written into the account.
async fn choose(
    ground: &Ground,
    moderator: &Moderator,
    choices: FirstSignIn,
) -> Result<Chosen, LinkError> {
    if is_first(moderator) {
        return Ok(Chosen::First(check(ground, moderator, choices).await?));
    }
    if choices.password.expose_secret().is_empty() {
        return Ok(Chosen::Nothing);
    }
    let password = Password::parse("password", &choices.password);
    let password = password.map_err(|error| LinkError::Invalid(vec![error]))?;
    Ok(Chosen::Password(password.hash().await?))
}

async fn check(
    ground: &Ground,
    moderator: &Moderator,
    choices: FirstSignIn,
) -> Result<FirstChoices, LinkError> {
    let known = moderator.email.clone().zip(moderator.email_index.clone());
    let name = match choices.name.as_str() {
        "" if known.is_some() => Ok(moderator.name.clone()),
        name => people::parse_name(name),
    };
    let email = match (choices.email.as_str(), known) {
        ("", Some(known)) => Ok(known),
        (email, _) => people::seal(ground, &moderator.id, email),
    };
    let password = Password::parse("password", &choices.password);
    let (name, email, password) = match (name, email, password) {
        (Ok(name), Ok(email), Ok(password)) => (name, email, password),
        (name, email, password) => {
            let errors = [name.err(), email.err(), password.err()];
            return Err(LinkError::Invalid(errors.into_iter().flatten().collect()));
        }
    };
    Ok(FirstChoices {
        name,
        email,
        password_hash: password.hash().await?,
    })
}

/// The link for the first operator, made at each start until any operator has chosen a password.
/// The first call on an empty database adds that operator.
///
/// # Errors
/// [`StoreError`].
pub async fn first_link(ground: &Ground) -> Result<Option<String>, StoreError> {
    let operators = operators(ground).await?;
    if operators.iter().any(|one| one.password_hash.is_some()) {
        return Ok(None);
    }
    let first = match operators.into_iter().next() {
        Some(operator) => operator.id,
        None => match add_first_operator(ground).await? {
            Some(id) => id,
            None => return Ok(None),
        },
    };
    make(ground, &first, LinkFor::Newcomer).await.map(Some)
}

/// Whether no operator has chosen a password yet, so that the printed link is the only way in.
///
/// # Errors
/// [`StoreError`].
pub async fn has_no_operator(ground: &Ground) -> Result<bool, StoreError> {
    let operators = operators(ground).await?;
    Ok(operators.iter().all(|one| one.password_hash.is_none()))
}

async fn operators(ground: &Ground) -> Result<Vec<Moderator>, StoreError> {
    let mut people = ground.store.moderators().await?;
    people.retain(|one| one.role == Role::Operator);
    Ok(people)
}

/// Adds the operator named `operator`; nobody when another instance was faster.
async fn add_first_operator(ground: &Ground) -> Result<Option<ModeratorId>, StoreError> {
    let operator = Moderator::new("operator".to_owned(), Role::Operator, ground.now());
    let id = operator.id.clone();
    let added = ground.store.add_first_operator(operator).await?;
    Ok(added.then_some(id))
}
