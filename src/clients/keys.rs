//! Keys of programs that speak Akismet's protocol: 12 lower-case hexadecimal characters, because
//! WordPress takes nothing else. That is 48 bits, too few for a secret that may be guessed at will:
//! a key opens nothing but judging and reporting for one site, and a network that guesses is shut out.

use std::{fmt::Write, sync::Arc, time::Duration};

use moka::sync::Cache;
use uuid::Uuid;

use crate::{
    clients::Clients,
    domain::{
        arrival::Counted,
        network::SenderAddress,
        site::{Site, SiteSlug},
        timestamp::Timestamp,
    },
    storage::{Result, StoreError, client_keys::ClientKey},
};

/// The length of a key, in characters.
const LENGTH: usize = 12;
/// The window that wrong keys are counted in, and for which a network that sent too many is shut out.
const WINDOW: Duration = Duration::from_mins(15);
/// Wrong keys from one network in the window.
const WRONG_AT_MOST: i64 = 60;
/// How long a key is good after it was revoked elsewhere.
const REMEMBERED: Duration = Duration::from_secs(5);

/// Why a key is not looked at.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Too many wrong keys came from this network; come back after this long.
    #[error("too many wrong keys")]
    TooMany(Duration),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What this instance remembers of keys, so that most questions need no look-up.
pub struct KeyCache {
    /// Good keys, with the directory's revision at which they were.
    good: Cache<String, (i64, Arc<ClientKey>)>,
    shut_out: Cache<String, ()>,
}

impl Default for KeyCache {
    fn default() -> Self {
        Self {
            good: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(REMEMBERED)
                .build(),
            shut_out: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(WINDOW)
                .build(),
        }
    }
}

/// A key just made: its secret is known here and nowhere else.
pub struct Minted {
    /// The key as it is kept.
    pub key: ClientKey,
    /// What its owner enters into their program: shown once.
    pub secret: String,
}

/// Makes and keeps a key of a site.
///
/// # Errors
/// [`StoreError`].
pub async fn mint(clients: &Clients, site: SiteSlug, name: String) -> Result<Minted> {
    loop {
        let secret = random_key();
        let key = ClientKey {
            id: Uuid::now_v7().to_string(),
            site: site.clone(),
            name: name.clone(),
            sealed: None,
            created_at: clients.ground.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let hash = clients.ground.vault.client_key(&secret);
        if clients
            .ground
            .store
            .add_client_key(key.clone(), hash)
            .await?
        {
            return Ok(Minted { key, secret });
        }
    }
}

/// Whether this could be a key.
#[must_use]
pub fn looks_like_key(raw: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    raw.len() == LENGTH && raw.bytes().all(hex)
}

/// The key of this secret with its site, if it is a good one. `sender` is the program's own network.
///
/// A good key stays good when its network also sends wrong ones: programs share addresses with strangers. That
/// leaves guessing to find one of 2^48: at a thousand tries a second, nine thousand years.
///
/// # Errors
/// [`KeyError`]: a network that sent too many wrong keys does not learn whether another one is wrong.
pub async fn recognise(
    clients: &Clients,
    secret: &str,
    sender: Option<&SenderAddress>,
) -> Result<Option<(Arc<ClientKey>, Arc<Site>)>, KeyError> {
    let Some(key) = good(clients, secret, sender).await? else {
        return Ok(None);
    };
    let site = clients.ground.directory.site(key.site.as_str());
    Ok(site.map(|site| (key, site)))
}

async fn good(
    clients: &Clients,
    secret: &str,
    sender: Option<&SenderAddress>,
) -> Result<Option<Arc<ClientKey>>, KeyError> {
    let network = sender.map(|sender| clients.ground.vault.sign_in_key(sender));
    let network = network.unwrap_or_default();
    let hash = clients.ground.vault.client_key(secret);
    let revision = clients.ground.directory.revision();
    if let Some((at, key)) = clients.keys.good.get(&hash)
        && at == revision
    {
        return Ok(Some(key));
    }
    let now = clients.ground.now();
    let found = if looks_like_key(secret) {
        clients.ground.store.use_client_key(&hash, now).await?
    } else {
        None
    };
    let Some(key) = found else {
        if clients.keys.shut_out.contains_key(&network) {
            return Err(KeyError::TooMany(WINDOW));
        }
        let wrong = wrong_keys(network.clone(), now);
        if clients.ground.store.count(wrong, now).await? > WRONG_AT_MOST {
            clients.keys.shut_out.insert(network, ());
        }
        return Ok(None);
    };
    let key = Arc::new(key);
    let remembered = (revision, key.clone());
    clients.keys.good.insert(hash, remembered);
    Ok(Some(key))
}

/// Revokes a key of a site; `false` when there is none, or it is revoked already. Other instances
/// notice within seconds.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke(clients: &Clients, site: &SiteSlug, id: String) -> Result<bool> {
    let (ground, good) = (&clients.ground, &clients.keys.good);
    let revoked = ground.store.revoke_client_key(site, id, ground.now()).await;
    // Afterwards: a question in between would find the key good, and remember it.
    good.invalidate_all();
    revoked
}

fn wrong_keys(network: String, now: Timestamp) -> Counted {
    Counted {
        site: String::new(),
        kind: "client_key",
        counted: network,
        expires_at: now.plus(WINDOW).millis(),
    }
}

fn random_key() -> String {
    let bits: [u8; LENGTH / 2] = rand::random();
    let mut key = String::with_capacity(LENGTH);
    for byte in bits {
        let _ = write!(key, "{byte:02x}");
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{looks_like_key, random_key};

    #[test]
    fn a_key_is_what_wordpress_takes() {
        assert!(looks_like_key(&random_key()));
        assert_ne!(random_key(), random_key());
        for other in ["", "0123456789ab0", "0123456789AB", "0123456789xy"] {
            assert!(!looks_like_key(other), "{other}");
        }
    }
}
