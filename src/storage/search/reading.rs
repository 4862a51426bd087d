//! Comments as the index reads them: what they are found by, and where they stand.

use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{block::Entry, documents::byte, scores, waiting::Key};
use crate::{
    domain::{
        comment::Status,
        search::{Search, Searchable},
    },
    storage::{
        Result,
        sql::{Conn, get, to_rows, values},
    },
};

/// What of a comment is searched, as it is in the database.
pub(super) struct Stored {
    pub key: Key,
    pub id: Uuid,
    pub status: Status,
    page: String,
    page_title: Option<String>,
    name: String,
    website: Option<String>,
    text: String,
    author: String,
    score: Option<f64>,
    /// Whether all of it could be read. What could not is shown to nobody, and found by its author alone, who may have it erased.
    is_whole: bool,
}

const COLUMNS: &str = "c.site, c.id, c.status, c.page, c.page_title, c.name, c.website, c.text, c.email_index, c.score";

impl Stored {
    fn read(row: &AnyRow) -> Result<Option<Self>> {
        let (site, id): (String, String) = (get(row, "site")?, get(row, "id")?);
        let Ok(parsed) = Uuid::parse_str(&id) else {
            return Ok(None);
        };
        let key = Key { site, id };
        let author: String = get(row, "email_index")?;
        let whole = Self::whole(row, key.clone(), parsed, author.clone());
        Ok(Some(whole.unwrap_or_else(|_| Self {
            key,
            id: parsed,
            status: Status::Pending,
            page: String::new(),
            page_title: None,
            name: String::new(),
            website: None,
            text: String::new(),
            author,
            score: None,
            is_whole: false,
        })))
    }

    fn whole(row: &AnyRow, key: Key, id: Uuid, author: String) -> Result<Self> {
        Ok(Self {
            key,
            id,
            status: get(row, "status")?,
            page: get(row, "page")?,
            page_title: get(row, "page_title")?,
            name: get(row, "name")?,
            website: get(row, "website")?,
            text: get(row, "text")?,
            author,
            score: get(row, "score")?,
            is_whole: true,
        })
    }

    fn words(&self) -> Searchable<'_> {
        Searchable {
            text: &self.text,
            name: &self.name,
            website: self.website.as_deref(),
            page: &self.page,
            page_title: self.page_title.as_deref(),
            author: &self.author,
        }
    }

    pub fn is_found(&self, search: &Search) -> bool {
        self.is_whole && search.finds(&self.words())
    }

    pub fn entry(&self) -> Entry {
        let mut terms = Vec::new();
        self.words().terms(|term| terms.push(term.to_owned()));
        if self.is_whole {
            terms.push(scores::term(self.score));
        }
        Entry {
            site: self.key.site.clone(),
            id: self.id,
            status: byte(self.status),
            terms,
        }
    }
}

/// Comments by their keys; those that are there.
pub(super) async fn by_keys(conn: &mut Conn<'_>, keys: &[Key]) -> Result<Vec<Stored>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT {COLUMNS} FROM {{rows:$1}} CROSS JOIN comments c \
         WHERE c.site = r.value->>'s' AND c.id = r.value->>'i'"
    );
    let found = conn.all(text, values![to_keys(keys)]).await?;
    Ok(readable(&found))
}

/// The newest comments of a site below an id, at most `limit`, and the last id of all if there may be more.
pub(super) async fn below(
    conn: &mut Conn<'_>,
    site: &str,
    below: &str,
    limit: usize,
) -> Result<(Vec<Stored>, Option<String>)> {
    let text = format!(
        "SELECT {COLUMNS} FROM comments c WHERE c.site = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3"
    );
    let found = conn.all(text, values![site, below, limit]).await?;
    let last = found.last().filter(|_| found.len() == limit);
    let last = last.map(|row| get(row, "id")).transpose()?;
    Ok((readable(&found), last))
}

/// A row whose id or author cannot be read is found by nothing.
fn readable(rows: &[AnyRow]) -> Vec<Stored> {
    rows.iter()
        .filter_map(|row| Stored::read(row).ok().flatten())
        .collect()
}

/// Keys as the one parameter of a statement.
pub(super) fn to_keys(keys: &[Key]) -> String {
    to_rows(
        keys.iter()
            .map(|key| serde_json::json!({ "s": key.site, "i": key.id })),
    )
}
