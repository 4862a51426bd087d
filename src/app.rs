//! The application: settings, clock, store, keys, sites and the live models, wired once.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    background::Pulses,
    bayes::ModelError,
    clients::keys::KeyCache,
    clock::Clock,
    config::Settings,
    directory::Directory,
    domain::timestamp::Timestamp,
    faults::Faults,
    intake::writer::Writer,
    learn::live::Live,
    notify::{
        mailer::{Mailer, MailerError},
        traffic::Traffic,
    },
    privacy::{
        key_file,
        keys::{KeyError, KeyRing},
        presence::Presence,
        registry::{self, Incomplete},
        signed::Signer,
        vault::Vault,
    },
    published::Published,
    readiness::Readiness,
    review::news::News,
    storage::{Store, StoreError, private},
};

/// Why the application could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
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
    /// The mail settings cannot be used.
    #[error(transparent)]
    Mailer(#[from] MailerError),
    /// The compiled-in model cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Everything a request may need. Shared behind an `Arc`.
pub struct App {
    /// Tells this instance from others on the same database.
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
    /// What this instance has said of the key it seals with.
    pub presence: Presence,
    /// The sites and block rules in force.
    pub directory: Directory,
    /// Hands mail over.
    pub mailer: Mailer,
    /// What is on its way to whom.
    pub traffic: Traffic,
    /// The models that judge; exchanged while requests run.
    pub live: Live,
    /// Writes what comes in.
    pub intake: Writer,
    /// What is remembered of programs' keys.
    pub client_keys: KeyCache,
    /// Approved comments as anyone reads them.
    pub published: Published,
    /// Tells moderators of arrivals.
    pub news: News,
    /// How the background jobs do.
    pub pulses: Pulses,
    /// Whether the database can be written to.
    pub readiness: Readiness,
    /// What tests break; nothing in a release.
    pub faults: Arc<Faults>,
}

impl App {
    /// Puts the application together: the data folder and the key file are made when missing, the
    /// database is opened and, with `may_migrate`, brought up to date.
    ///
    /// # Errors
    /// [`StartError`], one plain sentence each.
    pub async fn build(
        settings: Settings,
        clock: Clock,
        may_migrate: bool,
    ) -> Result<Arc<Self>, StartError> {
        make_folder(&settings.data_dir)?;
        private::keep_private(&settings.database_url());
        let connections = settings.database.max_connections;
        let store = Store::open(&settings.database_url(), connections, may_migrate).await?;
        let now = clock.now();
        let ring = open_keys(&settings, &store, now).await?;
        let faults = Arc::new(Faults::default());
        let directory = Directory::load(&store, now).await?;
        Ok(Arc::new(Self {
            instance: Uuid::now_v7(),
            vault: Arc::new(Vault::new(&ring)),
            signer: Signer::new(ring),
            presence: Presence::default(),
            mailer: Mailer::new(&settings)?,
            traffic: Traffic::default(),
            live: Live::new(settings.learning.minimum_per_class)?,
            intake: Writer::start(
                store.clone(),
                clock.clone(),
                settings.intake.clone(),
                faults.clone(),
            ),
            client_keys: KeyCache::default(),
            published: Published::default(),
            news: News::default(),
            pulses: Pulses::default(),
            readiness: Readiness::default(),
            faults,
            settings,
            clock,
            store,
            directory,
        }))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Seals and signs with another ring's keys from now on. A service says so before
    /// ([`crate::privacy::presence`]).
    pub(crate) fn use_keys(&self, ring: KeyRing) {
        self.vault.replace(&ring);
        self.signer.replace(ring);
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

/// Makes the data folder when there is none, for whoever runs the service alone.
fn make_folder(folder: &Path) -> Result<(), StartError> {
    let mut new = DirBuilder::new();
    let made = new.recursive(true).mode(0o700).create(folder);
    made.map_err(|source| StartError::DataFolder {
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
) -> Result<KeyRing, StartError> {
    let known = store.meta(KEY_CHECK).await?;
    let ring = key_file::open(&settings.key_file(), known.is_none())?;
    let own = ring.check();
    let check = match known {
        Some(check) => check,
        None => store.meta_or_insert(KEY_CHECK, own.clone()).await?,
    };
    if check != own {
        return Err(StartError::ForeignKeys);
    }
    let known = store.know_keys(ring.ids(), now).await?;
    Ok(registry::startable(ring, &known)?)
}
