//! A search by words, answered: a stretch of the list, how many hits there are of each status, and how far it saw.

use std::collections::{HashMap, HashSet};

use sqlx::Connection;
use uuid::Uuid;

use super::{
    blocks,
    evaluation::{Evaluated, evaluate},
    listing::{Lister, keys},
    reading::{self, Stored},
    waiting::{self, Key, LOOKED},
};
use crate::{
    domain::{
        queue::{Counts, Cursor, Filter, Listing, Searched, Sort},
        search::Search,
        site::SiteSlug,
    },
    storage::{
        Result, Store,
        sql::{Conn, get, list, values},
        stretch::Stretch,
    },
};

/// Hits that are looked at one by one to be counted, where the index alone cannot tell.
const COUNTED: usize = 1_000;

/// What a search by words found.
#[derive(Debug)]
pub struct FoundComments {
    /// The stretch that was asked for.
    pub listing: Listing,
    /// How many hits have which status.
    pub counts: Counts,
    /// How far it saw.
    pub searched: Searched,
}

/// What was found among the comments that are not in the index.
struct Beside {
    found: Vec<Stored>,
    /// How many of the wanted sites were looked at that are in no block.
    new: usize,
    /// Where the others are in the index, which knows them as they were before.
    located: HashMap<Uuid, (i64, u16)>,
    /// Whether some were not looked at.
    is_part: bool,
}

impl Store {
    /// Finds comments by words: a stretch of the list, and how many there are.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`]; [`crate::storage::StoreError::Busy`] when too many searches run, or this one
    /// takes too long.
    pub async fn find_comments(
        &self,
        filter: &Filter,
        search: &Search,
        sort: Sort,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<FoundComments> {
        let turn = self.turn().await?;
        let wanted = Stretch {
            filter,
            sort,
            cursor,
            limit,
        };
        let lister = Lister {
            wanted: &wanted,
            search,
            turn: &turn,
        };
        let mut connection = self.searches.acquire().await?;
        let mut snapshot = connection.begin_with(self.engine.begin_snapshot()).await?;
        let found = find(&mut self.on(&mut snapshot), &lister).await;
        snapshot.rollback().await?;
        found
    }
}

async fn find(conn: &mut Conn<'_>, lister: &Lister<'_>) -> Result<FoundComments> {
    let filter = lister.wanted.filter;
    let beside = look_beside(conn, lister).await?;
    let evaluated = evaluate(conn, lister.search, &filter.sites, &beside.located).await?;
    let beside_keys: Vec<Key> = beside.found.iter().map(|one| one.key.clone()).collect();
    let found = lister.list(conn, &evaluated.hits, &beside_keys).await?;
    let (counts, at_least) = if filter.is_narrower() || !lister.search.is_settled_by_terms() {
        count_some(conn, lister, &evaluated, &beside_keys).await?
    } else {
        let mut counts = evaluated.counts();
        beside
            .found
            .iter()
            .for_each(|one| counts.add(one.status, 1));
        (counts, false)
    };
    let behind = total(conn, filter).await?
        - i64::try_from(evaluated.indexed + beside.new).unwrap_or(i64::MAX);
    let searched = Searched {
        behind: behind.max(0),
        at_least: at_least || beside.is_part,
    };
    Ok(FoundComments {
        listing: lister.wanted.listing(found),
        counts,
        searched,
    })
}

/// Looks at what waits for the index, the latest of it.
async fn look_beside(conn: &mut Conn<'_>, lister: &Lister<'_>) -> Result<Beside> {
    let mut notes = waiting::latest(conn, LOOKED + 1).await?;
    let is_part = notes.len() > LOOKED;
    notes.truncate(LOOKED);
    let comments = waiting::comments(&notes);
    let sites: HashSet<&str> = lister
        .wanted
        .filter
        .sites
        .iter()
        .map(SiteSlug::as_str)
        .collect();
    let seen = comments.iter().filter_map(|(id, (site, _))| {
        let site = site.clone().filter(|site| sites.contains(site.as_str()))?;
        Some(Key {
            site,
            id: id.to_string(),
        })
    });
    let seen: Vec<Key> = seen.collect();
    let stored = reading::by_keys(conn, &seen).await?;
    let ids: Vec<Uuid> = comments.keys().copied().collect();
    let located = blocks::locate(conn, &ids).await?;
    let new = stored
        .iter()
        .filter(|one| !located.contains_key(&one.id))
        .count();
    let search = lister.search.clone();
    let look = move || {
        stored
            .into_iter()
            .filter(|one| one.is_found(&search))
            .collect()
    };
    Ok(Beside {
        found: super::preparing::reckoned(look).await?,
        new,
        located,
        is_part,
    })
}

/// Counts hits one by one, so many of them; whether there may be more.
async fn count_some(
    conn: &mut Conn<'_>,
    lister: &Lister<'_>,
    evaluated: &Evaluated,
    beside: &[Key],
) -> Result<(Counts, bool)> {
    let mut looked: Vec<Key> = Vec::new();
    for hits in &evaluated.hits {
        let places: Vec<usize> = hits.places.iter().take(COUNTED - looked.len()).collect();
        looked.extend(keys(conn, &hits.head, &places).await?);
        if looked.len() >= COUNTED {
            break;
        }
    }
    if !lister.search.is_settled_by_terms() {
        looked = lister.found(conn, looked).await?;
    }
    looked.extend_from_slice(beside);
    let counts = lister.count(conn, &looked).await?;
    Ok((counts, evaluated.len() > COUNTED))
}

/// How many comments the wanted sites have.
async fn total(conn: &mut Conn<'_>, filter: &Filter) -> Result<i64> {
    let text = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS total FROM comment_counts WHERE site IN {list:$1}";
    let row = conn.one(text, values![list(&filter.sites)]).await?;
    get(&row, "total")
}
