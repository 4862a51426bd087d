//! Key rotation: a new key seals and signs from now on, and what older keys sealed is sealed again; later
//! the older keys are retired. The service may run meanwhile, and several instances of it; no address may be
//! lost by commands that run at once or are killed:
//!
//! - One command at a time changes keys: it holds the lock beside the key file and, on PostgreSQL, one in
//!   the database. It reads the file after it has them.
//! - A key is in the file, on the disk, before anything is sealed with it, and leaves it only after the
//!   database has refused everything that is sealed with it from then on, what was on its way was
//!   waited for, and nothing is left that it sealed.
//! - A file that lacks a key in use is neither rotated nor retired.

use std::time::Duration;

pub use super::{following::follow, resealing::Resealed};
use super::{
    presence::{self, PresenceError},
    resealing::reseal,
};
use crate::{
    privacy::Privacy,
    sealing::{
        key_file::{self, Lock},
        keys::{KeyError, KeyRing},
        registry::{self, Incomplete},
    },
    storage::{
        StoreError,
        sealing_keys::{Instance, KeysLock, KnownKey},
    },
};

/// How long another command that changes keys is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Looks for values that older keys sealed, after those were retired: each finds what changed while the
/// one before looked.
const LOOKS: u32 = 10;

/// Why keys could not be rotated or retired.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The key file cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The key file is another database's.
    #[error("the key file does not belong to this database: put the right one back")]
    Foreign,
    /// The key file lacks a key in use, or its newest was retired.
    #[error(transparent)]
    Incomplete(#[from] Incomplete),
    /// The database failed; running the command again goes on where it stopped.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another command changes keys.
    #[error("another command is changing the keys: run this again when it has ended")]
    Busy,
    /// Values cannot be opened with any key at hand, so no key may be retired.
    #[error(
        "no key was retired: {0} sealed values cannot be opened with the keys at hand; `hamlet doctor` names the keys that are missing"
    )]
    Unopenable(u64),
    /// The newest key has not been in use for long enough.
    #[error(
        "no key was retired: the key {key} has been in use for {age} s, and what was sealed before it may be on its way still; run this again in {wait} s (privacy.retire_after_seconds)"
    )]
    Young {
        /// The key in use.
        key: String,
        /// For how long, in seconds.
        age: u64,
        /// How long it is yet to wait, in seconds.
        wait: u64,
    },
    /// Other instances seal with other keys.
    #[error(
        "no key was retired: {0}. Copy this key file to them and run this again; one that was killed is forgotten after privacy.retire_after_seconds"
    )]
    InUse(String),
    /// Values went on being sealed with older keys. All keys are still in the file.
    #[error("{0} values are still sealed with older keys, which were kept: run this again")]
    Left(u64),
}

impl From<PresenceError> for RotationError {
    fn from(error: PresenceError) -> Self {
        match error {
            PresenceError::Keys(error) => error.into(),
            PresenceError::Store(error) => error.into(),
        }
    }
}

/// Adds a key, uses it from now on, and seals everything again with it. Values that no key at hand
/// opens are counted and left as they are.
///
/// # Errors
/// [`RotationError`].
pub async fn rotate(privacy: &Privacy) -> Result<Resealed, RotationError> {
    let _locks = lock(privacy).await?;
    let (ring, _) = read(privacy).await?;
    let ring = ring.rotated();
    // On the disk before anything is sealed with it.
    key_file::write(&ring, &privacy.ground.settings.key_file())?;
    known(privacy, &ring).await?;
    presence::adopt(privacy, ring).await?;
    Ok(reseal(&privacy.ground).await?)
}

/// Seals what is left again, then forgets every key but the one in use. Links, forms and sessions
/// signed with the forgotten keys end.
///
/// # Errors
/// [`RotationError`]; then all keys are kept.
pub async fn retire(privacy: &Privacy) -> Result<Resealed, RotationError> {
    let _locks = lock(privacy).await?;
    let (ring, known) = read(privacy).await?;
    let current = ring.current().id().to_owned();
    let others = known
        .iter()
        .any(|key| key.id != current && key.retired_at.is_none());
    if others {
        wait_for_age(privacy, &current, &known).await?;
    }
    presence::adopt(privacy, ring).await?;
    let mut total = openable(reseal(&privacy.ground).await?)?;
    if others {
        refuse_if_in_use(&fence(privacy, &current).await?)?;
    }
    let mut left = u64::MAX;
    for _ in 0..LOOKS {
        let more = openable(reseal(&privacy.ground).await?)?;
        total.done += more.done;
        left = more.done;
        if left == 0 {
            break;
        }
    }
    if left > 0 {
        return Err(RotationError::Left(left));
    }
    drop_retired(privacy).await?;
    Ok(total)
}

/// Takes both locks.
async fn lock(privacy: &Privacy) -> Result<(Lock, KeysLock), RotationError> {
    let file = Lock::take(&privacy.ground.settings.key_file(), PATIENCE).await?;
    let file = file.ok_or(RotationError::Busy)?;
    let begun = std::time::Instant::now();
    loop {
        if let Some(lock) = privacy.ground.store.lock_keys().await? {
            return Ok((file, lock));
        }
        if begun.elapsed() >= PATIENCE {
            return Err(RotationError::Busy);
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

/// Reads the key file, which has to be this database's and to have every key in use, and what is known
/// of its keys.
async fn read(privacy: &Privacy) -> Result<(KeyRing, Vec<KnownKey>), RotationError> {
    let ring = key_file::read(privacy.ground.settings.key_file()).await?;
    if ring.check() != privacy.ground.signer.ring().check() {
        return Err(RotationError::Foreign);
    }
    let known = known(privacy, &ring).await?;
    Ok((ring, known))
}

/// What is known of the keys of a ring, which has to have every key in use.
async fn known(privacy: &Privacy, ring: &KeyRing) -> Result<Vec<KnownKey>, RotationError> {
    let ground = &privacy.ground;
    let known = ground.store.know_keys(ring.ids(), ground.now()).await?;
    registry::complete(ring, &known)?;
    Ok(known)
}

/// Refuses while the newest key, or its use at an instance, is younger than the settings want, or an
/// instance seals with another.
async fn wait_for_age(
    privacy: &Privacy,
    key: &str,
    known: &[KnownKey],
) -> Result<(), RotationError> {
    let (now, wanted) = (
        privacy.ground.now(),
        presence::retire_after(&privacy.ground.settings),
    );
    let instances = privacy
        .ground
        .store
        .instances(presence::heard_since(privacy))
        .await?;
    let elsewhere = instances.iter().filter(|one| one.sealing_key != key);
    refuse_if_in_use(&elsewhere.cloned().collect::<Vec<_>>())?;
    let made = known.iter().find(|one| one.id == key);
    let made = made.map(|key| key.made_at);
    let since = instances.iter().map(|one| one.adopted_at).chain(made).max();
    let age = now.since(since.unwrap_or(now));
    if age >= wanted {
        return Ok(());
    }
    Err(RotationError::Young {
        key: key.to_owned(),
        age: age.as_secs(),
        wait: wanted.saturating_sub(age).as_secs() + 1,
    })
}

fn refuse_if_in_use(instances: &[Instance]) -> Result<(), RotationError> {
    if instances.is_empty() {
        return Ok(());
    }
    let each = instances.iter();
    let each = each.map(|one| format!("{} still seals with the key {}", one.name, one.sealing_key));
    let each: Vec<String> = each.collect();
    Err(RotationError::InUse(each.join("; ")))
}

/// Has the database refuse what older keys seal; the instances that seal with them, if there are any.
async fn fence(privacy: &Privacy, current: &str) -> Result<Vec<Instance>, StoreError> {
    let since = presence::heard_since(privacy);
    privacy
        .ground
        .store
        .retire_keys(current.to_owned(), since, privacy.ground.now())
        .await
}

fn openable(resealed: Resealed) -> Result<Resealed, RotationError> {
    match resealed.unopenable {
        0 => Ok(resealed),
        unopenable => Err(RotationError::Unopenable(unopenable)),
    }
}

/// Takes out of the key file, read anew, what the database takes nothing from any more.
async fn drop_retired(privacy: &Privacy) -> Result<(), RotationError> {
    let (ring, known) = read(privacy).await?;
    let is_retired = |id: &str| {
        known
            .iter()
            .any(|key| key.id == id && key.retired_at.is_some())
    };
    let Some(kept) = ring.only(|id| !is_retired(id)) else {
        return Ok(());
    };
    if kept.ids() != ring.ids() {
        key_file::write(&kept, &privacy.ground.settings.key_file())?;
    }
    Ok(presence::adopt(privacy, kept).await?)
}
