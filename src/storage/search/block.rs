//! Blocks as a whole, in memory: made of comments, merged out of several, rid of what is gone.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use uuid::Uuid;

use super::{
    documents::{Chunk, Documents, GONE},
    lexicon::{Row, Terms, Writer},
    places::decode,
};

/// A comment as an index takes it in.
pub(super) struct Entry {
    pub site: String,
    pub id: Uuid,
    pub status: u8,
    /// The terms that it is found by; some several times.
    pub terms: Vec<String>,
}

/// A block with all that it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub documents: Documents,
    pub ids: Vec<Uuid>,
    pub rows: Vec<Row>,
}

impl Block {
    /// Makes a block of comments.
    pub fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.id);
        entries.truncate(super::places::MOST);
        let mut block = Self::default();
        let (mut known, mut places) = (HashMap::new(), HashMap::<String, Vec<u16>>::new());
        for entry in entries {
            let Ok(place) = u16::try_from(block.ids.len()) else {
                break;
            };
            block.ids.push(entry.id);
            block.documents.push(&entry.site, entry.status, &mut known);
            for term in entry.terms {
                let there = places.entry(term).or_default();
                if there.last() != Some(&place) {
                    there.push(place);
                }
            }
        }
        let mut places: Vec<(String, Vec<u16>)> = places.into_iter().collect();
        places.sort_unstable();
        let mut writer = Writer::new(block.ids.len());
        for (term, places) in &places {
            writer.push(term, places);
        }
        block.rows = writer.finish();
        block
    }

    /// Makes one block of several, without what is gone from them.
    pub fn merged(blocks: &[Self]) -> Self {
        let mut order: Vec<(Uuid, usize, usize)> = Vec::new();
        for (number, block) in blocks.iter().enumerate() {
            let there = block.ids.iter().zip(&block.documents.statuses).enumerate();
            let there = there.filter(|(_, (id, status))| **status != GONE && !id.is_nil());
            order.extend(there.map(|(place, (id, _))| (*id, number, place)));
        }
        order.sort_unstable();
        order.truncate(super::places::MOST);
        let mut whole = Self::default();
        let mut known = HashMap::new();
        let mut moved: Vec<Vec<Option<u16>>> = blocks
            .iter()
            .map(|block| vec![None; block.ids.len()])
            .collect();
        for (id, number, place) in order {
            moved[number][place] = u16::try_from(whole.ids.len()).ok();
            let documents = &blocks[number].documents;
            whole.ids.push(id);
            whole.documents.push(
                documents.site(place).unwrap_or_default(),
                documents.statuses[place],
                &mut known,
            );
        }
        whole.rows = merged_terms(blocks, &moved, whole.ids.len());
        whole
    }

    pub fn chunks(&self) -> Vec<Chunk> {
        Chunk::of(&self.ids)
    }

    pub fn first(&self) -> Uuid {
        self.ids.first().copied().unwrap_or_default()
    }

    pub fn last(&self) -> Uuid {
        self.ids.last().copied().unwrap_or_default()
    }
}

/// The terms of several blocks in one order, their places moved to where the comments are now.
fn merged_terms(blocks: &[Block], moved: &[Vec<Option<u16>>], documents: usize) -> Vec<Row> {
    let mut streams: Vec<Stream<'_>> = blocks.iter().map(Stream::of).collect();
    let mut next = BinaryHeap::new();
    for (number, stream) in streams.iter_mut().enumerate() {
        next.extend(
            stream
                .read()
                .map(|(term, places)| Reverse((term, number, places))),
        );
    }
    let mut writer = Writer::new(documents);
    let (mut term, mut places): (String, Vec<u16>) = (String::new(), Vec::new());
    while let Some(Reverse((found, number, there))) = next.pop() {
        if found != term {
            places.sort_unstable();
            writer.push(&term, &places);
            places.clear();
            term = found;
        }
        places.extend(
            there
                .into_iter()
                .filter_map(|place| moved[number].get(usize::from(place)).copied().flatten()),
        );
        next.extend(
            streams[number]
                .read()
                .map(|(term, places)| Reverse((term, number, places))),
        );
    }
    places.sort_unstable();
    writer.push(&term, &places);
    writer.finish()
}

/// The terms of a block, row after row.
struct Stream<'a> {
    rows: std::slice::Iter<'a, Row>,
    terms: Terms<'a>,
}

impl<'a> Stream<'a> {
    fn of(block: &'a Block) -> Self {
        Self {
            rows: block.rows.iter(),
            terms: Terms::of(&[]),
        }
    }

    fn read(&mut self) -> Option<(String, Vec<u16>)> {
        loop {
            if let Some((term, places)) = self.terms.read() {
                return Some((term.to_owned(), decode(places)));
            }
            self.terms = Terms::of(&self.rows.next()?.terms);
        }
    }
}

/// A row that changes: the first term of the one there was, and the rows that replace it.
pub(super) type Scrubbed = (String, Vec<Row>);

/// Takes places out of a block's terms. The rows that have none of them stay as they are.
pub(super) fn scrubbed(rows: &[Row], gone: &[u16], documents: usize) -> Vec<Scrubbed> {
    let mut changed = Vec::new();
    for row in rows {
        let mut writer = Writer::new(documents);
        let (mut terms, mut is_changed) = (Terms::of(&row.terms), false);
        while let Some((term, places)) = terms.read() {
            let mut places = decode(places);
            let before = places.len();
            places.retain(|place| gone.binary_search(place).is_err());
            is_changed |= places.len() < before;
            writer.push(term, &places);
        }
        if is_changed {
            changed.push((row.first.clone(), writer.finish()));
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn entry(id: u128, status: u8, words: &str) -> Entry {
        let site = if id.is_multiple_of(3) { "shop" } else { "blog" };
        Entry {
            site: site.to_owned(),
            id: Uuid::from_u128(id),
            status,
            terms: words.split(' ').map(str::to_owned).collect(),
        }
    }

    /// What a block holds, by id: site, status and terms.
    fn held(block: &Block) -> BTreeMap<Uuid, (String, u8, BTreeSet<String>)> {
        let mut held = BTreeMap::new();
        for (place, id) in block.ids.iter().enumerate() {
            let documents = &block.documents;
            let one = (
                documents.site(place).unwrap().to_owned(),
                documents.statuses[place],
                BTreeSet::new(),
            );
            held.insert(*id, one);
        }
        let mut stream = Stream::of(block);
        while let Some((term, places)) = stream.read() {
            for place in places {
                held.get_mut(&block.ids[usize::from(place)])
                    .unwrap()
                    .2
                    .insert(term.clone());
            }
        }
        held
    }

    fn comments() -> impl Strategy<Value = BTreeMap<u128, (u8, String)>> {
        prop::collection::btree_map(1..500_u128, (0..5_u8, "[ab]{1,3}( [a-d]{1,4}){0,5}"), 0..60)
    }

    proptest! {
        #[test]
        fn a_merged_block_holds_what_its_parts_held_but_for_what_is_gone(all in comments(), cut in 1..5_u128, gone in prop::collection::btree_set(1..500_u128, 0..30)) {
            let part = |number: u128| {
                let of = all.iter().filter(|(id, _)| **id % cut == number);
                Block::of(of.map(|(id, (status, words))| entry(*id, *status, words)).collect())
            };
            let mut parts: Vec<Block> = (0..cut).map(part).collect();
            let whole = Block::of(all.iter().map(|(id, (status, words))| entry(*id, *status, words)).collect());
            prop_assert_eq!(held(&Block::merged(&parts)), held(&whole));
            for part in &mut parts {
                let places: Vec<u16> = (0..part.ids.len()).filter(|at| gone.contains(&part.ids[*at].as_u128())).map(|at| u16::try_from(at).unwrap()).collect();
                part.documents.remove(&places);
                for (first, rows) in scrubbed(&part.rows.clone(), &places, part.ids.len()) {
                    let at = part.rows.iter().position(|row| row.first == first).unwrap();
                    part.rows.splice(at..=at, rows);
                }
                let left = held(part);
                for place in places {
                    prop_assert!(left[&part.ids[usize::from(place)]].2.is_empty());
                }
            }
            let mut left = held(&whole);
            left.retain(|id, _| !gone.contains(&id.as_u128()));
            prop_assert_eq!(held(&Block::merged(&parts)), left);
        }
    }
}
