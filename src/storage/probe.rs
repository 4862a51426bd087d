//! Whether the database can be written to, found out without changing anything in it.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    str::FromStr,
};

use sqlx::{Connection, sqlite::SqliteConnectOptions};

use crate::storage::{Result, Store, StoreError, engine::Engine, sql::values};

/// A SQLite file, and which one it was when it was opened.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenFile {
    /// The file that a URL names; `None` on PostgreSQL and for a database in memory.
    pub(super) fn of_url(engine: Engine, url: &str) -> Option<Self> {
        if engine != Engine::Sqlite {
            return None;
        }
        let options = SqliteConnectOptions::from_str(url).ok()?;
        let path = std::path::absolute(options.get_filename()).ok()?;
        let (device, inode) = identity(&path)?;
        Some(Self {
            path,
            device,
            inode,
        })
    }

    /// Whether the path still leads to it. Otherwise it was deleted or moved, and goes away for good,
    /// with all that is written meanwhile, when it is closed.
    fn is_in_place(&self) -> bool {
        identity(&self.path) == Some((self.device, self.inode))
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

impl Store {
    /// Whether what is written now is there after a restart: on SQLite, whether its file is where it
    /// was opened. A look at the folder, some microseconds.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        self.file.as_ref().is_none_or(|file| file.is_in_place())
    }

    pub(super) fn check_in_place(&self) -> Result<()> {
        if self.is_in_place() {
            return Ok(());
        }
        Err(StoreError::Displaced)
    }

    /// Whether a write could begin now. On SQLite that asks for the lock and gives it back, which costs
    /// no sync; PostgreSQL can only be asked by writing.
    ///
    /// # Errors
    /// [`StoreError`]: someone else holds the lock, the file is read-only or gone, the server away.
    pub async fn probe_lock(&self) -> Result<()> {
        if self.engine == Engine::Postgres {
            return self.probe_write().await;
        }
        self.check_in_place()?;
        let mut connection = self.write.acquire().await?;
        let locking = async {
            let transaction = connection.begin_with(self.engine.begin()).await?;
            transaction.rollback().await
        };
        let locked = locking.await;
        if locked.is_err() {
            connection.close_on_drop();
        }
        Ok(locked?)
    }

    /// Whether a row can be written durably: always the same row with the same value.
    ///
    /// # Errors
    /// [`StoreError`], for the reasons of [`Store::probe_lock`], and when the disk is full.
    pub async fn probe_write(&self) -> Result<()> {
        self.write_within(self.engine.short_patience(), async |tx| {
            let upsert = "INSERT INTO meta (name, value) VALUES ('probe', '') \
                          ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            tx.run(upsert, values![]).await?;
            Ok(())
        })
        .await
    }
}
