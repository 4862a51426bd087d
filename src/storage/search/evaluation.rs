//! Which comments of each block have what is searched for.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    blocks::{self, Head},
    documents::{GONE, status},
    lexicon::Terms,
    places::Places,
};
use crate::{
    domain::{
        queue::Counts,
        search::{Lookup, Search, Way},
    },
    storage::{Result, sql::Conn},
};

/// A block, and the places of its comments that are hits.
pub(super) struct Hits {
    pub head: Head,
    pub places: Places,
}

/// What the index finds.
pub(super) struct Evaluated {
    pub hits: Vec<Hits>,
    /// How many comments of the wanted sites are in the index.
    pub indexed: usize,
}

/// Finds the hits of every block among the comments of some sites, but for those at places that are `apart`.
pub(super) async fn evaluate(
    conn: &mut Conn<'_>,
    search: &Search,
    sites: &HashSet<&str>,
    apart: &BTreeSet<(i64, usize)>,
) -> Result<Evaluated> {
    let heads = blocks::heads(conn).await?;
    let clauses = search.lookups();
    let mut lookups: Vec<&Lookup> = clauses.iter().flatten().flatten().collect();
    lookups.sort_by_key(|lookup| (&lookup.from, &lookup.to));
    lookups.dedup();
    let wanted: Vec<Lookup> = lookups.iter().map(|lookup| (*lookup).clone()).collect();
    let lengths: HashMap<i64, usize> = heads
        .iter()
        .map(|head| (head.block, head.documents.len()))
        .collect();
    let mut sets: HashMap<(&Lookup, i64), Places> = HashMap::new();
    for (number, block, row) in blocks::look_up(conn, &wanted).await? {
        if let (Some(lookup), Some(size)) = (lookups.get(number), lengths.get(&block)) {
            let set = sets
                .entry((lookup, block))
                .or_insert_with(|| Places::none(*size));
            add(&row, lookup, set);
        }
    }
    let mut found = Evaluated {
        hits: Vec::new(),
        indexed: 0,
    };
    for head in heads {
        let have = have_all(&clauses, &sets, &head);
        found.indexed += head.documents.live_on(sites);
        let mut places = Places::none(head.documents.len());
        {
            let is_on = head.documents.are_on(sites);
            let is_there = |place: &usize| {
                let status = head.documents.statuses.get(*place);
                status.is_some_and(|status| *status != GONE) && is_on(*place)
            };
            let hits = have.iter().filter(is_there);
            hits.filter(|place| !apart.contains(&(head.block, *place)))
                .for_each(|place| places.add(place));
        }
        if !places.is_empty() {
            found.hits.push(Hits { head, places });
        }
    }
    Ok(found)
}

/// Adds the places of the terms in a row that a lookup wants.
fn add(row: &[u8], lookup: &Lookup, set: &mut Places) {
    let mut terms = Terms::of(row);
    while let Some((term, places)) = terms.read() {
        if term >= lookup.to.as_str() {
            return;
        }
        if term >= lookup.from.as_str() {
            set.add_encoded(places);
        }
    }
}

/// The places of a block that have what every clause asks for.
fn have_all(clauses: &[Vec<Way>], sets: &HashMap<(&Lookup, i64), Places>, head: &Head) -> Places {
    let none = || Places::none(head.documents.len());
    let by_way = |way: &Way| {
        let mut found = way.iter().map(|lookup| sets.get(&(lookup, head.block)));
        let mut places = found.next().flatten().cloned().unwrap_or_else(none);
        for one in found {
            match one {
                Some(one) => places.keep(one),
                None => return none(),
            }
        }
        places
    };
    let mut whole: Option<Places> = None;
    for ways in clauses {
        let mut places = none();
        for way in ways {
            places.join(&by_way(way));
        }
        match &mut whole {
            Some(whole) => whole.keep(&places),
            None => whole = Some(places),
        }
        if whole.as_ref().is_some_and(Places::is_empty) {
            break;
        }
    }
    whole.unwrap_or_else(none)
}

impl Evaluated {
    /// How many hits have which status.
    pub fn counts(&self) -> Counts {
        let mut sums = [0; 256];
        for Hits { head, places } in &self.hits {
            for place in places.iter() {
                sums[usize::from(head.documents.statuses[place])] += 1;
            }
        }
        let mut counts = Counts::default();
        for (byte, sum) in (0..=u8::MAX).zip(sums) {
            if let Some(status) = status(byte) {
                counts.add(status, sum);
            }
        }
        counts
    }

    /// How many hits there are.
    pub fn len(&self) -> usize {
        self.hits
            .iter()
            .map(|hits| hits.places.iter().count())
            .sum()
    }
}
