//! A running service follows its key file: a key that was added or retired by a command here, or that
//! came with a copy of another instance's file, is used within a second. A file that is not whole, not
//! this database's, or that lacks a key in use is not followed: the keys in memory are used, which is
//! said once, and they are kept beside the file, for they may be nowhere else by then.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::presence::{self, PresenceError};
use crate::{
    files,
    privacy::Privacy,
    sealing::{
        key_file,
        keys::KeyError,
        registry::{self, Incomplete},
    },
    storage::StoreError,
};

/// Why a key file is not followed.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("the key file belongs to another database: put the right one back")]
    Foreign,
    #[error(transparent)]
    Incomplete(#[from] Incomplete),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PresenceError> for FollowError {
    fn from(error: PresenceError) -> Self {
        match error {
            PresenceError::Keys(error) => error.into(),
            PresenceError::Store(error) => error.into(),
        }
    }
}

/// Uses the key file's keys if another process changed them, and says which key this instance seals
/// with.
pub async fn follow(privacy: &Privacy) {
    let looked = look(privacy).await;
    let said = presence::beat(privacy).await.map_err(FollowError::from);
    let outcome = looked.and(said);
    let complaint = outcome.as_ref().err().map(ToString::to_string);
    let before = privacy.presence.complain(complaint.clone());
    match (&before, outcome) {
        (_, Err(error)) if before != complaint => {
            tracing::error!(%error, "the key file is not followed; the keys in memory are used");
        }
        (Some(_), Ok(())) => {
            tracing::info!("the key file can be used again");
            forget_kept(privacy);
        }
        // The database is away, and the file may be well.
        (None, Ok(())) | (_, Err(FollowError::Store(_))) => {}
        // Seen twice, a second apart: it is not just being copied.
        (_, Err(_)) => keep(privacy),
    }
}

async fn look(privacy: &Privacy) -> Result<(), FollowError> {
    let ring = key_file::read(privacy.ground.settings.key_file()).await?;
    if privacy.ground.signer.uses(&ring) {
        return Ok(());
    }
    if ring.check() != privacy.ground.signer.ring().check() {
        return Err(FollowError::Foreign);
    }
    let known = privacy
        .ground
        .store
        .know_keys(ring.ids(), privacy.ground.now())
        .await?;
    registry::complete(&ring, &known)?;
    let key = ring.current().id().to_owned();
    presence::adopt(privacy, ring).await?;
    tracing::info!(
        key,
        "the key file was changed; its newest key is used from now on"
    );
    Ok(())
}

/// Where the keys in memory are kept while the key file cannot be used.
fn kept(privacy: &Privacy) -> PathBuf {
    files::beside(&privacy.ground.settings.key_file(), "kept")
}

/// Keeps the keys in memory on the disk: the service may end before the file is put right.
fn keep(privacy: &Privacy) {
    let (ring, kept) = (privacy.ground.signer.ring(), kept(privacy));
    let has_all = |path: &Path| {
        let file = key_file::open(path, false);
        file.is_ok_and(|file| ring.ids().iter().all(|id| file.holds(id)))
    };
    if has_all(&privacy.ground.settings.key_file()) || has_all(&kept) {
        return;
    }
    match key_file::write(&ring, &kept) {
        Ok(()) => tracing::warn!(
            file = %kept.display(),
            "the keys in memory were written beside the key file: they may be nowhere else"
        ),
        Err(error) => tracing::error!(%error, "the keys in memory could not be kept"),
    }
}

/// Removes what was kept once the key file has all of it.
fn forget_kept(privacy: &Privacy) {
    let (ring, kept) = (privacy.ground.signer.ring(), kept(privacy));
    if let Ok(file) = key_file::open(&kept, false)
        && file.ids().iter().all(|id| ring.holds(id))
    {
        let _ = fs::remove_file(kept);
    }
}
