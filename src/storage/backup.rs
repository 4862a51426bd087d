//! A SQLite database copied whole while others write to it, and what such a copy holds. What is to be
//! done with copies, and with keys, is [`crate::backup`]'s. PostgreSQL's own tools do this for PostgreSQL.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{
    Result, StoreError,
    engine::Engine,
    integrity, migrations,
    resealing::{ADDRESSES, Place, SealedRow},
};

/// How long a writer may hold things up before the copy is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The number of the last migration that it has seen.
    pub schema: i64,
    /// How many sites.
    pub sites: i64,
    /// How many comments, whatever their status.
    pub comments: i64,
    /// How many moderators' accounts.
    pub moderators: i64,
    /// By which it knows its key file.
    pub key_check: Option<String>,
    /// A few sealed addresses: one of each kind and key that there is.
    pub sealed: Vec<(Place, SealedRow)>,
}

/// The file of a SQLite database; `None` when the URL is not one of SQLite.
///
/// # Errors
/// [`StoreError::Database`] when the URL cannot be read.
pub fn file_of(url: &SecretString) -> Result<Option<PathBuf>> {
    let url = url.expose_secret();
    if Engine::of_url(url) != Some(Engine::Sqlite) {
        return Ok(None);
    }
    Ok(Some(
        SqliteConnectOptions::from_str(url)?.get_filename().into(),
    ))
}

/// The number of the newest migration that this program knows.
#[must_use]
pub fn newest_schema() -> i64 {
    migrations::newest()
}

/// The size of a copy's pages, whatever those of the database are: [`Engine::session`](super::engine::Engine::session)
/// says why.
const PAGE_BYTES: u32 = 2048;

/// Copies a database into an empty file, as it stood at one moment. Reading and writing go on
/// meanwhile.
///
/// # Errors
/// [`StoreError`] when the database cannot be read or the file cannot be written.
pub async fn copy(database: &Path, into: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(false)
        .page_size(PAGE_BYTES)
        .busy_timeout(PATIENCE);
    let mut connection = options.connect().await?;
    let path = into.to_str().ok_or(StoreError::Corrupt("path"))?;
    // <https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause>: one read transaction, and
    // a file without the pages that deleted rows have left.
    let copied = sqlx::query("VACUUM INTO $1")
        .bind(path.to_owned())
        .execute(&mut connection)
        .await;
    connection.close().await?;
    copied?;
    Ok(())
}

/// What a copy holds, after every page of it was found sound. It is not changed: not migrated, and no
/// file is put beside it.
///
/// # Errors
/// [`StoreError::Database`] when it cannot be read or is not a database of this program,
/// [`StoreError::Damaged`].
pub async fn inspect(copy: &Path) -> Result<Contents> {
    let options = SqliteConnectOptions::new().filename(copy).immutable(true);
    let mut connection = options.connect().await?;
    let contents = read(&mut connection).await;
    connection.close().await?;
    contents
}

async fn read(connection: &mut SqliteConnection) -> Result<Contents> {
    let row = sqlx::query("PRAGMA integrity_check")
        .fetch_one(&mut *connection)
        .await?;
    if let Some(damage) = integrity::damage(row.try_get(0)?) {
        return Err(StoreError::Damaged(damage));
    }
    let text = "SELECT (SELECT MAX(version) FROM _sqlx_migrations) AS schema, \
                (SELECT COUNT(*) FROM sites) AS sites, (SELECT COUNT(*) FROM comments) AS comments, \
                (SELECT COUNT(*) FROM moderators) AS moderators, \
                (SELECT value FROM meta WHERE name = 'key_check') AS key_check";
    let row = sqlx::query(text).fetch_one(&mut *connection).await?;
    let mut sealed = Vec::new();
    for place in ADDRESSES {
        sealed.extend(samples(connection, place).await?);
    }
    Ok(Contents {
        schema: row.try_get("schema")?,
        sites: row.try_get("sites")?,
        comments: row.try_get("comments")?,
        moderators: row.try_get("moderators")?,
        key_check: row.try_get("key_check")?,
        sealed,
    })
}

/// One value of each key that sealed something in a place.
async fn samples(
    connection: &mut SqliteConnection,
    place: Place,
) -> Result<Vec<(Place, SealedRow)>> {
    let found = sqlx::query(AssertSqlSafe(place.one_of_each_key()));
    let found = found.fetch_all(connection).await?;
    let read = |row: SqliteRow| {
        let row = SealedRow {
            a: row.try_get("a")?,
            b: row.try_get("b")?,
            old: row.try_get("sealed")?,
            new: String::new(),
        };
        Ok((place, row))
    };
    found.into_iter().map(read).collect()
}
