//! What the next step of filling the index is, reckoned but not written: it makes a block of what waits, or of what was there
//! before there was an index; takes out what is gone; merges blocks; or removes rows that nobody needs any more.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use super::{
    block::{Block, Entry, Scrubbed, scrubbed},
    blocks,
    documents::{CHUNK, Chunk, Documents, byte},
    places::MOST,
    reading::{self, Stored},
    waiting::{self, Key},
};
use crate::storage::{
    Result,
    sql::{Conn, get, values},
};

/// Comments that one step takes in at most: some 50 ms of work.
const STEP: usize = 2048;

/// Blocks of one size that are merged into one, and the sizes' ratio; and the smallest size.
const MERGED: usize = 8;
const SMALLEST: usize = 256;

/// What a step is for.
#[derive(Clone, Copy)]
pub(super) enum Wish {
    /// Everything; what waits once it is so many comments.
    Fill(usize),
    /// What is gone, and nothing else.
    Clear,
}

/// What a step is to write.
pub(super) enum Work {
    Sweep(i64),
    Change(Box<Change>),
    Merge(Vec<i64>, Block),
}

impl Work {
    /// The new block.
    pub fn block(&self) -> Option<&Block> {
        match self {
            Self::Sweep(_) => None,
            Self::Change(change) => change.added.as_ref(),
            Self::Merge(_, block) => Some(block),
        }
    }

    /// Whether it takes out what was found by something that is gone.
    pub fn removes(&self) -> bool {
        matches!(self, Self::Change(change) if change.edits.iter().any(|edit| !edit.rows.is_empty()))
    }
}

#[derive(Default)]
pub(super) struct Change {
    /// Notes that are settled by this.
    pub settled: Vec<i64>,
    pub edits: Vec<Edit>,
    pub added: Option<Block>,
    /// Down to where each site's older comments are taken in now: nothing when all of them are.
    pub below: Vec<(String, Option<String>)>,
}

/// What changes in a block that is there.
pub(super) struct Edit {
    pub block: i64,
    pub documents: Documents,
    pub chunks: Vec<Chunk>,
    /// The ids of its first and last comment, where one went.
    pub edges: Option<(Uuid, Uuid)>,
    pub rows: Vec<Scrubbed>,
}

/// Finds out what the next step is, and reckons all of it.
pub(super) async fn prepare(conn: &mut Conn<'_>, wish: Wish) -> Result<Option<Work>> {
    let Wish::Fill(least) = wish else {
        return settle(conn, true).await;
    };
    if let Some(block) = blocks::leftover(conn).await? {
        return Ok(Some(Work::Sweep(block)));
    }
    let waits = waiting::are_there(conn, least).await?;
    if let Some(work) = settle(conn, !waits).await? {
        return Ok(Some(work));
    }
    if let Some(change) = fill_back(conn).await? {
        return Ok(Some(Work::Change(Box::new(change))));
    }
    let Some(merged) = to_merge(&blocks::sizes(conn).await?) else {
        return Ok(None);
    };
    let mut parts = Vec::new();
    for block in &merged {
        parts.push(blocks::load(conn, *block).await?);
    }
    let block = reckoned(move || Block::merged(&parts)).await?;
    Ok(Some(Work::Merge(merged, block)))
}

/// Brings the index up to date with what the earliest notes say, or those alone that say that something is gone.
async fn settle(conn: &mut Conn<'_>, only_removals: bool) -> Result<Option<Work>> {
    let notes = waiting::earliest(conn, only_removals, STEP).await?;
    if notes.is_empty() {
        return Ok(None);
    }
    let comments = waiting::comments(&notes);
    let keys = comments.iter().filter_map(|(id, (site, _))| {
        Some(Key {
            site: site.clone()?,
            id: id.to_string(),
        })
    });
    let keys: Vec<Key> = keys.collect();
    let there = reading::by_keys(conn, &keys).await?;
    let ids: Vec<Uuid> = comments.keys().copied().collect();
    let located = blocks::locate(conn, &ids).await?;
    let statuses: BTreeMap<Uuid, u8> = there.iter().map(|one| (one.id, byte(one.status))).collect();
    let mut by_block: BTreeMap<i64, Vec<(u16, Option<u8>)>> = BTreeMap::new();
    let mut kept = HashSet::new();
    for (id, (block, place)) in &located {
        let is_rewritten = comments
            .get(id)
            .is_some_and(|(_, is_rewritten)| *is_rewritten);
        let status = statuses.get(id).copied().filter(|_| !is_rewritten);
        if status.is_some() {
            kept.insert(*id);
        }
        by_block.entry(*block).or_default().push((*place, status));
    }
    let mut change = Change {
        settled: notes.iter().map(|note| note.number).collect(),
        ..Change::default()
    };
    for (block, places) in by_block {
        change.edits.push(edit(conn, block, places).await?);
    }
    let added: Vec<Stored> = there
        .into_iter()
        .filter(|one| !kept.contains(&one.id))
        .collect();
    change.added = made(added).await?;
    Ok(Some(Work::Change(Box::new(change))))
}

/// Changes the statuses at places of a block; takes out those without one.
async fn edit(conn: &mut Conn<'_>, block: i64, mut places: Vec<(u16, Option<u8>)>) -> Result<Edit> {
    places.sort_unstable();
    let gone: Vec<u16> = places
        .iter()
        .filter(|(_, status)| status.is_none())
        .map(|(place, _)| *place)
        .collect();
    let (mut documents, mut chunks, rows) = if gone.is_empty() {
        (
            blocks::documents(conn, block).await?,
            Vec::new(),
            Vec::new(),
        )
    } else {
        blocks::for_removal(conn, block).await?
    };
    for (place, status) in places {
        if let (Some(status), Some(there)) =
            (status, documents.statuses.get_mut(usize::from(place)))
        {
            *there = status;
        }
    }
    documents.remove(&gone);
    let is_gone =
        |place| u16::try_from(place).is_ok_and(|place| gone.binary_search(&place).is_ok());
    for chunk in &mut chunks {
        chunk.forget(is_gone);
    }
    let ids = || {
        chunks
            .iter()
            .flat_map(|chunk| &chunk.ids)
            .filter(|id| !id.is_nil())
    };
    let edges = ids()
        .min()
        .zip(ids().max())
        .map(|(first, last)| (*first, *last));
    let starts: HashSet<usize> = gone
        .iter()
        .map(|place| usize::from(*place) / CHUNK * CHUNK)
        .collect();
    chunks.retain(|chunk| starts.contains(&chunk.start));
    let count = documents.len();
    let rows = reckoned(move || scrubbed(&rows, &gone, count)).await?;
    Ok(Edit {
        block,
        documents,
        chunks,
        edges,
        rows,
    })
}

/// Takes in what was there before there was an index, the newest of all sites first.
async fn fill_back(conn: &mut Conn<'_>) -> Result<Option<Change>> {
    let text = "SELECT site, below FROM search_backfill ORDER BY below DESC, site LIMIT 64";
    let sites = conn.all(text, values![]).await?;
    if sites.is_empty() {
        return Ok(None);
    }
    let mut change = Change::default();
    let mut found: Vec<Stored> = Vec::new();
    for row in sites {
        let (site, below): (String, String) = (get(&row, "site")?, get(&row, "below")?);
        let left = STEP.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        let (more, last) = reading::below(conn, &site, &below, left).await?;
        found.extend(more);
        change.below.push((site, last));
    }
    // What was imported since with an old date may be there already.
    let ids: Vec<Uuid> = found.iter().map(|one| one.id).collect();
    let located = blocks::locate(conn, &ids).await?;
    found.retain(|one| !located.contains_key(&one.id));
    change.added = made(found).await?;
    Ok(Some(change))
}

/// A block of comments, unless there are none.
async fn made(comments: Vec<Stored>) -> Result<Option<Block>> {
    if comments.is_empty() {
        return Ok(None);
    }
    let make = move || {
        let entries: Vec<Entry> = comments.iter().map(Stored::entry).collect();
        Block::of(entries)
    };
    reckoned(make).await.map(Some)
}

/// Does what takes a processor's time where it keeps nobody waiting.
pub(super) async fn reckoned<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Blocks of about the same size, as many as make one of the next. What is larger than half of what a block can be stays
/// as it is; one whose comments are mostly gone is a small one again.
fn to_merge(sizes: &[(i64, usize)]) -> Option<Vec<i64>> {
    let mut tiers: BTreeMap<u32, Vec<(usize, i64)>> = BTreeMap::new();
    for (block, size) in sizes.iter().filter(|(_, size)| *size <= MOST / 2) {
        tiers
            .entry((size / SMALLEST).max(1).ilog(MERGED))
            .or_default()
            .push((*size, *block));
    }
    tiers.into_values().find_map(|mut tier| {
        tier.sort_unstable();
        let mut sum = 0;
        let fits = tier.iter().take(MERGED).take_while(|(size, _)| {
            sum += size;
            sum <= MOST
        });
        let fits: Vec<i64> = fits.map(|(_, block)| *block).collect();
        let is_full = fits.len() > 1 && fits.len() < tier.len();
        (fits.len() == MERGED || is_full).then_some(fits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_blocks_are_merged_into_larger_ones_and_large_ones_stay() {
        let blocks =
            |sizes: &[usize]| -> Vec<(i64, usize)> { (1..).zip(sizes.iter().copied()).collect() };
        assert_eq!(to_merge(&blocks(&[256; 7])), None);
        assert_eq!(to_merge(&blocks(&[256; 8])), Some((1..=8).collect()));
        assert_eq!(to_merge(&blocks(&[MOST; 20])), None);
        assert_eq!(to_merge(&blocks(&[16_384; 4])), None);
        assert_eq!(to_merge(&blocks(&[16_384; 5])), Some(vec![1, 2, 3, 4]));
        assert_eq!(
            to_merge(&blocks(&[MOST, 20_000, 20_000, MOST, 20_000, 20_000])),
            Some(vec![2, 3, 5])
        );
        assert_eq!(
            to_merge(&blocks(&[1, 2, 3, 4, 5, 6, 7, 0])),
            Some(vec![8, 1, 2, 3, 4, 5, 6, 7])
        );
    }
}
