//! A stretch of a list of comments: as many as were asked for, of some sites, after a place in an order.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::Comment,
        queue::{Cursor, Filter, Listing, Sort},
        site::SiteSlug,
    },
    storage::{
        Result, Store, comment_rows,
        filtering::{fold, narrow, sort_key},
        pools::Pool,
        sql::{Statement, get, list, sql, values},
    },
};

/// Rows read at least in each further stretch, where damaged ones are in the way.
const STRIDE: u32 = 100;

/// Some of the comments: of these sites, with ids above the one and up to the other.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    pub sites: Vec<SiteSlug>,
    pub above: Option<String>,
    pub up_to: Option<String>,
}

impl Slice {
    /// All comments of some sites.
    pub(super) fn of(sites: &[SiteSlug]) -> Self {
        Self {
            sites: sites.to_vec(),
            above: None,
            up_to: None,
        }
    }

    fn is_part(&self) -> bool {
        self.above.is_some() || self.up_to.is_some()
    }

    pub(super) fn narrow(&self, statement: &mut Statement) {
        if let Some(above) = &self.above {
            statement.push("AND c.id > ?", values![above]);
        }
        if let Some(up_to) = &self.up_to {
            statement.push("AND c.id <= ?", values![up_to]);
        }
    }
}

/// A stretch of a list.
pub(super) struct Stretch<'a> {
    pub filter: &'a Filter,
    pub sort: Sort,
    pub cursor: Option<&'a Cursor>,
    pub limit: u32,
}

impl Stretch<'_> {
    /// One more than asked for of those in a slice, each with its sort key.
    pub(super) async fn read(
        &self,
        store: &Store,
        pool: &Pool,
        slice: &Slice,
    ) -> Result<Vec<(f64, Comment)>> {
        let mut connection = pool.acquire().await?;
        let mut comments = Vec::new();
        let mut take = self.limit.saturating_add(1);
        let wanted = usize::try_from(take).unwrap_or(usize::MAX);
        let mut after = self
            .cursor
            .map(|cursor| (cursor.key, cursor.id.to_string()));
        // Once, unless there are damaged rows: those must not make the list look shorter than it is.
        loop {
            let statement = self.statement(slice, after, take);
            let read = |row: &AnyRow| Ok((get(row, "sort_key")?, comment_rows::comment(row)?));
            let mut conn = store.on(&mut connection);
            let found = conn.gather("comments", statement, read).await?;
            let is_whole = found.damaged.is_empty();
            let is_last = u32::try_from(found.seen).is_ok_and(|seen| seen < take);
            comments.extend(found.rows);
            let place = |row: &AnyRow| Some((get(row, "sort_key").ok()?, get(row, "id").ok()?));
            let read = || {
                let (key, last): &(f64, Comment) = comments.last()?;
                Some((*key, last.id.to_string()))
            };
            after = found.last.as_ref().and_then(place).or_else(read);
            take = take.max(STRIDE);
            if is_whole || is_last || comments.len() >= wanted || after.is_none() {
                break;
            }
        }
        comments.truncate(wanted);
        Ok(comments)
    }

    /// The first `take` of a slice, after the sort key and id of `after`.
    fn statement(&self, slice: &Slice, after: Option<(f64, String)>, take: u32) -> Statement {
        let (key, descending) = sort_key(self.sort);
        let by_time = matches!(self.sort, Sort::Newest | Sort::Oldest);
        // Within a slice the order's own index would be read from one end to the other.
        let key = if slice.is_part() && !by_time {
            format!("({key} + 0.0)")
        } else {
            key.to_owned()
        };
        let (direction, beyond) = if descending {
            ("DESC", "<")
        } else {
            ("ASC", ">")
        };
        // In the text, so that the planner knows how few are wanted.
        let order = if by_time && self.filter.abuse.is_some() {
            // In the order of arrival all would be looked at; the few that are likely abusive are sorted instead.
            format!("ORDER BY (c.id || '') {direction} LIMIT {take}")
        } else if by_time {
            format!("ORDER BY c.id {direction} LIMIT {take}")
        } else {
            format!("ORDER BY {key} {direction}, c.id {direction} LIMIT {take}")
        };
        // The first of each site, read in an index's order; then the first of those.
        let text = format!("SELECT {}, {key} AS sort_key FROM", comment_rows::COLUMNS);
        let mut statement = sql(text, values![]);
        statement.push(
            "{rows:?} {first_of_each} WHERE c.site = r.value->>'v'",
            values![list(&slice.sites)],
        );
        if let Some(status) = self.filter.status {
            statement.push("AND c.status = ?", values![status]);
        }
        slice.narrow(&mut statement);
        narrow(self.filter, &mut statement);
        fold(self.filter, &mut statement);
        if let Some((at, id)) = after {
            if by_time {
                statement.push(&format!("AND c.id {beyond} ?"), values![id]);
            } else {
                // The first half is what an index can start at.
                let beyond =
                    format!("AND {key} {beyond}= ? AND ({key} {beyond} ? OR c.id {beyond} ?)");
                statement.push(&beyond, values![at, at, id]);
            }
        }
        statement.push(&format!("{order} {{end_of_each}} {order}"), values![]);
        statement
    }

    /// One more than the list is to have, which says whether it goes on.
    pub(super) fn full(&self) -> usize {
        usize::try_from(self.limit.saturating_add(1)).unwrap_or(usize::MAX)
    }

    /// What was found, one more than asked for, as a list that goes on if there is more.
    pub(super) fn listing(&self, mut found: Vec<(f64, Comment)>) -> Listing {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|(key, last)| Cursor {
            sort: self.sort,
            key: *key,
            id: last.id,
        });
        let comments = found.into_iter().map(|(_, comment)| comment).collect();
        Listing { comments, next }
    }

    /// Keeps the first of what was found so far.
    pub(super) fn keep_first(&self, found: &mut Vec<(f64, Comment)>) {
        let (_, descending) = sort_key(self.sort);
        found.sort_by(|(a, one), (b, other)| {
            let order = a.total_cmp(b).then_with(|| one.id.cmp(&other.id));
            if descending { order.reverse() } else { order }
        });
        found.truncate(self.full());
    }

    /// Whether nothing in a slice comes before what was found.
    pub(super) fn is_beyond(&self, slice: &Slice, found: &[(f64, Comment)]) -> bool {
        let Some((_, last)) = found.last().filter(|_| found.len() >= self.full()) else {
            return false;
        };
        let last = last.id.to_string();
        match self.sort {
            Sort::Newest => slice.up_to.as_ref().is_some_and(|up_to| *up_to <= last),
            Sort::Oldest => slice.above.as_ref().is_some_and(|above| *above >= last),
            Sort::Uncertain | Sort::Spammiest | Sort::Abusive | Sort::Decided => false,
        }
    }
}
