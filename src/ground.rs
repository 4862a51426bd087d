//! What every room stands on: the settings, the time, the database, the keys and the sites. It knows no
//! room; a room with live parts of its own is a struct that holds it.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use url::Url;
use uuid::Uuid;

use crate::{
    clock::Clock,
    config::Settings,
    directory::Directory,
    domain::{origin::Origin, timestamp::Timestamp},
    faults::Faults,
    sealing::{
        key_file,
        keys::{KeyError, KeyRing},
        registry::{self, Incomplete},
        signed::Signer,
        vault::Vault,
    },
    storage::{Opening, Store, StoreError, private},
};

/// Why the ground could not be laid.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    /// The data folder cannot be made.
    #[error("the data folder {path} cannot be made: {source}")]
    DataFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key file cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The key file is not the one whose keys sealed what the database holds.
    #[error("the key file does not belong to this database: put the right one back")]
    ForeignKeys,
    /// Nothing may be sealed with the keys in the key file.
    #[error(transparent)]
    Incomplete(#[from] Incomplete),
}

/// What every room stands on.
pub struct Ground {
    /// Distinguishes this instance from others on the same database.
    pub instance: Uuid,
    /// The settings.
    pub settings: Settings,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub store: Store,
    /// Seals and finds addresses.
    pub vault: Arc<Vault>,
    /// Signs and checks tokens.
    pub signer: Signer,
    /// The sites and block rules in force.
    pub directory: Directory,
    /// What tests break; nothing in a release.
    pub faults: Arc<Faults>,
}

impl Ground {
    /// Makes the data folder and the key file when they are missing, opens the database and, with
    /// `may_migrate`, brings it up to date.
    ///
    /// # Errors
    /// [`GroundError`], one plain sentence each.
    pub async fn open(
        settings: Settings,
        clock: Clock,
        may_migrate: bool,
    ) -> Result<Self, GroundError> {
        make_folder(&settings.data_dir)?;
        private::keep_private(&settings.database_url());
        let opening = Opening {
            connections: settings.database.max_connections,
            may_migrate,
            behind_pooler: settings.database.pooler,
        };
        let store = Store::open(&settings.database_url(), opening).await?;
        let now = clock.now();
        let ring = open_keys(&settings, &store, now).await?;
        Ok(Self {
            instance: Uuid::now_v7(),
            vault: Arc::new(Vault::new(&ring)),
            signer: Signer::new(ring),
            directory: Directory::load(&store, now).await?,
            faults: Arc::default(),
            settings,
            clock,
            store,
        })
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Seals and signs with another ring's keys from now on. A service announces that before it does
    /// so (`privacy::presence`).
    pub(crate) fn use_keys(&self, ring: KeyRing) {
        self.vault.replace(&ring);
        self.signer.replace(ring);
    }

    /// The origin of [`Self::public_url`], as browsers name it.
    #[must_use]
    pub fn public_origin(&self) -> Option<Origin> {
        let url = Url::parse(&self.public_url()).ok()?;
        Origin::of(&url)
    }

    /// How browsers reach this service, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        let configured = self.settings.server.public_url.trim_end_matches('/');
        if configured.is_empty() {
            return format!("http://{}", self.settings.server.listen);
        }
        configured.to_owned()
    }
}

/// Makes the data folder when there is none, which only the user that runs the service may read.
fn make_folder(folder: &Path) -> Result<(), GroundError> {
    let mut new = DirBuilder::new();
    let made = new.recursive(true).mode(0o700).create(folder);
    made.map_err(|source| GroundError::DataFolder {
        path: folder.to_owned(),
        source,
    })
}

/// The name of the fact by which a database knows its key file.
pub const KEY_CHECK: &str = "key_check";

/// Opens the key file and checks that it is the database's own, and that its keys may seal. A new one
/// is made only for a database that was never used with another.
async fn open_keys(
    settings: &Settings,
    store: &Store,
    now: Timestamp,
) -> Result<KeyRing, GroundError> {
    let known = store.meta(KEY_CHECK).await?;
    let ring = key_file::open(&settings.key_file(), known.is_none())?;
    let own = ring.check();
    let check = match known {
        Some(check) => check,
        None => store.meta_or_insert(KEY_CHECK, own.clone()).await?,
    };
    if check != own {
        return Err(GroundError::ForeignKeys);
    }
    let known = store.know_keys(ring.ids(), now).await?;
    Ok(registry::startable(ring, &known)?)
}
