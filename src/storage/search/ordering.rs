//! The queue in the orders that follow the score. An index of the comments by score would write another page for each
//! that comes in; search's index has the scores too ([`super::scores`]), and comments come into it behind the posts.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::Connection;

use super::{
    blocks::{self, Head},
    documents::byte,
    evaluation::add,
    listing::{keys, read_first},
    places::Places,
    scores, waiting,
    waiting::{Key, LOOKED},
};
use crate::{
    domain::{
        comment::{Comment, Status},
        queue::Sort,
        search::Lookup,
        site::SiteSlug,
    },
    storage::{Result, Store, sql::Conn, stretch::Stretch},
};

/// Comments in one part of the order above which it is halved, so that fewer are read.
const MANY: usize = 500;

/// Comments with one and the same place in the order that are read at most, some 20 ms of work. Where there are more,
/// to look at the scores of all that wait is faster.
const READ: usize = 5_000;

impl Store {
    /// Finds a stretch of a list that is ordered by score and narrowed by nothing but sites and a status. None where the
    /// index cannot tell: it is too far behind, or too many have about the same score.
    pub(in crate::storage) async fn by_score(
        &self,
        wanted: &Stretch<'_>,
    ) -> Result<Option<Vec<(f64, Comment)>>> {
        let by_score = matches!(wanted.sort, Sort::Uncertain | Sort::Spammiest);
        let Some(status) = wanted.filter.status.filter(|_| by_score) else {
            return Ok(None);
        };
        if !wanted.filter.is_whole() {
            return Ok(None);
        }
        let mut connection = self.read.acquire().await?;
        let mut snapshot = connection.begin_with(self.engine.begin_snapshot()).await?;
        let found = find(&mut self.on(&mut snapshot), wanted, status).await;
        snapshot.rollback().await?;
        found
    }
}

/// What waits for the index: looked at itself, and left out where the index knows it as it was.
struct Beside {
    keys: Vec<Key>,
    /// The places of the index where those are that it has already.
    apart: BTreeSet<(i64, usize)>,
}

async fn find(
    conn: &mut Conn<'_>,
    wanted: &Stretch<'_>,
    status: Status,
) -> Result<Option<Vec<(f64, Comment)>>> {
    let sites: HashSet<&str> = wanted.filter.sites.iter().map(SiteSlug::as_str).collect();
    let Some(beside) = look_beside(conn, &sites).await? else {
        return Ok(None);
    };
    let heads = blocks::heads(conn).await?;
    let there: HashMap<i64, (&Head, Places)> = heads
        .iter()
        .map(|head| (head, wanted_of(head, &sites, status, &beside.apart)))
        .filter(|(_, places)| !places.is_empty())
        .map(|(head, places)| (head.block, (head, places)))
        .collect();
    let Some(mut found) = read_first(conn, wanted, &beside.keys).await? else {
        return Ok(None);
    };
    let mut indexed = Vec::new();
    let mut parts = scores::parts(wanted.sort, wanted.cursor);
    let mut halves = Vec::new();
    while let Some(part) = halves.pop().or_else(|| parts.next()) {
        let hits = look_up(conn, &part.lookups(wanted.sort), &there).await?;
        let count: usize = hits.iter().map(|(_, places)| places.len()).sum();
        if let Some((first, second)) = part.halves().filter(|_| count > MANY) {
            halves.extend([second, first]);
            continue;
        }
        if count > READ {
            return Ok(None);
        }
        let mut candidates = Vec::new();
        for (head, places) in hits {
            candidates.extend(keys(conn, head, &places).await?);
        }
        let Some(more) = read_first(conn, wanted, &candidates).await? else {
            return Ok(None);
        };
        indexed.extend(more);
        // All that follows is further away in the order.
        if indexed.len() >= wanted.full() {
            break;
        }
    }
    found.extend(indexed);
    wanted.keep_first(&mut found);
    Ok(Some(found))
}

/// None where so much waits that the index is of no use.
async fn look_beside(conn: &mut Conn<'_>, sites: &HashSet<&str>) -> Result<Option<Beside>> {
    let notes = waiting::latest(conn, LOOKED + 1).await?;
    if notes.len() > LOOKED || waiting::fills_back(conn).await? {
        return Ok(None);
    }
    let comments = waiting::comments(&notes);
    let located = blocks::locate(conn, &comments.keys().copied().collect::<Vec<_>>()).await?;
    let keys = comments.into_iter().filter_map(|(id, (site, _))| {
        let site = site.filter(|site| sites.contains(site.as_str()))?;
        Some(Key {
            site,
            id: id.to_string(),
        })
    });
    Ok(Some(Beside {
        keys: keys.collect(),
        apart: located
            .into_values()
            .map(|(block, place)| (block, usize::from(place)))
            .collect(),
    }))
}

/// The places of a block whose comments are on some sites and have a status, but for those that are `apart`.
fn wanted_of(
    head: &Head,
    sites: &HashSet<&str>,
    status: Status,
    apart: &BTreeSet<(i64, usize)>,
) -> Places {
    let documents = &head.documents;
    let seen: Vec<bool> = documents
        .sites
        .iter()
        .map(|site| sites.contains(site.as_str()))
        .collect();
    let mut places = Places::none(documents.len());
    let there = documents.statuses.iter().zip(documents.site_places());
    for (place, (there, site)) in there.enumerate() {
        if *there == byte(status)
            && seen.get(usize::from(*site)).copied().unwrap_or(false)
            && !apart.contains(&(head.block, place))
        {
            places.add(place);
        }
    }
    places
}

/// Of the places that are `there`, those that have a term that is looked up.
async fn look_up<'a>(
    conn: &mut Conn<'_>,
    lookups: &[Lookup],
    there: &HashMap<i64, (&'a Head, Places)>,
) -> Result<Vec<(&'a Head, Vec<usize>)>> {
    let mut found: HashMap<i64, Places> = HashMap::new();
    for (number, block, row) in blocks::look_up(conn, lookups).await? {
        if let (Some(lookup), Some((head, _))) = (lookups.get(number), there.get(&block)) {
            let places = found
                .entry(block)
                .or_insert_with(|| Places::none(head.documents.len()));
            add(&row, lookup, places);
        }
    }
    let hits = found.into_iter().filter_map(|(block, mut places)| {
        let (head, wanted) = there.get(&block)?;
        places.keep(wanted);
        Some((*head, places.iter().collect()))
    });
    Ok(hits.collect())
}
