//! Why the store could not do what it was asked.

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
    /// None of the servers that the URL names takes writes.
    #[error("none of the database's servers takes writes: each is away, a standby or read-only")]
    NoPrimary,
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
