//! The queue in the orders that follow the score. An index of the comments by score would write another page for each
//! that comes in; search's index has the scores too ([`super::scores`]), and comments come into it behind the posts.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    beside::Beside,
    blocks::{self, Head},
    documents::byte,
    lexicon::Terms,
    listing::{keys, read_first},
    places::{Places, decode},
    scores::{self, Part},
    waiting,
};
use crate::{
    domain::{
        comment::{Comment, Status},
        queue::Sort,
        site::SiteSlug,
    },
    storage::{Result, Store, sql::Conn, stretch::Stretch},
};

/// Comments that are read at first: those with the first places of a part of the order. Then as many again as were read so far, for
/// where most are left out of the list, as near copies are.
const MANY: usize = 100;

/// Comments that are read at most, some 20 ms of work. Where more have one place in the order, or are left out of the list, to
/// look at the scores of all that wait is faster.
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
        self.at_one_moment(async |conn| find(conn, wanted, status).await)
            .await
    }
}

async fn find(
    conn: &mut Conn<'_>,
    wanted: &Stretch<'_>,
    status: Status,
) -> Result<Option<Vec<(f64, Comment)>>> {
    let sites: HashSet<&str> = wanted.filter.sites.iter().map(SiteSlug::as_str).collect();
    let beside = Beside::find(conn, &sites).await?;
    if beside.is_part || waiting::fills_back(conn).await? {
        return Ok(None);
    }
    let apart = beside.apart();
    let heads = blocks::heads(conn).await?;
    let there: HashMap<i64, (&Head, Places)> = heads
        .iter()
        .map(|head| (head, wanted_of(head, &sites, status, &apart)))
        .filter(|(_, places)| !places.is_empty())
        .map(|(head, places)| (head.block, (head, places)))
        .collect();
    let Some(mut found) = read_first(conn, wanted, &beside.keys).await? else {
        return Ok(None);
    };
    let mut indexed = Vec::new();
    let mut parts = scores::parts(wanted.sort, wanted.cursor);
    let (mut rest, mut looked) = (None, 0);
    // All that follows is further away in the order.
    while indexed.len() < wanted.full()
        && let Some(part) = rest.take().or_else(|| parts.next())
    {
        let first = look_up(conn, wanted.sort, &part, &there, MANY.max(looked)).await?;
        looked += first.places.len();
        if looked > READ {
            return Ok(None);
        }
        rest = part.from(first.end);
        let mut candidates = Vec::new();
        for (head, _) in there.values() {
            let places = first.of(head.block);
            if !places.is_empty() {
                candidates.extend(keys(conn, head, &places).await?);
            }
        }
        let Some(more) = read_first(conn, wanted, &candidates).await? else {
            return Ok(None);
        };
        indexed.extend(more);
    }
    found.extend(indexed);
    wanted.keep_first(&mut found);
    Ok(Some(found))
}

/// The places of a block whose comments are on some sites and have a status, but for those that are `apart`.
fn wanted_of(
    head: &Head,
    sites: &HashSet<&str>,
    status: Status,
    apart: &BTreeSet<(i64, usize)>,
) -> Places {
    let is_on = head.documents.are_on(sites);
    let mut places = Places::none(head.documents.len());
    for (place, there) in head.documents.statuses.iter().enumerate() {
        if *there == byte(status) && is_on(place) && !apart.contains(&(head.block, place)) {
            places.add(place);
        }
    }
    places
}

/// The first comments of a part of the order, and all with the place of the last of them.
struct First {
    /// How many, where the part has so many.
    many: usize,
    /// The place in the order, the block and the place there.
    places: Vec<(u32, i64, usize)>,
    /// What is from here on in the order was left out.
    end: u32,
}

impl First {
    fn add(&mut self, place: u32, block: i64, found: impl Iterator<Item = usize>) {
        self.places.extend(found.map(|there| (place, block, there)));
        if self.places.len() > 32 * self.many {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.places.len() > self.many {
            let (_, (place, ..), _) = self
                .places
                .select_nth_unstable_by_key(self.many, |(place, ..)| *place);
            self.end = *place + 1;
            self.places.retain(|(place, ..)| *place < self.end);
        }
    }

    fn of(&self, block: i64) -> Vec<usize> {
        let own = self.places.iter().filter(|(_, of, _)| *of == block);
        own.map(|(.., place)| *place).collect()
    }
}

/// Of the places that are `there`, the first of a part of the order.
async fn look_up(
    conn: &mut Conn<'_>,
    sort: Sort,
    part: &Part,
    there: &HashMap<i64, (&Head, Places)>,
    many: usize,
) -> Result<First> {
    let lookups = part.lookups(sort);
    let mut first = First {
        many,
        places: Vec::new(),
        end: u32::MAX,
    };
    for (number, block, row) in blocks::look_up(conn, &lookups).await? {
        let (Some(lookup), Some((_, wanted))) = (lookups.get(number), there.get(&block)) else {
            continue;
        };
        let mut terms = Terms::of(&row);
        while let Some((term, places)) = terms.read() {
            if term >= lookup.to.as_str() {
                break;
            }
            let place = scores::place_of(sort, term).unwrap_or(0);
            if term >= lookup.from.as_str() && place < first.end {
                let places = decode(places).into_iter().map(usize::from);
                first.add(place, block, places.filter(|place| wanted.has(*place)));
            }
        }
    }
    first.cut();
    Ok(first)
}
