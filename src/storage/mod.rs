//! The store: whole operations on SQLite and PostgreSQL, one file per kind of thing. No transaction
//! leaves this module, and no SQL is written outside it.
//!
//! One SQL text serves both engines: [`sql`] has what every statement passes through, and the few words that
//! differ; [`engine`] has what else does. Batches travel as one JSON parameter a statement, because each
//! statement costs more than the rows in it.

pub mod abuse_trials;
mod access;
pub mod acts;
pub mod arrivals;
pub mod backup;
pub mod batches;
pub mod blocks;
pub mod callbacks;
pub mod campaigns;
mod chains;
pub mod client_keys;
pub mod comment_erasure;
mod comment_rows;
pub mod comments;
pub mod copies;
pub mod counters;
pub mod counts;
pub mod damage;
pub mod decided;
pub mod decisions;
pub mod deliveries;
pub mod edits;
mod engine;
mod erasure;
pub mod erasures;
mod error;
mod evidence;
pub mod examine;
mod filtering;
pub mod foreign_ids;
pub mod gathered;
mod hosts;
pub mod import_runs;
pub mod imported;
mod imported_replies;
pub mod imports;
pub mod integrity;
pub mod judged;
pub mod judgements;
pub mod known_ids;
mod lately;
pub mod learning;
pub mod links;
mod log;
pub mod looks;
pub mod mail_preferences;
pub mod mail_queue;
pub mod meta;
mod migrations;
pub mod models;
pub mod moderators;
pub mod notices;
pub mod outbox;
pub mod outbox_entries;
pub mod own_account;
pub mod pages;
pub mod pools;
mod primary;
pub mod private;
mod probe;
pub mod public;
mod questions;
pub mod queues;
pub mod related;
pub mod remarks;
pub mod removal;
pub mod resealing;
pub mod retention;
mod revision;
pub mod runs;
pub mod samples;
pub mod sealing_keys;
pub mod search;
mod searching;
mod secrets;
pub mod sessions;
pub mod sites;
mod sql;
mod stretch;
pub mod subject_erasure;
pub mod subjects;
pub mod subscriptions;
pub mod takings_back;
pub mod tallies;
pub mod tokens;
pub mod uploads;
pub mod views;
mod votes;
pub mod webhooks;

use std::{
    str::FromStr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::any::AnyConnectOptions;
use tokio::sync::Semaphore;

pub use self::error::{Result, StoreError};
use self::{
    engine::Engine,
    hosts::Host,
    lately::Lately,
    pools::Pool,
    primary::{Following, Primary},
    probe::OpenFile,
};
use crate::storage::sql::{get, values};

/// Connections for readiness and the public lists.
const FRONT: u32 = 4;

/// Time that a server has to hear that its connections are closed.
const CLOSES_WITHIN: Duration = Duration::from_secs(5);

/// How a database is opened.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Connections kept for reading and, on PostgreSQL, for writing.
    pub connections: u32,
    /// Whether migrations that are missing are applied; they are refused otherwise.
    pub may_migrate: bool,
    /// Whether the URL leads to a pooler that lends a server's connection for one transaction at a time.
    pub behind_pooler: bool,
}

/// The database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    /// See [`Opening::behind_pooler`].
    is_lent: bool,
    /// See [`Opening::connections`].
    connections: usize,
    read: Pool,
    /// On SQLite one connection, so that writers wait in line here and not in the database; on
    /// PostgreSQL the same pool as `read`.
    write: Pool,
    /// Whether the write-ahead log may still hold what was erased; see [`Store::fold_log`].
    unfolded: Arc<AtomicBool>,
    /// The SQLite file as it was opened.
    file: Option<Arc<OpenFile>>,
    /// For whoever is not to wait behind the desk: the public lists, and whether the service is ready.
    front: Pool,
    /// For searches, as many as run at once.
    searches: Pool,
    searching: Arc<Semaphore>,
    /// On SQLite: what came in lately.
    lately: Option<Arc<Lately>>,
    /// Which server takes writes, where the URL names several.
    primary: Option<Arc<Primary>>,
    following: Option<Arc<Following>>,
}

impl Store {
    /// Connects, and applies the migrations that are missing or refuses when some are. A SQLite file is made
    /// when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the URL is wrong, the database cannot be reached, its migrations fail,
    /// or the linked SQLite is one that corrupts.
    pub async fn open(url: &SecretString, opening: Opening) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Self::check_url(url)?;
        let url = engine.complete_url(url.expose_secret());
        let primary = match hosts::hosts(&url)? {
            hosts if engine == Engine::Sqlite || hosts.is_empty() => None,
            hosts => Some(Primary::find(hosts).await?),
        };
        let to = match &primary {
            Some(primary) => primary.host().pooled.clone(),
            None => AnyConnectOptions::from_str(&url)?,
        };
        let is_lent = engine == Engine::Postgres && opening.behind_pooler;
        // What a session is given is lost, or another's, at the end of a transaction.
        let session = if is_lent { &[] } else { engine.session() };
        let pool = |size, more| Pool::new(engine, size, session, more, to.clone(), primary.clone());
        let read = pool(opening.connections, &[]);
        // Makes a SQLite file that is not there yet.
        drop(read.acquire().await?);
        let write = match engine {
            Engine::Sqlite => pool(1, engine.writing()),
            Engine::Postgres => read.clone(),
        };
        let (front, searches) = (pool(FRONT, &[]), pool(searching::SEARCHES_POOL, &[]));
        let following = primary.as_ref().map(|primary| {
            let pools = [read.clone(), front.clone(), searches.clone()];
            let begin_anew = move |host: &Host| pools.iter().for_each(|pool| pool.begin_anew(host));
            Arc::new(primary.follow(begin_anew))
        });
        let store = Self {
            engine,
            is_lent,
            connections: usize::try_from(opening.connections).unwrap_or(usize::MAX),
            front,
            searches,
            searching: Arc::new(Semaphore::new(searching::SEARCHES)),
            read,
            write,
            // A log that a crash has left is folded in once.
            unfolded: Arc::new(AtomicBool::new(true)),
            file: OpenFile::of_url(engine, &url).map(Arc::new),
            lately: (engine == Engine::Sqlite).then(Arc::default),
            primary,
            following,
        };
        store.refuse_unsafe_sqlite().await?;
        store.migrate(opening.may_migrate).await?;
        Ok(store)
    }

    /// The engine that a URL names, if the URL and its parameters can be used.
    fn check_url(url: &SecretString) -> Result<Engine> {
        let engine = Engine::of_url(url.expose_secret()).ok_or(StoreError::UnknownEngine)?;
        let url = engine.complete_url(url.expose_secret());
        let is_followed = engine == Engine::Postgres && !hosts::hosts(&url)?.is_empty();
        if !is_followed && !engine.can_use(&url) {
            return Err(StoreError::Url);
        }
        Ok(engine)
    }

    /// Looks at a URL without opening what it names.
    ///
    /// # Errors
    /// [`StoreError::UnknownEngine`], [`StoreError::Url`].
    pub fn look_at_url(url: &SecretString) -> Result<()> {
        Self::check_url(url).map(|_| ())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn ping(&self) -> Result<()> {
        let mut connection = self.front.acquire().await?;
        self.on(&mut connection).run("SELECT 1", values![]).await?;
        Ok(())
    }

    /// The engine's name: `sqlite` or `postgres`.
    #[must_use]
    pub const fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// Closes every connection; on SQLite the last one folds the write-ahead log into the file.
    /// A server that has fallen silent is not waited for longer than [`CLOSES_WITHIN`]: the pool asks each
    /// connection that comes back whether it is well, and would never hear.
    pub async fn close(&self) {
        if let Some(following) = &self.following {
            following.stop();
        }
        let closing = async {
            self.searches.close().await;
            self.front.close().await;
            self.write.close().await;
            self.read.close().await;
        };
        match self.engine {
            Engine::Sqlite => closing.await,
            Engine::Postgres => {
                if tokio::time::timeout(CLOSES_WITHIN, closing).await.is_err() {
                    tracing::warn!("the database did not answer when its connections were closed");
                }
            }
        }
    }

    async fn refuse_unsafe_sqlite(&self) -> Result<()> {
        if self.engine != Engine::Sqlite {
            return Ok(());
        }
        let text = "SELECT sqlite_version() AS version";
        let row = self.one(text, values![]).await?;
        let version: String = get(&row, "version")?;
        let parts: Vec<u32> = version
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        if parts.as_slice() < [3, 51, 3].as_slice() {
            return Err(StoreError::UnsafeSqlite(version));
        }
        Ok(())
    }
}
