//! Isso's SQLite database, opened for reading only and read a stretch at a time. It knows no spam:
//! what is public is ham, what waits or was deleted says nothing.

use std::{path::Path, vec};

use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use tokio::runtime::Handle;

use super::{
    dates,
    foreign::{ForeignComment, Found, ReadError, Standing},
    plain, typed,
};
use crate::{bayes::Label, domain::network};

/// Rows read at a time.
const STRETCH: i64 = 500;

const PUBLIC: i64 = 1;
const PENDING: i64 = 2;

/// Reads a database. The iterator blocks: it wants a thread of its own, on a runtime.
pub struct Isso {
    runtime: Handle,
    connection: SqliteConnection,
    rows: vec::IntoIter<Found>,
    last: i64,
    ended: bool,
}

impl Isso {
    /// Opens the database.
    ///
    /// # Errors
    /// [`ReadError::Broken`] when it is none.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let runtime = Handle::current();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .disable_statement_logging();
        let connection = runtime
            .block_on(SqliteConnection::connect_with(&options))
            .map_err(|error| broken(&error))?;
        Ok(Self {
            runtime,
            connection,
            rows: Vec::new().into_iter(),
            last: -1,
            ended: false,
        })
    }

    fn read(&mut self) -> Result<(), ReadError> {
        let text = "SELECT c.id, c.parent, c.created, c.mode, c.remote_addr, c.text, c.author, \
                        c.email, c.website, t.uri, t.title \
                    FROM comments c LEFT JOIN threads t ON t.id = c.tid \
                    WHERE c.id > $1 ORDER BY c.id LIMIT $2";
        let query = sqlx::query(text).bind(self.last).bind(STRETCH);
        let rows = self
            .runtime
            .block_on(query.fetch_all(&mut self.connection))
            .map_err(|error| broken(&error))?;
        self.ended = rows.is_empty();
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            self.last = row.try_get("id").map_err(|error| broken(&error))?;
            found.push(comment(row, self.last));
        }
        self.rows = found.into_iter();
        Ok(())
    }
}

fn broken(error: &sqlx::Error) -> ReadError {
    ReadError::broken("the database", &format!("not Isso's: {error}"))
}

fn comment(row: &SqliteRow, id: i64) -> Found {
    let get = |name: &str| -> Option<String> {
        let text: Option<String> = row.try_get_unchecked(name).ok().flatten();
        // What a program has kept as bytes is text all the same.
        let bytes = || {
            let bytes: Option<Vec<u8>> = row.try_get_unchecked(name).ok().flatten();
            bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        text.or_else(bytes).filter(|text| !text.trim().is_empty())
    };
    let Some(text) = get("text") else {
        return Found::Skipped("no text");
    };
    let parent: Option<i64> = row.try_get("parent").ok().flatten();
    let created: f64 = row.try_get_unchecked("created").unwrap_or(f64::NAN);
    // A date that is written out is a number as well, of its year alone.
    let written = get("created").filter(|raw| raw.parse::<f64>().is_err());
    let date = match written {
        Some(raw) => dates::read(Some(&raw)),
        None => dates::of_seconds(created),
    };
    let (standing, label) = match row.try_get::<i64, _>("mode") {
        Ok(PUBLIC) => (Standing::Approved, Some(Label::Ham)),
        Ok(PENDING) => (Standing::Pending, None),
        _ => (Standing::Trash, None),
    };
    ForeignComment {
        id: Some(id.to_string()),
        parent: parent.map(|id| id.to_string()),
        page: get("uri").unwrap_or_default(),
        page_title: get("title").map(|title| plain::line(&title)),
        name: plain::line(&get("author").unwrap_or_default()),
        email: get("email"),
        website: get("website"),
        text: typed::of_markdown(&text),
        address: get("remote_addr").and_then(|raw| network::read(&raw)),
        standing,
        label,
        place: format!("comment {id}"),
        ..ForeignComment::default()
    }
    .written(date)
    .into()
}

impl Iterator for Isso {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.rows.next() {
                return Some(Ok(found));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.read() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}
