//! Signing in with address and password, and the limits that keep guessing hopeless without letting
//! a stranger lock anybody out: tries are counted for an account and the network they come from
//! together, for the networks around a sender, and, with a much higher limit, for an account from
//! everywhere. That last one does not hold where its owner signed in before, and a browser that they
//! signed in with has a count of its own that nobody else can fill.
//!
//! An account that does not exist is counted and answered like any other.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::passwords::{self, PasswordError};
use crate::{
    domain::{
        arrival::Counted,
        email::{EmailAddress, EmailIndex},
        moderator::{Moderator, ModeratorId},
        network::SenderAddress,
        timestamp::Timestamp,
    },
    ground::Ground,
    sealing::keys::Purpose,
    storage::StoreError,
};

/// The window that tries are counted in.
const WINDOW: Duration = Duration::from_mins(15);
/// Tries for one account from one network in the window, or from one browser that its owner signed
/// in with, right or wrong.
const PER_ACCOUNT: i64 = 10;
/// Tries for one account in the window, from all networks where its owner did not sign in before.
const PER_ACCOUNT_IN_ALL: i64 = 100;
/// Tries from one network in the window, for any accounts: an IPv4 address or a /64, then the
/// /56 and the /48 around it.
const PER_NETWORK: [i64; 3] = [30, 60, 100];

/// How long a network or a browser is known after somebody signed in with it.
const KNOWN: Duration = Duration::from_hours(180 * 24);

/// Why someone is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such account, no password chosen yet, or a wrong one: the answer does not say which.
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

/// Where a try comes from.
#[derive(Debug, Default)]
pub struct Origin {
    /// The sender's address, if it is known.
    pub sender: Option<SenderAddress>,
    /// The browser, if somebody signed in with it before.
    pub device: Option<Device>,
}

/// A browser that somebody signed in with, as its cookie says. It signs nobody in: it only counts
/// its tries apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Device {
    moderator: ModeratorId,
    expires_at: Timestamp,
    nonce: u64,
}

impl Device {
    /// The browser of a cookie's value, while it is good.
    #[must_use]
    pub fn recognise(ground: &Ground, cookie: &str) -> Option<Self> {
        let device: Self = ground.signer.verify(Purpose::Device, cookie)?;
        (device.expires_at > ground.now()).then_some(device)
    }

    /// The cookie's value.
    #[must_use]
    pub fn sign(&self, ground: &Ground) -> String {
        ground.signer.sign(Purpose::Device, self)
    }
}

/// How long a browser is known from now on.
#[must_use]
pub const fn known_for() -> Duration {
    KNOWN
}

/// Whose address and password these are. Every try is counted before it is checked, so that many
/// at once count as many.
///
/// # Errors
/// [`SignInError`].
pub async fn with_password(
    ground: &Ground,
    email: &str,
    password: SecretString,
    from: &Origin,
) -> Result<Moderator, SignInError> {
    let index = EmailAddress::parse("email", email)
        .ok()
        .map(|email| ground.vault.email_index(&email));
    let moderator = match &index {
        Some(index) => ground.store.moderator_by_email(index).await?,
        None => None,
    };
    let tries = tries(ground, index.as_ref(), moderator.as_ref(), from).await?;
    count(ground, tries).await?;
    let hash = moderator
        .as_ref()
        .and_then(|moderator| moderator.password_hash.clone());
    let right = passwords::is_right(password, hash).await?;
    moderator.filter(|_| right).ok_or(SignInError::Wrong)
}

/// Remembers that somebody signed in from here; the browser as it is to be known from now on.
pub async fn remember(ground: &Ground, moderator: &Moderator, from: &Origin) -> Device {
    let until = ground.now().plus(KNOWN);
    if let Some(sender) = &from.sender {
        let network = ground.vault.sign_in_key(sender);
        let kept = ground
            .store
            .make_familiar(moderator.id.clone(), network, until);
        if let Err(error) = kept.await {
            tracing::warn!(%error, "a network could not be remembered");
        }
    }
    let own = from.device.as_ref();
    let own = own.filter(|device| device.moderator == moderator.id);
    Device {
        moderator: moderator.id.clone(),
        expires_at: until,
        nonce: own.map_or_else(rand::random, |device| device.nonce),
    }
}

/// Whether this is the moderator's password. Counts as a try to sign in: a session left open must
/// not be a way to guess it.
///
/// # Errors
/// [`SignInError`].
pub async fn confirm_password(
    ground: &Ground,
    moderator: &Moderator,
    password: SecretString,
) -> Result<(), SignInError> {
    let of_session = vec![(
        counted(ground, "sign_in", moderator.id.0.clone()),
        PER_ACCOUNT,
    )];
    count(ground, of_session).await?;
    let right = passwords::is_right(password, moderator.password_hash.clone()).await?;
    if right {
        Ok(())
    } else {
        Err(SignInError::Wrong)
    }
}

/// What a try is counted as, each with its limit.
async fn tries(
    ground: &Ground,
    index: Option<&EmailIndex>,
    moderator: Option<&Moderator>,
    from: &Origin,
) -> Result<Vec<(Counted, i64)>, SignInError> {
    let owned = from.device.as_ref().zip(moderator);
    if let Some((device, _)) = owned.filter(|(device, owner)| device.moderator == owner.id) {
        let of_device = counted(ground, "sign_in_device", format!("{:016x}", device.nonce));
        return Ok(vec![(of_device, PER_ACCOUNT)]);
    }
    let networks = from
        .sender
        .as_ref()
        .map(|sender| ground.vault.sign_in_keys(sender));
    let networks = networks.unwrap_or_default();
    let nearest = networks.first().map(|(_, key)| key.clone());
    let nearest = nearest.unwrap_or_default();
    let kinds = ["sign_in", "sign_in_56", "sign_in_48"]
        .into_iter()
        .zip(PER_NETWORK);
    let mut tries: Vec<(Counted, i64)> = networks
        .into_iter()
        .zip(kinds)
        .map(|((_, key), (kind, limit))| (counted(ground, kind, key), limit))
        .collect();
    let Some(index) = index else {
        return Ok(tries);
    };
    if ground
        .store
        .is_familiar(index, &nearest, ground.now())
        .await?
    {
        tries.truncate(1);
    } else {
        let in_all = counted(ground, "sign_in_account", index.0.clone());
        tries.push((in_all, PER_ACCOUNT_IN_ALL));
    }
    let from_here = counted(ground, "sign_in_from", format!("{}:{nearest}", index.0));
    tries.push((from_here, PER_ACCOUNT));
    Ok(tries)
}

fn counted(ground: &Ground, kind: &'static str, counted: String) -> Counted {
    Counted {
        site: String::new(),
        kind,
        counted,
        expires_at: ground.now().plus(WINDOW).millis(),
    }
}

/// Counts a try, unless one of its counters is full already: those are not raised any more, and who
/// hammers on neither makes the database write nor fills the others.
async fn count(ground: &Ground, tries: Vec<(Counted, i64)>) -> Result<(), SignInError> {
    let now = ground.now();
    let (counters, limits): (Vec<Counted>, Vec<i64>) = tries.into_iter().unzip();
    let before = ground.store.counted_all(&counters, now).await?;
    let full = |counts: &[i64]| {
        counts
            .iter()
            .zip(&limits)
            .any(|(count, limit)| count >= limit)
    };
    if full(&before) {
        return Err(SignInError::TooMany(WINDOW));
    }
    let counts = ground.store.count_all(counters, now).await?;
    if counts
        .iter()
        .zip(&limits)
        .any(|(count, limit)| count > limit)
    {
        return Err(SignInError::TooMany(WINDOW));
    }
    Ok(())
}
