//! What came in lately, with which text and by whom, in memory: SQLite alone needs it, where one process takes comments in. An
//! index by either would cost each post a page, since its keys fall anywhere.
//!
//! It says which comments may be meant, by a hash; the database is then asked whether they are ([`super::arrivals`]). So
//! it need not hear of what is removed or was not committed after all, and what a comment was before its text was
//! changed stays in it unharmed. It is filled from the database at the start, or by the first comments if they come before
//! that is done.

mod remembered;

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::any::AnyRow;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use self::remembered::{AT_MOST, Remembered};
use super::{
    Result, Store,
    sql::{Conn, get, values},
};
use crate::domain::{
    arrival::{Lookback, NewComment},
    comment::CommentId,
    site::SiteSlug,
    timestamp::Timestamp,
};

/// Comments that are read at once.
const BITE: usize = 2_000;

/// Texts, by site and fingerprint, and authors, by site and address.
#[derive(Debug, Default)]
pub(super) struct Lately(Mutex<Option<Both>>);

#[derive(Debug)]
struct Both {
    /// So that nobody can choose texts or addresses that are taken for each other.
    seed: u64,
    texts: Remembered,
    authors: Remembered,
}

/// What may be found again.
pub(super) enum Trait<'a> {
    /// The fingerprint of its text.
    Text(i64),
    /// The keyed hash of its author's address.
    Author(&'a str),
}

/// A comment as far as it is remembered.
struct Row {
    id: CommentId,
    site: String,
    author: String,
    text: Option<i64>,
    at: Timestamp,
}

impl Store {
    /// Reads into memory what came in lately, where that is needed and was not done, so that the first comments need not wait
    /// for it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn recall(&self, back: &Lookback) -> Result<()> {
        let to_fill = self.lately.as_ref().filter(|lately| !lately.is_filled());
        let Some(lately) = to_fill else {
            return Ok(());
        };
        self.at_one_moment(async |conn| lately.fill(conn, back).await)
            .await
    }
}

impl Lately {
    /// Reads what came in within the look-back, unless that was done.
    pub(super) async fn fill(&self, on: &mut Conn<'_>, back: &Lookback) -> Result<()> {
        if self.is_filled() {
            return Ok(());
        }
        let since = CommentId::earliest_at(back.texts_since.min(back.emails_since));
        let text = "SELECT id FROM comments WHERE id > $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
        let from = on.find(text, values![since, AT_MOST]).await?;
        let mut after: String = from.map_or(Ok(since.to_string()), |row| get(&row, "id"))?;
        let mut both = Both::new();
        loop {
            let text = "SELECT id, site, email_index, fingerprint, created_at FROM comments \
                        WHERE id > $1 ORDER BY id LIMIT $2";
            let rows = on.all(text, values![after, BITE]).await?;
            // What cannot be read is no repetition of anything.
            for row in rows.iter().filter_map(|row| read(row).ok()) {
                both.add(&row.site, row.id, &row.author, row.text, row.at, back);
            }
            match rows.last() {
                Some(last) if rows.len() == BITE => after = get(last, "id")?,
                _ => break,
            }
        }
        // Whoever was first has what came in meanwhile, too.
        self.both().get_or_insert(both);
        Ok(())
    }

    fn is_filled(&self) -> bool {
        self.both().is_some()
    }

    /// Remembers comments that are about to be stored.
    pub(super) fn add<'a>(&self, comments: impl Iterator<Item = &'a NewComment>, back: &Lookback) {
        if let Some(both) = self.both().as_mut() {
            for one in comments {
                let (site, author) = (one.site.as_str(), one.email_index.0.as_str());
                both.add(site, one.id, author, one.fingerprint, one.created_at, back);
            }
        }
    }

    /// Remembers that a stored comment has another text.
    pub(super) fn add_text(&self, site: &SiteSlug, id: CommentId, text: i64, at: Timestamp) {
        if let Some(both) = self.both().as_mut() {
            let key = both.key(site.as_str(), &Trait::Text(text));
            both.texts.add(key, id, at);
        }
    }

    /// The latest comments of a site that may have something, so many of them.
    pub(super) fn find(
        &self,
        site: &SiteSlug,
        what: &Trait<'_>,
        since: Timestamp,
        at_most: usize,
    ) -> Vec<CommentId> {
        let both = self.both();
        let Some(both) = both.as_ref() else {
            return Vec::new();
        };
        let remembered = match what {
            Trait::Text(_) => &both.texts,
            Trait::Author(_) => &both.authors,
        };
        let key = both.key(site.as_str(), what);
        let found = remembered.with(key).filter(|kept| kept.at > since.millis());
        let mut ids: Vec<CommentId> = found.take(at_most).map(|kept| kept.id).collect();
        // One whose text was changed, and changed back, is in it twice.
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// What panicked in the midst left, at worst, a comment that is not found.
    fn both(&self) -> MutexGuard<'_, Option<Both>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(row: &AnyRow) -> Result<Row> {
    Ok(Row {
        id: get(row, "id")?,
        site: get(row, "site")?,
        author: get(row, "email_index")?,
        text: get(row, "fingerprint")?,
        at: get(row, "created_at")?,
    })
}

impl Both {
    fn new() -> Self {
        Self {
            seed: Uuid::new_v4().as_u64_pair().0,
            texts: Remembered::new(),
            authors: Remembered::new(),
        }
    }

    fn key(&self, site: &str, what: &Trait<'_>) -> u32 {
        let seed = xxh3_64_with_seed(site.as_bytes(), self.seed);
        let hash = match what {
            Trait::Text(fingerprint) => xxh3_64_with_seed(&fingerprint.to_le_bytes(), seed),
            Trait::Author(index) => xxh3_64_with_seed(index.as_bytes(), seed),
        };
        (hash >> 32) as u32
    }

    fn add(
        &mut self,
        site: &str,
        id: CommentId,
        author: &str,
        text: Option<i64>,
        at: Timestamp,
        back: &Lookback,
    ) {
        if let Some(text) = text.filter(|_| at > back.texts_since) {
            self.texts.forget(back.texts_since);
            self.texts.add(self.key(site, &Trait::Text(text)), id, at);
        }
        if at > back.emails_since {
            self.authors.forget(back.emails_since);
            self.authors
                .add(self.key(site, &Trait::Author(author)), id, at);
        }
    }
}
