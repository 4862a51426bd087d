//! Blocks in the database. A block's rows are never changed while it is live, but for those that lose a comment that is gone: a
//! search sees all of a block or nothing.

use std::collections::{BTreeSet, HashMap};

use sqlx::any::AnyRow;
use uuid::Uuid;

use super::{
    block::{Block, Scrubbed},
    documents::{CHUNK, Chunk, Documents},
    lexicon::Row,
};
use crate::{
    domain::search::Lookup,
    storage::{
        Result, StoreError,
        sql::{Conn, ToValue, get, list, to_rows, values},
    },
};

/// Rows of terms that one statement removes: half a megabyte, which SQLite overwrites.
const BITE: i64 = 128;

/// A live block without its rows.
pub(super) struct Head {
    pub block: i64,
    /// The ids of its first and last comment.
    pub first: String,
    pub last: String,
    pub documents: Documents,
}

const HEAD: &str = "SELECT block, first_id, last_id, header FROM search_blocks";

fn head(row: &AnyRow) -> Result<Head> {
    let header: Vec<u8> = get(row, "header")?;
    Ok(Head {
        block: get(row, "block")?,
        first: get(row, "first_id")?,
        last: get(row, "last_id")?,
        documents: Documents::decode(&header).ok_or(StoreError::Corrupt("search index"))?,
    })
}

pub(super) async fn heads(conn: &mut Conn<'_>) -> Result<Vec<Head>> {
    let text = format!("{HEAD} WHERE state = 'live'");
    let found = conn.all(text, values![]).await?;
    found.iter().map(head).collect()
}

async fn head_of(conn: &mut Conn<'_>, block: i64) -> Result<Head> {
    let text = format!("{HEAD} WHERE block = $1");
    head(&conn.one(text, values![block]).await?)
}

/// The live blocks with how many comments each has.
pub(super) async fn sizes(conn: &mut Conn<'_>) -> Result<Vec<(i64, usize)>> {
    let text = "SELECT block, documents FROM search_blocks WHERE state = 'live' ORDER BY block";
    let found = conn.all(text, values![]).await?;
    let size = |row| {
        Ok((
            get(row, "block")?,
            usize::try_from(get::<i64>(row, "documents")?).unwrap_or(0),
        ))
    };
    found.iter().map(size).collect()
}

/// Reads a block whole.
pub(super) async fn load(conn: &mut Conn<'_>, block: i64) -> Result<Block> {
    let documents = head_of(conn, block).await?.documents;
    // A row of ids whose comments are all gone is not there any more.
    let mut ids = vec![Uuid::nil(); documents.len()];
    for chunk in all_chunks(conn, block).await? {
        let there = ids.iter_mut().skip(chunk.start);
        there.zip(chunk.ids).for_each(|(place, id)| *place = id);
    }
    Ok(Block {
        documents,
        ids,
        rows: rows(conn, block).await?,
    })
}

async fn all_chunks(conn: &mut Conn<'_>, block: i64) -> Result<Vec<Chunk>> {
    let text = "SELECT start, ids FROM search_documents WHERE block = $1 ORDER BY start";
    let found = conn.all(text, values![block]).await?;
    found.iter().map(chunk).collect()
}

async fn rows(conn: &mut Conn<'_>, block: i64) -> Result<Vec<Row>> {
    let text = "SELECT first, terms FROM search_terms WHERE block = $1 ORDER BY first";
    let found = conn.all(text, values![block]).await?;
    let row = |row| {
        Ok(Row {
            first: get(row, "first")?,
            terms: get(row, "terms")?,
        })
    };
    found.iter().map(row).collect()
}

fn chunk(row: &AnyRow) -> Result<Chunk> {
    let ids: Vec<u8> = get(row, "ids")?;
    let start = usize::try_from(get::<i64>(row, "start")?).unwrap_or(0);
    Ok(Chunk::decode(start, &ids))
}

/// The rows of ids in which places of a block are.
pub(super) async fn chunks(
    conn: &mut Conn<'_>,
    block: i64,
    places: &[usize],
) -> Result<Vec<Chunk>> {
    let starts: BTreeSet<usize> = places.iter().map(|place| place / CHUNK * CHUNK).collect();
    let starts = starts.iter().map(|start| serde_json::json!({ "n": start }));
    let text = "SELECT d.start, d.ids FROM {rows:$2} CROSS JOIN search_documents d \
                WHERE d.block = $1 AND d.start = CAST(r.value->>'n' AS BIGINT)";
    let found = conn.all(text, values![block, to_rows(starts)]).await?;
    found.iter().map(chunk).collect()
}

/// In which block comments are and at which place: those that are in one.
pub(super) async fn locate(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, (i64, u16)>> {
    let mut located = HashMap::new();
    let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
        return Ok(located);
    };
    let text = "SELECT block, first_id, last_id FROM search_blocks \
                WHERE state = 'live' AND first_id <= $2 AND last_id >= $1";
    for row in conn.all(text, values![first, last]).await? {
        let (first, last): (String, String) = (get(&row, "first_id")?, get(&row, "last_id")?);
        let within =
            |id: &&Uuid| (first.as_str()..=last.as_str()).contains(&id.to_string().as_str());
        let within: BTreeSet<&Uuid> = ids.iter().filter(within).collect();
        if within.is_empty() {
            continue;
        }
        let block: i64 = get(&row, "block")?;
        let text = "SELECT d.start, d.ids FROM search_documents d WHERE d.block = $1 AND d.start IN ( \
                    SELECT (SELECT e.start FROM search_documents e WHERE e.block = $1 AND e.first <= r.value->>'v' \
                        ORDER BY e.first DESC LIMIT 1) FROM {rows:$2})";
        for row in conn.all(text, values![block, list(within.iter())]).await? {
            let chunk = chunk(&row)?;
            for (at, id) in chunk
                .ids
                .into_iter()
                .enumerate()
                .filter(|(_, id)| within.contains(id))
            {
                let place = u16::try_from(chunk.start + at).unwrap_or(u16::MAX);
                located.insert(id, (block, place));
            }
        }
    }
    Ok(located)
}

/// The first place of a block whose comment has this id or a later one.
pub(super) async fn place_from(conn: &mut Conn<'_>, block: i64, id: &str) -> Result<usize> {
    let text = "SELECT start, ids FROM search_documents WHERE block = $1 AND first <= $2 ORDER BY first DESC LIMIT 1";
    let Some(row) = conn.find(text, values![block, id]).await? else {
        return Ok(0);
    };
    let chunk = chunk(&row)?;
    let before = chunk
        .ids
        .iter()
        .rposition(|there| !there.is_nil() && there.to_string().as_str() < id);
    Ok(chunk.start + before.map_or(0, |before| before + 1))
}

/// The rows of live blocks in which each lookup's terms are: the lookup's place, the block, the terms.
pub(super) async fn look_up(
    conn: &mut Conn<'_>,
    lookups: &[Lookup],
) -> Result<Vec<(usize, i64, Vec<u8>)>> {
    let rows = lookups.iter().enumerate();
    let rows =
        rows.map(|(n, lookup)| serde_json::json!({ "n": n, "from": lookup.from, "to": lookup.to }));
    // The first row that is wanted begins before what is looked for, or with it.
    let text = "SELECT CAST(r.value->>'n' AS BIGINT) AS n, t.block, t.terms \
                FROM {rows:$1} CROSS JOIN search_blocks b CROSS JOIN search_terms t \
                WHERE b.state = 'live' AND t.block = b.block AND t.first < r.value->>'to' \
                AND t.first >= COALESCE((SELECT MAX(s.first) FROM search_terms s \
                    WHERE s.block = b.block AND s.first <= r.value->>'from'), '')";
    let found = conn.all(text, values![to_rows(rows)]).await?;
    let read = |row| {
        Ok((
            usize::try_from(get::<i64>(row, "n")?).unwrap_or(0),
            get(row, "block")?,
            get(row, "terms")?,
        ))
    };
    found.iter().map(read).collect()
}

/// A number for a new block, which nobody sees before [`finish`].
pub(super) async fn begin(tx: &mut Conn<'_>) -> Result<i64> {
    let text = "SELECT COALESCE(MAX(block), 0) + 1 AS block FROM search_blocks";
    let block: i64 = get(&tx.one(text, values![]).await?, "block")?;
    let row = [
        ("block", block.to_value()),
        ("state", "building".to_value()),
        ("documents", 0_i64.to_value()),
        ("first_id", "".to_value()),
        ("last_id", "".to_value()),
        ("header", Vec::<u8>::new().to_value()),
    ];
    tx.insert_rows("search_blocks", vec![row]).await?;
    Ok(block)
}

pub(super) async fn put_rows(tx: &mut Conn<'_>, block: i64, rows: &[Row]) -> Result<()> {
    let row = |row: &Row| {
        [
            ("block", block.to_value()),
            ("first", row.first.to_value()),
            ("terms", row.terms.to_value()),
        ]
    };
    tx.insert_rows("search_terms", rows.iter().map(row).collect())
        .await
}

/// Writes who is where, and makes a block live whose terms are there.
pub(super) async fn finish(tx: &mut Conn<'_>, block: i64, whole: &Block) -> Result<()> {
    let row = |chunk: Chunk| {
        [
            ("block", block.to_value()),
            ("start", chunk.start.to_value()),
            ("first", chunk.first().to_value()),
            ("ids", chunk.encode().to_value()),
        ]
    };
    tx.insert_rows(
        "search_documents",
        whole.chunks().into_iter().map(row).collect(),
    )
    .await?;
    let text = "UPDATE search_blocks SET state = 'live' WHERE block = $1";
    tx.run(text, values![block]).await?;
    put_edges(tx, block, whole.first(), whole.last()).await?;
    put_documents(tx, block, &whole.documents).await
}

/// Writes the ids of a block's first and last comment.
pub(super) async fn put_edges(
    tx: &mut Conn<'_>,
    block: i64,
    first: Uuid,
    last: Uuid,
) -> Result<()> {
    let text = "UPDATE search_blocks SET first_id = $2, last_id = $3 WHERE block = $1";
    tx.run(text, values![block, first, last]).await.map(drop)
}

pub(super) async fn put_documents(
    tx: &mut Conn<'_>,
    block: i64,
    documents: &Documents,
) -> Result<()> {
    let text = "UPDATE search_blocks SET header = $2, documents = $3 WHERE block = $1";
    tx.run(text, values![block, documents.encode(), documents.live()])
        .await
        .map(drop)
}

/// Takes blocks out of what is searched; [`sweep`] removes their rows.
pub(super) async fn retire(tx: &mut Conn<'_>, blocks: &[i64]) -> Result<()> {
    for block in blocks {
        let text = "UPDATE search_blocks SET state = 'gone' WHERE block = $1";
        tx.run(text, values![block]).await?;
    }
    Ok(())
}

/// Replaces the rows of a block that had terms of comments that are gone.
pub(super) async fn replace_rows(
    tx: &mut Conn<'_>,
    block: i64,
    changed: &[Scrubbed],
) -> Result<()> {
    let text = "DELETE FROM search_terms WHERE block = $1 AND first IN {list:$2}";
    let gone = list(changed.iter().map(|(first, _)| first));
    tx.run(text, values![block, gone]).await?;
    let rows: Vec<Row> = changed.iter().flat_map(|(_, rows)| rows).cloned().collect();
    put_rows(tx, block, &rows).await
}

/// Replaces a row of ids, or removes it if none is left.
pub(super) async fn replace_chunk(tx: &mut Conn<'_>, block: i64, chunk: &Chunk) -> Result<()> {
    if chunk.first().is_nil() {
        let text = "DELETE FROM search_documents WHERE block = $1 AND start = $2";
        return tx.run(text, values![block, chunk.start]).await.map(drop);
    }
    let text = "UPDATE search_documents SET ids = $3, first = $4 WHERE block = $1 AND start = $2";
    tx.run(
        text,
        values![block, chunk.start, chunk.encode(), chunk.first()],
    )
    .await
    .map(drop)
}

/// A block whose rows are on their way in or out while nobody is at it.
pub(super) async fn leftover(conn: &mut Conn<'_>) -> Result<Option<i64>> {
    let text = "SELECT block FROM search_blocks WHERE state <> 'live' ORDER BY block LIMIT 1";
    let found = conn.find(text, values![]).await?;
    found.map(|row| get(&row, "block")).transpose()
}

/// Removes some of a block's rows, and the block with the last of them.
pub(super) async fn sweep(tx: &mut Conn<'_>, block: i64) -> Result<()> {
    let text = "DELETE FROM search_terms WHERE block = $1 AND first IN \
                (SELECT first FROM search_terms WHERE block = $1 ORDER BY first LIMIT $2)";
    let gone = tx.run(text, values![block, BITE]).await?;
    if gone < BITE.unsigned_abs() {
        for table in ["search_documents", "search_blocks"] {
            tx.run(
                format!("DELETE FROM {table} WHERE block = $1"),
                values![block],
            )
            .await?;
        }
    }
    Ok(())
}

/// Reads what of a block a removal may change.
pub(super) async fn for_removal(
    conn: &mut Conn<'_>,
    block: i64,
) -> Result<(Documents, Vec<Chunk>, Vec<Row>)> {
    let documents = head_of(conn, block).await?.documents;
    let chunks = all_chunks(conn, block).await?;
    Ok((documents, chunks, rows(conn, block).await?))
}

/// Who is in a block, without its rows.
pub(super) async fn documents(conn: &mut Conn<'_>, block: i64) -> Result<Documents> {
    Ok(head_of(conn, block).await?.documents)
}
