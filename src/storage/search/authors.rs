//! What a person wrote, found by the keyed hash of their address. On PostgreSQL `comments` has an index for it. On SQLite that
//! index would cost each post a page, since its keys fall anywhere; search's index has the hash as a term, and comments
//! come into it behind the posts. What has not come into it yet is looked at here, all of it.

use std::collections::{BTreeMap, HashSet};

use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{
    blocks,
    documents::CHUNK,
    lexicon::Terms,
    listing::{count, read_first},
    places::decode,
    waiting::Key,
};
use crate::{
    domain::{
        comment::Comment,
        email::EmailIndex,
        queue::{Counts, Filter},
        search::Lookup,
        site::SiteSlug,
    },
    storage::{
        Result, Store,
        engine::Engine,
        sql::{Conn, get, list, values},
        stretch::Stretch,
    },
};

impl Store {
    /// Finds a stretch of a list of one author's comments. None where the list is not of one author, or is better found
    /// by the comments' own index; or where a row among them cannot be read.
    pub(in crate::storage) async fn by_author(
        &self,
        wanted: &Stretch<'_>,
    ) -> Result<Option<Vec<(f64, Comment)>>> {
        let Some(who) = self.author_apart(wanted.filter) else {
            return Ok(None);
        };
        self.at_one_moment(async |conn| {
            let keys = on_sites(written_by(conn, who).await?, wanted.filter);
            read_first(conn, wanted, &keys).await
        })
        .await
    }

    /// How many comments of one author a filter wants, its status apart. None as in [`Store::by_author`].
    pub(in crate::storage) async fn count_by_author(
        &self,
        filter: &Filter,
    ) -> Result<Option<Counts>> {
        let Some(who) = self.author_apart(filter) else {
            return Ok(None);
        };
        self.at_one_moment(async |conn| {
            let keys = on_sites(written_by(conn, who).await?, filter);
            count(conn, filter, &keys).await.map(Some)
        })
        .await
    }

    /// The author whose comments a filter wants, where no index of `comments` has them.
    pub(in crate::storage) fn author_apart<'a>(
        &self,
        filter: &'a Filter,
    ) -> Option<&'a EmailIndex> {
        let author = filter.author.as_ref();
        author.filter(|_| self.engine == Engine::Sqlite)
    }
}

/// Of a person's comments those on a filter's sites.
fn on_sites(mut keys: Vec<Key>, filter: &Filter) -> Vec<Key> {
    let sites: HashSet<&str> = filter.sites.iter().map(SiteSlug::as_str).collect();
    keys.retain(|key| sites.contains(key.site.as_str()));
    keys
}

/// The ids of all that a person wrote, as `{ids}` reads them. On SQLite within a transaction, since what waits for the index
/// goes over into it meanwhile.
pub(in crate::storage) async fn ids_written_by(
    conn: &mut Conn<'_>,
    who: &EmailIndex,
) -> Result<String> {
    let keys = written_by(conn, who).await?;
    Ok(list(keys.iter().map(|key| &key.id)))
}

async fn written_by(conn: &mut Conn<'_>, who: &EmailIndex) -> Result<Vec<Key>> {
    let found = match conn.engine {
        Engine::Postgres => {
            let text = "SELECT site, id FROM comments WHERE email_index = $1";
            conn.all(text, values![who]).await?
        }
        Engine::Sqlite => {
            let ids = list(indexed(conn, who).await?);
            let text = format!("{AMONG} UNION {WAITING} UNION {BEFORE}");
            conn.all(text, values![who, ids]).await?
        }
    };
    found.iter().map(key).collect()
}

/// Of the comments that the index names, those that are the person's.
const AMONG: &str =
    "SELECT c.site, c.id FROM comments c WHERE c.id IN {ids:$2} AND c.email_index = $1";

/// Of those that wait for it.
const WAITING: &str = "SELECT c.site, c.id FROM search_waiting w \
    CROSS JOIN comments c WHERE c.site = w.site AND c.id = w.id AND c.email_index = $1";

/// Of those that were there before it and are still to be taken in.
const BEFORE: &str = "SELECT c.site, c.id FROM search_backfill b \
    CROSS JOIN comments c WHERE c.site = b.site AND c.id < b.below AND c.email_index = $1";

fn key(row: &AnyRow) -> Result<Key> {
    Ok(Key {
        site: get(row, "site")?,
        id: get(row, "id")?,
    })
}

/// The comments that the index has under a person's term.
async fn indexed(conn: &mut Conn<'_>, who: &EmailIndex) -> Result<Vec<Uuid>> {
    let lookup = Lookup::author(who);
    let mut places: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (_, block, row) in blocks::look_up(conn, std::slice::from_ref(&lookup)).await? {
        let mut terms = Terms::of(&row);
        while let Some((term, there)) = terms.read() {
            if term == lookup.from {
                let there = decode(there).into_iter().map(usize::from);
                places.entry(block).or_default().extend(there);
            }
        }
    }
    let mut ids = Vec::new();
    for (block, places) in places {
        for chunk in blocks::chunks(conn, block, &places).await? {
            let within = places
                .iter()
                .filter(|place| *place / CHUNK * CHUNK == chunk.start);
            ids.extend(within.filter_map(|place| chunk.ids.get(place % CHUNK).copied()));
        }
    }
    Ok(ids)
}
