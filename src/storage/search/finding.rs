//! A search by words, answered: a stretch of the list, how many hits there are of each status, and how far it saw.

use std::collections::HashSet;

use sqlx::Connection;

use super::{
    beside::Beside,
    evaluation::{Evaluated, evaluate},
    listing::{Lister, count, keys},
    reading::{self, Stored},
    waiting::Key,
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

/// What was found among the comments that wait for the index.
struct Waiting {
    found: Vec<Stored>,
    /// How many of those that were looked at are in no block.
    new: usize,
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
    let sites: HashSet<&str> = filter.sites.iter().map(SiteSlug::as_str).collect();
    let beside = Beside::find(conn, &sites).await?;
    let waiting = look(conn, &beside, lister.search).await?;
    let evaluated = evaluate(conn, lister.search, &sites, &beside.apart()).await?;
    let beside_keys: Vec<Key> = waiting.found.iter().map(|one| one.key.clone()).collect();
    let found = lister.list(conn, &evaluated.hits, &beside_keys).await?;
    let (counts, at_least) = if filter.is_narrower() || !lister.search.is_settled_by_terms() {
        count_some(conn, lister, &evaluated, &beside_keys).await?
    } else {
        let mut counts = evaluated.counts();
        let waiting = waiting.found.iter();
        waiting.for_each(|one| counts.add(one.status, 1));
        (counts, false)
    };
    let behind = total(conn, filter).await?
        - i64::try_from(evaluated.indexed + waiting.new).unwrap_or(i64::MAX);
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

/// Looks at what waits for the index.
async fn look(conn: &mut Conn<'_>, beside: &Beside, search: &Search) -> Result<Waiting> {
    let stored = reading::by_keys(conn, &beside.keys).await?;
    let new = stored
        .iter()
        .filter(|one| !beside.located.contains_key(&one.id))
        .count();
    let search = search.clone();
    let look = move || {
        stored
            .into_iter()
            .filter(|one| one.is_found(&search))
            .collect()
    };
    Ok(Waiting {
        found: super::preparing::reckoned(look).await?,
        new,
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
    let counts = count(conn, lister.wanted.filter, &looked).await?;
    Ok((counts, evaluated.len() > COUNTED))
}

/// How many comments the wanted sites have.
async fn total(conn: &mut Conn<'_>, filter: &Filter) -> Result<i64> {
    let text = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS total FROM comment_counts WHERE site IN {list:$1}";
    let row = conn.one(text, values![list(&filter.sites)]).await?;
    get(&row, "total")
}
