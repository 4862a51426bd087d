//! Key rotation: a new key seals and signs from now on, and what older keys sealed is sealed again.
//! The service may run meanwhile: it notices the new key file, and old keys stay in it until they
//! are retired.

use crate::{
    app::{App, StartError},
    domain::email::SealedEmail,
    privacy::{
        keys::{KeyError, KeyRing},
        vault::{Unopenable, Vault},
    },
    storage::{
        StoreError,
        resealing::{ADDRESSES, CLIENT_KEYS, Place},
    },
};

/// Values sealed again by one transaction.
const BITE: u32 = 500;

/// Why keys could not be rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The key file cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database failed; running the command again goes on where it stopped.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The application could not be put together.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A value cannot be opened with any key at hand, so no key may be retired.
    #[error("{0} sealed values cannot be opened with the keys at hand")]
    Unopenable(u64),
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values sealed again with the key in use.
    pub done: u64,
    /// Values that no key at hand opens.
    pub unopenable: u64,
}

/// Adds a key, uses it from now on, and seals everything again with it.
///
/// # Errors
/// [`RotationError`].
pub async fn rotate(app: &App) -> Result<Resealed, RotationError> {
    let path = app.settings.key_file();
    let ring = KeyRing::open(&path, false)?.rotated();
    ring.write(&path)?;
    app.use_keys(ring);
    reseal(app).await
}

/// Seals what is left again, then forgets every key but the one in use. Links, forms and sessions
/// signed with the forgotten keys end.
///
/// # Errors
/// [`RotationError`]; then all keys are kept.
pub async fn retire(app: &App) -> Result<Resealed, RotationError> {
    let resealed = reseal(app).await?;
    if resealed.unopenable > 0 {
        return Err(RotationError::Unopenable(resealed.unopenable));
    }
    let path = app.settings.key_file();
    let ring = KeyRing::open(&path, false)?.retired();
    ring.write(&path)?;
    app.use_keys(ring);
    Ok(resealed)
}

/// Uses the key file's keys if it was rotated by another process.
pub fn follow(app: &App) {
    match KeyRing::open(&app.settings.key_file(), false) {
        Ok(ring) if !app.signer.uses(&ring) => {
            tracing::info!("the key file was rotated; its new key is used from now on");
            app.use_keys(ring);
        }
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(%error, "the key file cannot be read; the keys in memory are used");
        }
    }
}

async fn reseal(app: &App) -> Result<Resealed, RotationError> {
    let mut total = Resealed::default();
    for place in ADDRESSES {
        reseal_place(app, place, renew_address, &mut total).await?;
    }
    reseal_place(app, CLIENT_KEYS, renew_client_key, &mut total).await?;
    Ok(total)
}

type Renew = fn(&Vault, &str) -> Result<String, Unopenable>;

fn renew_address(vault: &Vault, old: &str) -> Result<String, Unopenable> {
    let email = vault.open(&SealedEmail(old.to_owned()))?;
    Ok(vault.seal(&email).0)
}

fn renew_client_key(vault: &Vault, old: &str) -> Result<String, Unopenable> {
    let key = vault.open_client_key(old)?;
    Ok(vault.seal_client_key(&key))
}

async fn reseal_place(
    app: &App,
    place: Place,
    renew: Renew,
    total: &mut Resealed,
) -> Result<(), RotationError> {
    let prefix = app.vault.current_prefix();
    let mut after = (String::new(), String::new());
    loop {
        let found = app
            .store
            .sealed_otherwise(place, &prefix, &after, BITE)
            .await?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = (last.a.clone(), last.b.clone());
        let mut renewed = Vec::with_capacity(found.len());
        for mut row in found {
            let Ok(new) = renew(&app.vault, &row.old) else {
                total.unopenable += 1;
                continue;
            };
            row.new = new;
            renewed.push(row);
        }
        total.done += app.store.reseal(place, renewed).await?;
    }
}
