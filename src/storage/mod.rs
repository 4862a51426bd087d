//! The store: whole operations on SQLite and PostgreSQL, one file per kind of thing. No transaction
//! leaves this module, and no SQL is written outside it.
//!
//! One SQL text serves both engines; what truly differs stands in [`engine`]. Batches travel as one
//! JSON parameter a statement, because each statement costs more than the rows in it.

pub mod acts;
pub mod arrivals;
pub mod backup;
pub mod batches;
pub mod blocks;
pub mod callbacks;
pub mod client_keys;
pub mod comments;
pub mod counters;
pub mod counts;
pub mod damage;
pub mod decisions;
pub mod deliveries;
mod engine;
mod erasure;
pub mod erasures;
pub mod examine;
mod filtering;
pub mod foreign_ids;
pub mod gathered;
pub mod import_runs;
mod imported_replies;
pub mod imports;
pub mod integrity;
pub mod judged;
pub mod judgements;
pub mod known_ids;
pub mod links;
pub mod meta;
mod migrations;
pub mod models;
pub mod moderators;
pub mod notices;
pub mod outbox;
pub mod outbox_entries;
pub mod private;
mod probe;
pub mod public;
mod query;
pub mod queues;
pub mod related;
pub mod remarks;
pub mod removal;
pub mod resealing;
pub mod retention;
mod rows;
pub mod runs;
pub mod samples;
pub mod sealing_keys;
mod searching;
mod secrets;
pub mod sessions;
pub mod sites;
pub mod subject_erasure;
pub mod subjects;
pub mod subscriptions;
pub mod tokens;
pub mod uploads;
mod votes;
pub mod webhooks;

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AnyConnection, AnyPool, AssertSqlSafe, Connection, Row,
    any::{AnyPoolOptions, AnyQueryResult},
};

use tokio::sync::Semaphore;

use self::{engine::Engine, probe::OpenFile};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer or refused.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// What was to be written belongs to something that was removed in this very moment: its site, its
    /// comment, its account.
    #[error("what this belongs to was removed meanwhile")]
    Gone,
    /// The database fell silent in the midst of a write. Whether that was done is not known.
    #[error("the database did not answer in time")]
    Silent,
    /// Too much is asked of it at once; nothing was done.
    #[error("too many searches are running")]
    Busy,
    /// What the database holds cannot be read as what it should be.
    #[error("the database holds a {0} that cannot be read")]
    Corrupt(&'static str),
    /// The migrations could not be applied.
    #[error("the database's migrations failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The schema is older than this program and `--no-migrate` was given.
    #[error("the database needs migrations that --no-migrate forbids")]
    NotMigrated,
    /// The URL, or a parameter in it, cannot be used. It may hold a password and is not repeated.
    #[error(
        "the database's URL (database.url) cannot be used: look at how it is written, and at its parameters"
    )]
    Url,
    /// The URL names neither engine.
    #[error("the database's URL must begin with sqlite:// or postgres://")]
    UnknownEngine,
    /// The schema is newer than this program.
    #[error(
        "the database was written by a later version of this program; schema {0} is not known here"
    )]
    Later(i64),
    /// The database's file is no longer where it was opened: what is written now would be lost.
    #[error("the database's file was moved or deleted while it was open")]
    Displaced,
    /// The database's file is damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// The linked SQLite can corrupt a database in WAL mode.
    #[error("SQLite {0} can corrupt databases; 3.51.3 or later is needed")]
    UnsafeSqlite(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let refers_to_nothing = |error: &dyn sqlx::error::DatabaseError| {
            error.kind() == sqlx::error::ErrorKind::ForeignKeyViolation
        };
        match &error {
            sqlx::Error::Database(inner) if refers_to_nothing(inner.as_ref()) => Self::Gone,
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the database answered but would not take what it was given, as opposed to being
    /// away, busy or full.
    #[must_use]
    pub fn is_about_data(&self) -> bool {
        let error = match self {
            Self::Gone => return true,
            Self::Database(sqlx::Error::Database(error)) => error,
            _ => return false,
        };
        let code = error.code().unwrap_or_default();
        // A trigger of SQLite that refused a row.
        if code == "1811" {
            return true;
        }
        // PostgreSQL's classes 21 (cardinality), 22 (data) and 23 (constraint).
        let postgres = code.len() == 5 && ["21", "22", "23"].contains(&&code[..2]);
        postgres || !matches!(error.kind(), sqlx::error::ErrorKind::Other)
    }
}

/// A result of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A future borrowed from a connection, for [`Store::write`].
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;

/// The database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    read: AnyPool,
    /// On SQLite one connection, so that writers wait in line here and not in the database; on
    /// PostgreSQL the same pool as `read`.
    write: AnyPool,
    /// Whether the write-ahead log may still hold what was erased; see [`Store::fold_log`].
    unfolded: Arc<AtomicBool>,
    /// The SQLite file as it was opened.
    file: Option<Arc<OpenFile>>,
    /// For whoever is not to wait behind the desk: the public lists, and whether the service is ready.
    front: AnyPool,
    /// For searches, as many as run at once.
    searches: AnyPool,
    searching: Arc<Semaphore>,
}

impl Store {
    /// Connects, and applies the migrations that are missing (or, with `may_migrate` false, refuses
    /// when some are). A SQLite file is made when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the URL is wrong, the database cannot be reached, its migrations fail,
    /// or the linked SQLite is one that corrupts.
    pub async fn open(url: &SecretString, connections: u32, may_migrate: bool) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = Self::check_url(url)?;
        let url = engine.complete_url(url.expose_secret());
        let read = pool(engine, connections, &[]).connect(&url).await?;
        let write = match engine {
            Engine::Sqlite => pool(engine, 1, engine.writing()).connect(&url).await?,
            Engine::Postgres => read.clone(),
        };
        let store = Self {
            engine,
            front: pool(engine, FRONT, &[]).connect_lazy(&url)?,
            searches: pool(engine, searching::SEARCHES_POOL, &[]).connect_lazy(&url)?,
            searching: Arc::new(Semaphore::new(searching::SEARCHES)),
            read,
            write,
            // A log that a crash has left is folded in once.
            unfolded: Arc::new(AtomicBool::new(true)),
            file: OpenFile::of_url(engine, &url).map(Arc::new),
        };
        store.refuse_unsafe_sqlite().await?;
        migrations::run(&store.write, engine, may_migrate).await?;
        Ok(store)
    }

    /// The engine that a URL names, if the URL and its parameters can be used.
    fn check_url(url: &SecretString) -> Result<Engine> {
        let engine = Engine::of_url(url.expose_secret()).ok_or(StoreError::UnknownEngine)?;
        if !engine.can_use(&engine.complete_url(url.expose_secret())) {
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
        sqlx::query("SELECT 1").execute(&self.front).await?;
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
                    tracing::warn!("the database did not answer when it was told goodbye");
                }
            }
        }
    }

    /// Folds SQLite's write-ahead log into the file and empties it, so that nothing is left in it of what
    /// was erased; PostgreSQL's ends by its own settings. While somebody reads the log it stays, and
    /// [`Store::fold_log_again`] has to be called later.
    pub async fn fold_log(&self) {
        self.unfolded.store(true, Ordering::Relaxed);
        self.fold_log_again().await;
    }

    /// Does what an earlier [`Store::fold_log`] could not.
    pub async fn fold_log_again(&self) {
        if self.engine != Engine::Sqlite || !self.unfolded.load(Ordering::Relaxed) {
            return;
        }
        match self.empty_log().await {
            Ok(is_empty) => self.unfolded.store(!is_empty, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the write-ahead log could not be folded in yet"),
        }
    }

    /// Whether the log is empty now. Writers wait while this waits for readers: never for long.
    async fn empty_log(&self) -> Result<bool> {
        let mut connection = self.read.acquire().await?;
        let folding = async {
            sqlx::query("PRAGMA busy_timeout = 200")
                .execute(&mut *connection)
                .await?;
            let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .fetch_one(&mut *connection)
                .await?;
            let busy: i64 = row.try_get(0)?;
            sqlx::query("PRAGMA busy_timeout = 5000")
                .execute(&mut *connection)
                .await?;
            Ok(busy == 0)
        };
        let folded = folding.await;
        if folded.is_err() {
            connection.close_on_drop();
        }
        folded
    }

    async fn refuse_unsafe_sqlite(&self) -> Result<()> {
        if self.engine != Engine::Sqlite {
            return Ok(());
        }
        let row = sqlx::query("SELECT sqlite_version()")
            .fetch_one(&self.read)
            .await?;
        let version: String = row.try_get(0)?;
        let parts: Vec<u32> = version
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        if parts.as_slice() < [3, 51, 3].as_slice() {
            return Err(StoreError::UnsafeSqlite(version));
        }
        Ok(())
    }

    /// Runs `work` in one write transaction: all of it happens, or none of it.
    ///
    /// A connection on which anything failed is closed rather than put back: after a full disk
    /// sqlx believes its transaction is still open, and would fail for ever.
    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut AnyConnection) -> Work<'c, T>,
    {
        self.write_within(self.engine.patience(), work).await
    }

    /// Like [`Store::write`], given up after `patience`. A server ends what takes too long by itself;
    /// this is about one that is not heard of any more, which would be waited for without end.
    async fn write_within<T, F>(&self, patience: Duration, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut AnyConnection) -> Work<'c, T>,
    {
        self.check_in_place()?;
        let mut connection = self.write.acquire().await?;
        let writing = async {
            let mut transaction = connection.begin_with(self.engine.begin()).await?;
            let value = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(value)
        };
        let outcome = tokio::time::timeout(patience, writing).await;
        let outcome = outcome.unwrap_or(Err(StoreError::Silent));
        if outcome.is_err() {
            connection.close_on_drop();
        }
        outcome
    }

    /// Completes a statement's engine-specific pieces; see [`Engine::dialect`].
    fn sql(&self, text: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.engine.dialect(text))
    }
}

/// Whether a statement touched exactly one row.
fn touched(result: &AnyQueryResult) -> bool {
    result.rows_affected() == 1
}

/// How soon a connection that lay idle has to answer, or another is taken. sqlx asks without end: each
/// connection on which a server fell silent kept somebody waiting for all the time that there is.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// Connections for readiness and the public lists.
const FRONT: u32 = 4;

/// Time that a server has to hear that its connections are closed.
const CLOSES_WITHIN: Duration = Duration::from_secs(5);

/// A pool whose connections begin with the engine's statements, then `more`.
fn pool(engine: Engine, connections: u32, more: &'static [&'static str]) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                // A file does not go away between two statements, as a server can.
                if engine == Engine::Sqlite {
                    return Ok(true);
                }
                let answer = tokio::time::timeout(ANSWERS_WITHIN, connection.ping()).await;
                let silent = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
                answer.map_err(|_| silent())?.map(|()| true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for statement in engine.session().iter().chain(more) {
                    sqlx::query(*statement).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
}
