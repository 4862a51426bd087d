//! What a running instance says of itself: which key it seals with. It says so before it first seals with
//! a key, again every few seconds, and takes it back when it ends. A key is not retired while an
//! instance seals with another.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    config::Settings,
    domain::timestamp::Timestamp,
    privacy::Privacy,
    sealing::{keys::KeyRing, registry::Incomplete},
    storage::{StoreError, sealing_keys::Instance},
};

/// An instance says what it seals with at least this often.
const AT_LEAST: Duration = Duration::from_secs(15);

/// Time beyond which an instance that is not heard of is taken for ended, on top of what retiring waits
/// anyway.
const SILENCE: Duration = Duration::from_secs(5);

/// Why an instance cannot say what it seals with.
#[derive(Debug, thiserror::Error)]
pub enum PresenceError {
    /// Its key was retired.
    #[error(transparent)]
    Keys(#[from] Incomplete),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What this instance has said; nothing, as long as it is a command and no service.
#[derive(Debug, Default)]
pub struct Presence {
    said: Mutex<Option<Said>>,
    complaint: Mutex<Option<String>>,
}

#[derive(Debug, Clone, Copy)]
struct Said {
    adopted_at: Timestamp,
    seen_at: Timestamp,
}

impl Presence {
    fn said(&self) -> Option<Said> {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Exchanges what is wrong with the key file; what was wrong before.
    pub(super) fn complain(&self, complaint: Option<String>) -> Option<String> {
        let mut last = self
            .complaint
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut last, complaint)
    }

    fn note(&self, said: Option<Said>) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = said;
    }
}

/// Says that this instance runs and which key it seals with. Before the first request.
///
/// # Errors
/// [`PresenceError`].
pub async fn arrive(privacy: &Privacy) -> Result<(), PresenceError> {
    let ring = privacy.ground.signer.ring();
    // It has sealed with no other key since it started.
    let known = privacy.ground.store.sealing_keys().await?;
    let known = known.into_iter().find(|key| key.id == ring.current().id());
    let since = known.map_or(privacy.ground.now(), |key| key.made_at);
    say(privacy, &ring, since).await
}

/// Seals with another ring's newest key from now on, having said so.
///
/// # Errors
/// [`PresenceError`]; then the keys are those of before.
pub(super) async fn adopt(privacy: &Privacy, ring: KeyRing) -> Result<(), PresenceError> {
    if let Some(said) = privacy.presence.said() {
        let same = privacy.ground.signer.ring().current().id() == ring.current().id();
        let since = if same {
            said.adopted_at
        } else {
            privacy.ground.now()
        };
        say(privacy, &ring, since).await?;
    }
    privacy.ground.use_keys(ring);
    Ok(())
}

/// Says again what this instance seals with, if it is time to.
///
/// # Errors
/// [`PresenceError`].
pub(super) async fn beat(privacy: &Privacy) -> Result<(), PresenceError> {
    let Some(said) = privacy.presence.said() else {
        return Ok(());
    };
    let quarter = retire_after(&privacy.ground.settings) / 4;
    if privacy.ground.now().since(said.seen_at) < quarter.min(AT_LEAST) {
        return Ok(());
    }
    say(privacy, &privacy.ground.signer.ring(), said.adopted_at).await
}

/// Takes back what this instance said: it has ended.
pub async fn leave(privacy: &Privacy) {
    if privacy.presence.said().is_none() {
        return;
    }
    privacy.presence.note(None);
    if let Err(error) = privacy
        .ground
        .store
        .forget_instance(privacy.ground.instance.to_string())
        .await
    {
        tracing::warn!(%error, "this instance could not be signed off: its key is kept for a while");
    }
}

/// How long a key has to be in use before older ones may be retired.
pub(super) const fn retire_after(settings: &Settings) -> Duration {
    Duration::from_secs(settings.privacy.retire_after_seconds)
}

/// Instances not heard of since this time have ended.
pub(super) fn heard_since(privacy: &Privacy) -> Timestamp {
    privacy
        .ground
        .now()
        .minus(retire_after(&privacy.ground.settings).saturating_add(SILENCE))
}

async fn say(
    privacy: &Privacy,
    ring: &KeyRing,
    adopted_at: Timestamp,
) -> Result<(), PresenceError> {
    let (key, seen_at) = (ring.current().id().to_owned(), privacy.ground.now());
    let one = Instance {
        id: privacy.ground.instance.to_string(),
        name: name(&privacy.ground.settings),
        sealing_key: key.clone(),
        adopted_at,
        seen_at,
    };
    if !privacy.ground.store.announce_instance(one).await? {
        return Err(Incomplete::Retired(key).into());
    }
    let said = Said {
        adopted_at,
        seen_at,
    };
    privacy.presence.note(Some(said));
    Ok(())
}

/// Machine, address and data folder: what an instance has after it was started again too.
fn name(settings: &Settings) -> String {
    let system = rustix::system::uname();
    let machine = system.nodename().to_string_lossy();
    let (listen, folder) = (settings.server.listen, settings.data_dir.display());
    format!("{machine} {listen} {folder}")
}
