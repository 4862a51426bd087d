//! What people change about their own account. The address and the password are changed only by
//! someone who knows the present password: a session left open is not enough.

use secrecy::{ExposeSecret, SecretString};

use super::{
    passwords::{Password, PasswordError},
    people::{self, PeopleError, Wanted},
    sessions::Session,
    sign_in::{self, SignInError},
};
use crate::{
    domain::{
        field::FieldError,
        moderator::{MailPreferences, Moderator},
    },
    ground::Ground,
    news::News,
    storage::{StoreError, own_account::OwnWrites},
};

/// What to change; what is absent stays.
#[derive(Debug, Default)]
pub struct OwnChange {
    /// Name for the history.
    pub name: Option<String>,
    /// Address to sign in by and to be mailed at.
    pub email: Option<String>,
    /// How to be mailed.
    pub mail: Option<MailPreferences>,
    /// The language to read in, as its tag; empty: what the browser asks for.
    pub language: Option<String>,
    /// The present password.
    pub current_password: Option<SecretString>,
    /// A new password; every other session ends.
    pub new_password: Option<SecretString>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// A field is not right.
    #[error("a field is not right")]
    Invalid(Vec<FieldError>),
    /// The present password could not be checked, or was tried too often.
    #[error(transparent)]
    SignIn(SignInError),
    /// The account could not be changed.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The new password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes one's own account, all that is wanted or nothing; the answer is the session to go on with.
///
/// # Errors
/// [`OwnError`].
pub async fn change(
    ground: &Ground,
    account: &Moderator,
    session: Session,
    change: OwnChange,
) -> Result<Session, OwnError> {
    let id = account.id.clone();
    let password = new_password(change.new_password.as_ref())?;
    if password.is_some() || change.email.is_some() {
        confirm(ground, account, change.current_password).await?;
    }
    let password_hash = match password {
        Some(password) => Some(password.hash().await?),
        None => None,
    };
    let wanted = Wanted {
        name: change.name,
        email: change.email,
        ..Wanted::default()
    };
    let account = if wanted.name.is_some() || wanted.email.is_some() {
        Some(people::writes(ground, account, wanted).map_err(OwnError::Invalid)?)
    } else {
        None
    };
    let writes = OwnWrites {
        account,
        mail: change.mail,
        language: change.language,
        password_hash,
    };
    let (outcome, epoch) = ground.store.change_own(id, writes).await?;
    people::refuse(outcome)?;
    Ok(match epoch {
        Some(epoch) => session.carried_on(epoch),
        None => session,
    })
}

/// Ends every session of one's own, at every instance, and unused links to sign in by.
///
/// # Errors
/// [`StoreError`]; then all of them go on.
pub async fn end_every_session(
    ground: &Ground,
    news: &News,
    account: &Moderator,
) -> Result<(), StoreError> {
    ground.store.end_every_session(account.id.clone()).await?;
    news.dismiss_all_of(&account.id);
    Ok(())
}

fn new_password(raw: Option<&SecretString>) -> Result<Option<Password>, OwnError> {
    let parsed = raw.map(|raw| Password::parse("new_password", raw));
    parsed
        .transpose()
        .map_err(|error| OwnError::Invalid(vec![error]))
}

async fn confirm(
    ground: &Ground,
    account: &Moderator,
    password: Option<SecretString>,
) -> Result<(), OwnError> {
    let field = "current_password";
    let given = password.filter(|password| !password.expose_secret().is_empty());
    let Some(password) = given else {
        return Err(OwnError::Invalid(vec![FieldError::required(field)]));
    };
    match sign_in::confirm_password(ground, account, password).await {
        Ok(()) => Ok(()),
        Err(SignInError::Wrong) => {
            let message = "This is not your present password.";
            let error = FieldError::new(field, "wrong", message);
            Err(OwnError::Invalid(vec![error]))
        }
        Err(error) => Err(OwnError::SignIn(error)),
    }
}
