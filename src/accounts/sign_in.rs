//! Signing in with address and password, and the limits that keep guessing hopeless.

use std::time::Duration;

use secrecy::SecretString;

use super::passwords::{self, PasswordError};
use crate::{
    app::App,
    domain::{email::EmailAddress, moderator::Moderator, network::SenderAddress},
    storage::{StoreError, counters::Counted},
};

/// The window that tries are counted in.
const WINDOW: Duration = Duration::from_mins(15);
/// Tries for one account in the window, right or wrong, wherever they come from.
const PER_ACCOUNT: i64 = 10;
/// Tries from one network in the window, for whatever accounts.
const PER_NETWORK: i64 = 30;

/// Why someone is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such account, no password chosen yet, or a wrong one: which of these is not told.
    #[error("the address or the password is not right")]
    Wrong,
    /// Too many tries; come back after this long.
    #[error("too many tries")]
    TooMany(Duration),
    /// The password could not be checked now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whose address and password these are. Every try is counted before it is checked, so that many
/// at once count as many.
///
/// # Errors
/// [`SignInError`].
pub async fn with_password(
    app: &App,
    email: &str,
    password: SecretString,
    sender: Option<SenderAddress>,
) -> Result<Moderator, SignInError> {
    if let Some(sender) = sender {
        count(app, app.vault.sign_in_key(&sender), PER_NETWORK).await?;
    }
    let index = EmailAddress::parse("email", email)
        .ok()
        .map(|email| app.vault.email_index(&email));
    let moderator = match &index {
        Some(index) => {
            count(app, index.0.clone(), PER_ACCOUNT).await?;
            app.store.moderator_by_email(index).await?
        }
        None => None,
    };
    let hash = moderator
        .as_ref()
        .and_then(|moderator| moderator.password_hash.clone());
    let right = passwords::is_right(password, hash).await?;
    moderator.filter(|_| right).ok_or(SignInError::Wrong)
}

/// Whether this is the moderator's password. Counts as a try to sign in: a session left open must
/// not be a way to guess it.
///
/// # Errors
/// [`SignInError`].
pub async fn confirm_password(
    app: &App,
    moderator: &Moderator,
    password: SecretString,
) -> Result<(), SignInError> {
    count(app, moderator.id.0.clone(), PER_ACCOUNT).await?;
    let right = passwords::is_right(password, moderator.password_hash.clone()).await?;
    if right {
        Ok(())
    } else {
        Err(SignInError::Wrong)
    }
}

async fn count(app: &App, counted: String, limit: i64) -> Result<(), SignInError> {
    let now = app.now();
    let try_of = Counted {
        site: String::new(),
        kind: "sign_in",
        counted,
        expires_at: now.plus(WINDOW).millis(),
    };
    // A counter at its limit is not raised any more: who hammers on does not make the database write.
    let full = app.store.counted(&try_of, now).await? >= limit;
    if full || app.store.count(try_of, now).await? > limit {
        return Err(SignInError::TooMany(WINDOW));
    }
    Ok(())
}
