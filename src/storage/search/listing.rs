//! The first hits in an order, read from the comments: as few of them as will do.

use std::collections::{HashMap, HashSet};

use sqlx::any::AnyRow;

use super::{
    blocks::{self, Head},
    documents::{CHUNK, byte},
    evaluation::Hits,
    reading::{self, to_keys},
    waiting::Key,
};
use crate::{
    domain::{
        comment::Comment,
        queue::{Counts, Filter, Sort},
        search::Search,
    },
    storage::{
        Result, comment_rows, counts,
        damage::Gathered,
        filtering::{fold, narrow, sort_key},
        searching::Turn,
        sql::{Conn, Statement, get, sql, values},
        stretch::Stretch,
    },
};

/// Comments that are read at once where many have to be looked at.
const SLICE: usize = 1_000;

/// The wish for a list, and what to look at for it.
pub(super) struct Lister<'a> {
    pub wanted: &'a Stretch<'a>,
    pub search: &'a Search,
    pub turn: &'a Turn<'a>,
}

impl Lister<'_> {
    /// One more than the list is to have: the first of the hits in the index and of those `beside` it.
    pub async fn list(
        &self,
        conn: &mut Conn<'_>,
        hits: &[Hits],
        beside: &[Key],
    ) -> Result<Vec<(f64, Comment)>> {
        let mut found = Vec::new();
        for keys in beside.chunks(SLICE) {
            found.extend(read(conn, self.wanted, keys).await?.rows);
            self.wanted.keep_first(&mut found);
        }
        let mut hits: Vec<&Hits> = hits.iter().collect();
        hits.sort_by(|a, b| match self.wanted.sort {
            Sort::Oldest => a.head.first.cmp(&b.head.first),
            _ => b.head.last.cmp(&a.head.last),
        });
        for hits in hits {
            self.list_block(conn, hits, &mut found).await?;
        }
        Ok(found)
    }

    async fn list_block(
        &self,
        conn: &mut Conn<'_>,
        hits: &Hits,
        found: &mut Vec<(f64, Comment)>,
    ) -> Result<()> {
        let head = &hits.head;
        let edge = match self.wanted.sort {
            Sort::Oldest => &head.first,
            _ => &head.last,
        };
        if self.is_beyond(edge, found) {
            return Ok(());
        }
        let mut places = self.after_cursor(conn, hits).await?;
        if self.wanted.sort == Sort::Newest {
            places.reverse();
        }
        let mut rest = places.as_slice();
        // The first few are likely to do, if an order begins with them.
        let by_time = matches!(self.wanted.sort, Sort::Newest | Sort::Oldest);
        let mut size = if by_time { self.wanted.full() } else { SLICE };
        while !rest.is_empty() {
            self.turn.check()?;
            let (slice, after) = rest.split_at(size.min(rest.len()));
            let mut keys = keys(conn, head, slice).await?;
            let last = keys.last().map(|key| key.id.clone());
            if !self.search.is_settled_by_terms() {
                keys = self.found(conn, keys).await?;
            }
            found.extend(read(conn, self.wanted, &keys).await?.rows);
            self.wanted.keep_first(found);
            if last.is_some_and(|last| self.is_beyond(&last, found)) {
                break;
            }
            rest = after;
            size = (size * 4).min(SLICE);
        }
        Ok(())
    }

    /// Whether nothing from the id on comes before what was found.
    fn is_beyond(&self, id: &str, found: &[(f64, Comment)]) -> bool {
        let Some((_, last)) = found.last().filter(|_| found.len() >= self.wanted.full()) else {
            return false;
        };
        let last = last.id.to_string();
        match self.wanted.sort {
            Sort::Newest => id < last.as_str(),
            Sort::Oldest => id > last.as_str(),
            Sort::Uncertain | Sort::Spammiest | Sort::Abusive | Sort::Decided => false,
        }
    }

    /// The hits with the wanted status that come after where the list goes on.
    async fn after_cursor(&self, conn: &mut Conn<'_>, hits: &Hits) -> Result<Vec<usize>> {
        let Hits { head, places } = hits;
        let wanted = self.wanted.filter.status.map(byte);
        let status = |place: &usize| {
            wanted.is_none_or(|wanted| head.documents.statuses.get(*place) == Some(&wanted))
        };
        let mut places: Vec<usize> = places.iter().filter(status).collect();
        let Some(cursor) = self.wanted.cursor.map(|cursor| cursor.id.to_string()) else {
            return Ok(places);
        };
        match self.wanted.sort {
            Sort::Newest if cursor <= head.last => {
                let from = blocks::place_from(conn, head.block, &cursor).await?;
                places.retain(|place| *place < from);
            }
            Sort::Oldest if cursor >= head.first => {
                let from = blocks::place_from(conn, head.block, &cursor).await?;
                places.retain(|place| *place >= from);
            }
            _ => {}
        }
        Ok(places)
    }

    /// Those of some comments that have what is searched for.
    pub async fn found(&self, conn: &mut Conn<'_>, keys: Vec<Key>) -> Result<Vec<Key>> {
        let stored = reading::by_keys(conn, &keys).await?;
        let has: HashSet<Key> = stored
            .into_iter()
            .filter(|one| one.is_found(self.search))
            .map(|one| one.key)
            .collect();
        Ok(keys.into_iter().filter(|key| has.contains(key)).collect())
    }
}

/// How many of some comments that the filter wants have which status, its own apart.
pub(super) async fn count(conn: &mut Conn<'_>, filter: &Filter, keys: &[Key]) -> Result<Counts> {
    let mut counted = Counts::default();
    for keys in keys.chunks(SLICE) {
        let mut statement = among(filter, "c.status, COUNT(*) AS count", keys);
        statement.push("GROUP BY c.status", values![]);
        let found = conn.gather("comments", statement, counts::counted).await?;
        found
            .rows
            .into_iter()
            .flatten()
            .for_each(|(status, count)| counted.add(status, count));
    }
    Ok(counted)
}

/// The first of some comments that the filter wants; none where a row among them cannot be read, which would make a
/// list that is cut look shorter than it is.
pub(super) async fn read_first(
    conn: &mut Conn<'_>,
    wanted: &Stretch<'_>,
    keys: &[Key],
) -> Result<Option<Vec<(f64, Comment)>>> {
    let mut found = Vec::new();
    for keys in keys.chunks(SLICE) {
        let some = read(conn, wanted, keys).await?;
        if !some.damaged.is_empty() {
            return Ok(None);
        }
        found.extend(some.rows);
        wanted.keep_first(&mut found);
    }
    Ok(Some(found))
}

/// The first of some comments that the filter wants.
async fn read(
    conn: &mut Conn<'_>,
    wanted: &Stretch<'_>,
    keys: &[Key],
) -> Result<Gathered<(f64, Comment)>> {
    let (key, descending) = sort_key(wanted.sort);
    let (direction, beyond) = if descending {
        ("DESC", "<")
    } else {
        ("ASC", ">")
    };
    let by_time = matches!(wanted.sort, Sort::Newest | Sort::Oldest);
    let columns = format!("{}, {key} AS sort_key", comment_rows::COLUMNS);
    let mut statement = among(wanted.filter, &columns, keys);
    if let Some(status) = wanted.filter.status {
        statement.push("AND c.status = ?", values![status]);
    }
    fold(wanted.filter, &mut statement);
    if let Some(cursor) = wanted.cursor {
        if by_time {
            statement.push(&format!("AND c.id {beyond} ?"), values![cursor.id]);
        } else {
            let after = format!("AND ({key} {beyond} ? OR ({key} = ? AND c.id {beyond} ?))");
            statement.push(&after, values![cursor.key, cursor.key, cursor.id]);
        }
    }
    let order = if by_time {
        String::new()
    } else {
        format!("{key} {direction},")
    };
    statement.push(
        &format!("ORDER BY {order} c.id {direction} LIMIT {}", wanted.full()),
        values![],
    );
    let read = |row: &AnyRow| Ok((get(row, "sort_key")?, comment_rows::comment(row)?));
    conn.gather("comments", statement, read).await
}

/// A statement about some comments, narrowed but for the status.
fn among(filter: &Filter, columns: &str, keys: &[Key]) -> Statement {
    let mut statement = sql(format!("SELECT {columns} FROM"), values![]);
    let text =
        "{rows:?} CROSS JOIN comments c WHERE c.site = r.value->>'s' AND c.id = r.value->>'i'";
    statement.push(text, values![to_keys(keys)]);
    narrow(filter, &mut statement);
    statement
}

/// The comments at places of a block, in the order of the places.
pub(super) async fn keys(conn: &mut Conn<'_>, head: &Head, places: &[usize]) -> Result<Vec<Key>> {
    let chunks = blocks::chunks(conn, head.block, places).await?;
    let chunks: HashMap<usize, _> = chunks
        .into_iter()
        .map(|chunk| (chunk.start, chunk.ids))
        .collect();
    let key = |place: &usize| {
        let id = chunks.get(&(place / CHUNK * CHUNK))?.get(place % CHUNK)?;
        let site = head.documents.site(*place)?;
        Some(Key {
            site: site.to_owned(),
            id: id.to_string(),
        })
    };
    Ok(places.iter().filter_map(key).collect())
}
