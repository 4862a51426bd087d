//! What the index does not know yet: comments that came, changed or went since, in the order in which the database
//! noted them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::storage::{
    Result,
    sql::{Conn, get, to_rows, values},
};

/// Comments that wait for the index and are looked at by a search: some 10 ms of work.
pub(super) const LOOKED: usize = 1_000;

/// A note that a comment came, changed or went.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub number: i64,
    /// None for one that went.
    pub site: Option<String>,
    pub id: String,
    /// Whether what it is found by has changed.
    pub is_rewritten: bool,
}

/// A comment by its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub site: String,
    pub id: String,
}

const COLUMNS: &str = "SELECT number, site, id, rewritten FROM search_waiting";

/// The latest notes, as many as `limit`.
pub(super) async fn latest(conn: &mut Conn<'_>, limit: usize) -> Result<Vec<Note>> {
    let text = format!("{COLUMNS} ORDER BY number DESC LIMIT $1");
    read(conn, text, limit).await
}

/// The earliest notes; of removals alone if `only_removals`.
pub(super) async fn earliest(
    conn: &mut Conn<'_>,
    only_removals: bool,
    limit: usize,
) -> Result<Vec<Note>> {
    let which = if only_removals {
        "WHERE site IS NULL"
    } else {
        ""
    };
    let text = format!("{COLUMNS} {which} ORDER BY number LIMIT $1");
    read(conn, text, limit).await
}

/// Whether there are so many notes.
pub(super) async fn are_there(conn: &mut Conn<'_>, count: usize) -> Result<bool> {
    let text = "SELECT number FROM search_waiting ORDER BY number LIMIT 1 OFFSET $1";
    let found = conn.find(text, values![count.saturating_sub(1)]).await?;
    Ok(found.is_some())
}

/// Whether comments that were there before the index are still to be taken in.
pub(super) async fn fills_back(conn: &mut Conn<'_>) -> Result<bool> {
    let text = "SELECT site FROM search_backfill LIMIT 1";
    Ok(conn.find(text, values![]).await?.is_some())
}

async fn read(conn: &mut Conn<'_>, text: String, limit: usize) -> Result<Vec<Note>> {
    let found = conn.all(text, values![limit]).await?;
    let note = |row| {
        Ok(Note {
            number: get(row, "number")?,
            site: get(row, "site")?,
            id: get(row, "id")?,
            is_rewritten: get(row, "rewritten")?,
        })
    };
    found.iter().map(note).collect()
}

/// Forgets notes.
pub(super) async fn forget(tx: &mut Conn<'_>, numbers: &[i64]) -> Result<()> {
    let text = "DELETE FROM search_waiting WHERE number IN \
                (SELECT CAST(r.value->>'n' AS BIGINT) FROM {rows:$1})";
    let rows = numbers
        .iter()
        .map(|number| serde_json::json!({ "n": number }));
    tx.run(text, values![to_rows(rows)]).await.map(drop)
}

/// The comments that notes are about, each once: whether it was rewritten, and its site unless it only went.
pub(super) fn comments(notes: &[Note]) -> HashMap<Uuid, (Option<String>, bool)> {
    let mut comments: HashMap<Uuid, (Option<String>, bool)> = HashMap::new();
    for note in notes {
        // An id of another form is not one of this program's, and such a comment is never shown.
        let Ok(id) = Uuid::parse_str(&note.id) else {
            continue;
        };
        let (site, is_rewritten) = comments.entry(id).or_default();
        *is_rewritten |= note.is_rewritten;
        if note.site.is_some() {
            site.clone_from(&note.site);
        }
    }
    comments
}
