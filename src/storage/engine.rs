//! Where the two engines truly differ.

use std::{str::FromStr, time::Duration};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

/// The database engine, chosen by the URL's scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(super) fn of_url(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// SQLite is told to make the file when there is none.
    pub(super) fn complete_url(self, url: &str) -> String {
        match self {
            Self::Sqlite if !url.contains("mode=") => {
                let separator = if url.contains('?') { '&' } else { '?' };
                format!("{url}{separator}mode=rwc")
            }
            _ => url.to_owned(),
        }
    }

    /// Whether the driver can make something of a URL. What it says of one that it cannot may quote it.
    pub(super) fn can_use(self, url: &str) -> bool {
        match self {
            Self::Sqlite => SqliteConnectOptions::from_str(url).is_ok(),
            Self::Postgres => PgConnectOptions::from_str(url).is_ok(),
        }
    }

    /// Statements for each new connection.
    pub(super) const fn session(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA busy_timeout = 5000",
                // Of a file that is made now; others keep theirs. Each batch writes the last page of the table and of each
                // index, whole: with SQLite's 4 KiB more bytes a post. With 1 KiB lists take up to twice as long
                // and the file is a quarter larger.
                "PRAGMA page_size = 2048",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                "PRAGMA temp_store = MEMORY",
            ],
            // The just-in-time compiler compiled the statement that writes notices for every batch: 20 ms for
            // work of 0.3 ms. Asked for by `set_config`, so that a server without the setting is no error.
            Self::Postgres => &[
                "SET statement_timeout = '30s'",
                "SELECT set_config('jit', 'off', false) WHERE current_setting('jit', true) IS NOT NULL",
            ],
        }
    }

    /// More statements for the one connection that writes on SQLite. It keeps 16 MB of pages in memory
    /// and lets the log grow to 32 MiB before it is folded into the file: the pages that every batch writes go into it many
    /// times, and from it into the file once. Connections that read keep SQLite's 2 MB each, as there are several of
    /// them and the system has the file's pages in memory too.
    pub(super) const fn writing(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA cache_size = -16000",
                "PRAGMA wal_autocheckpoint = 16000",
                // What is deleted is overwritten: whoever asked to be erased must not be found in the file.
                "PRAGMA secure_delete = ON",
            ],
            Self::Postgres => &[],
        }
    }

    /// A write transaction on SQLite takes the lock at once: one that upgrades later fails with
    /// BUSY, whatever the timeout.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// The same behind a pooler that lends a server's connection for a transaction: what
    /// [`Engine::session`] sets is set for the transaction, in the same message.
    pub(super) const fn begin_lent(self) -> &'static str {
        self.either(
            self.begin(),
            "BEGIN; SET LOCAL statement_timeout = '30s'; \
             SELECT set_config('jit', 'off', true) WHERE current_setting('jit', true) IS NOT NULL",
        )
    }

    /// How long a write is waited for. SQLite answers by itself: it is in this process.
    pub(super) const fn patience(self) -> Duration {
        match self {
            Self::Sqlite => Duration::MAX,
            Self::Postgres => Duration::from_mins(1),
        }
    }

    /// How long the answer to one statement is waited for: longer than a server lets it run, so that only
    /// one that is not heard of any more is given up.
    pub(super) const fn statement_patience(self) -> Duration {
        match self {
            Self::Sqlite => Duration::MAX,
            Self::Postgres => Duration::from_secs(35),
        }
    }

    /// The same where someone waits for the answer.
    pub(super) const fn short_patience(self) -> Duration {
        match self {
            Self::Sqlite => Duration::MAX,
            Self::Postgres => Duration::from_secs(10),
        }
    }

    /// A transaction that sees the database as it was when it first read, for as long as it lasts.
    pub(super) const fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What is one thing on SQLite and another on PostgreSQL.
    pub(super) const fn either<T: Copy>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }
}
