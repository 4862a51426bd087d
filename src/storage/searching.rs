//! Searches: lists and counts that have to look at each comment. A few run at once, on connections of
//! their own, so that they keep nobody else waiting; each in slices, so that one that nobody waits for
//! any more, or that takes too long, ends at the next slice.

use std::{collections::HashMap, time::Duration};

use sqlx::{AnyPool, AssertSqlSafe, Row, any::AnyRow};
use tokio::{
    sync::SemaphorePermit,
    time::{Instant, timeout},
};

use super::{
    Result, Store, StoreError, counts,
    damage::gather,
    filtering::{narrow, sort_key},
    query::{Statement, Value},
    rows,
};
use crate::domain::{
    comment::Comment,
    queue::{Counts, Cursor, Filter, Sort},
    site::SiteSlug,
};

/// Searches that run at once.
pub(super) const SEARCHES: usize = 2;

/// Connections for them.
pub(super) const SEARCHES_POOL: u32 = 2;

/// How long a search waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Rows read at least in each further stretch, where damaged ones are in the way.
const STRIDE: u32 = 100;

/// Comments looked at without a pause.
const SLICE: i64 = 10_000;

/// Some of the comments: of these sites, with ids above the one and up to the other.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    sites: Vec<SiteSlug>,
    above: Option<String>,
    up_to: Option<String>,
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

    fn narrow(&self, statement: &mut Statement) {
        if let Some(above) = &self.above {
            statement.push("AND c.id > ?", [Value::from(above.clone())]);
        }
        if let Some(up_to) = &self.up_to {
            statement.push("AND c.id <= ?", [Value::from(up_to.clone())]);
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
        pool: &AnyPool,
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
            let query = sqlx::query(AssertSqlSafe(statement.text(store.engine)));
            let read = |row: &AnyRow| Ok((row.try_get("sort_key")?, rows::comment(row)?));
            let found = gather(&mut connection, "comments", statement.bind(query), read).await?;
            let is_whole = found.damaged.is_empty();
            let is_last = u32::try_from(found.seen).is_ok_and(|seen| seen < take);
            comments.extend(found.rows);
            let place =
                |row: &AnyRow| Some((row.try_get("sort_key").ok()?, row.try_get("id").ok()?));
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
        let order = if by_time {
            format!("ORDER BY c.id {direction} LIMIT {take}")
        } else {
            format!("ORDER BY {key} {direction}, c.id {direction} LIMIT {take}")
        };
        // The first of each site, read in an index's order; then the first of those.
        let mut statement =
            Statement::new(&format!("SELECT {}, {key} AS sort_key FROM", rows::COMMENT));
        let sites = Value::from(rows::list_json(&slice.sites));
        statement.push(
            "{rows:?} {first_of_each} WHERE c.site = r.value->>'v'",
            [sites],
        );
        if let Some(status) = self.filter.status {
            let status = Value::from(status.as_str().to_owned());
            statement.push("AND c.status = ?", [status]);
        }
        slice.narrow(&mut statement);
        narrow(self.filter, &mut statement);
        if let Some((at, id)) = after {
            let id = Value::from(id);
            if by_time {
                statement.push(&format!("AND c.id {beyond} ?"), [id]);
            } else {
                // The first half is what an index can start at.
                let beyond =
                    format!("AND {key} {beyond}= ? AND ({key} {beyond} ? OR c.id {beyond} ?)");
                let at = Value::from(at);
                statement.push(&beyond, [at.clone(), at, id]);
            }
        }
        statement.push(&format!("{order} {{end_of_each}} {order}"), []);
        statement
    }

    /// Keeps the first of what was found so far.
    fn keep_first(&self, found: &mut Vec<(f64, Comment)>) {
        let (_, descending) = sort_key(self.sort);
        found.sort_by(|(a, one), (b, other)| {
            let order = a.total_cmp(b).then_with(|| one.id.cmp(&other.id));
            if descending { order.reverse() } else { order }
        });
        found.truncate(usize::try_from(self.limit.saturating_add(1)).unwrap_or(usize::MAX));
    }

    /// Whether nothing in a slice comes before what was found.
    fn is_beyond(&self, slice: &Slice, found: &[(f64, Comment)]) -> bool {
        let wanted = usize::try_from(self.limit.saturating_add(1)).unwrap_or(usize::MAX);
        let Some((_, last)) = found.last().filter(|_| found.len() >= wanted) else {
            return false;
        };
        let last = last.id.to_string();
        match self.sort {
            Sort::Newest => slice.up_to.as_ref().is_some_and(|up_to| *up_to <= last),
            Sort::Oldest => slice.above.as_ref().is_some_and(|above| *above >= last),
            Sort::Uncertain | Sort::Spammiest => false,
        }
    }
}

/// The right to search, and how long it lasts.
struct Turn<'a> {
    _permit: SemaphorePermit<'a>,
    ends: Instant,
}

impl Turn<'_> {
    fn check(&self) -> Result<()> {
        if Instant::now() > self.ends {
            return Err(StoreError::Busy);
        }
        Ok(())
    }
}

impl Store {
    /// Finds a stretch of a list, slice by slice.
    pub(super) async fn search(&self, wanted: &Stretch<'_>) -> Result<Vec<(f64, Comment)>> {
        let turn = self.turn().await?;
        let mut slices = self.slices(&wanted.filter.sites).await?;
        if wanted.sort == Sort::Newest {
            slices.reverse();
        }
        let mut found = Vec::new();
        for slice in &slices {
            if wanted.is_beyond(slice, &found) {
                continue;
            }
            turn.check()?;
            found.extend(wanted.read(self, &self.searches, slice).await?);
            wanted.keep_first(&mut found);
        }
        Ok(found)
    }

    /// Counts what a filter wants, its status apart, slice by slice.
    pub(super) async fn search_counts(&self, filter: &Filter) -> Result<Counts> {
        let turn = self.turn().await?;
        let mut counts = Counts::default();
        for slice in self.slices(&filter.sites).await? {
            turn.check()?;
            let mut statement =
                Statement::new("SELECT c.status, COUNT(*) AS count FROM comments c");
            let sites = Value::from(rows::list_json(&slice.sites));
            statement.push(
                "WHERE c.site IN (SELECT r.value->>'v' FROM {rows:?})",
                [sites],
            );
            slice.narrow(&mut statement);
            narrow(filter, &mut statement);
            statement.push("GROUP BY c.status", []);
            let query = sqlx::query(AssertSqlSafe(statement.text(self.engine)));
            let mut connection = self.searches.acquire().await?;
            let query = statement.bind(query);
            let found = gather(&mut connection, "comments", query, counts::counted).await?;
            for (status, count) in found.rows.into_iter().flatten() {
                counts.add(status, count);
            }
        }
        Ok(counts)
    }

    async fn turn(&self) -> Result<Turn<'_>> {
        let waited = timeout(TURN, self.searching.acquire()).await;
        let permit = waited.map_err(|_| StoreError::Busy)?;
        Ok(Turn {
            _permit: permit.map_err(|_| StoreError::Busy)?,
            ends: Instant::now() + PATIENCE,
        })
    }

    /// Cuts the comments of some sites into slices, those of one site in the order of their ids. Small
    /// sites share a slice.
    async fn slices(&self, sites: &[SiteSlug]) -> Result<Vec<Slice>> {
        let counted = self.sizes(sites).await?;
        let mut slices = Vec::new();
        let (mut shared, mut in_shared) = (Vec::new(), 0);
        for site in sites {
            let size = counted.get(site.as_str()).copied().unwrap_or(0);
            if size > SLICE {
                slices.extend(self.cut(site).await?);
                continue;
            }
            if in_shared + size > SLICE {
                slices.push(Slice::of(&shared));
                shared.clear();
                in_shared = 0;
            }
            shared.push(site.clone());
            in_shared += size;
        }
        if !shared.is_empty() {
            slices.push(Slice::of(&shared));
        }
        Ok(slices)
    }

    async fn sizes(&self, sites: &[SiteSlug]) -> Result<HashMap<String, i64>> {
        let text = "SELECT site, CAST(SUM(count) AS BIGINT) AS size FROM comment_counts \
                    WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) GROUP BY site";
        let found = sqlx::query(self.sql(text)).bind(rows::list_json(sites));
        let found = found.fetch_all(&self.searches).await?;
        let read = |row| Ok((Row::try_get(row, "site")?, Row::try_get(row, "size")?));
        found.iter().map(read).collect()
    }

    async fn cut(&self, site: &SiteSlug) -> Result<Vec<Slice>> {
        let text = format!(
            "SELECT c.id FROM comments c WHERE c.site = $1 AND c.id > $2 ORDER BY c.id \
             LIMIT 1 OFFSET {}",
            SLICE - 1
        );
        let mut slices = Vec::new();
        let mut above: Option<String> = None;
        loop {
            let found = sqlx::query(AssertSqlSafe(text.clone()))
                .bind(site.to_string())
                .bind(above.clone().unwrap_or_default())
                .fetch_optional(&self.searches)
                .await?;
            let up_to: Option<String> = found.map(|row| row.try_get("id")).transpose()?;
            let ends = up_to.is_none();
            slices.push(Slice {
                sites: vec![site.clone()],
                above: above.take(),
                up_to: up_to.clone(),
            });
            if ends {
                return Ok(slices);
            }
            above = up_to;
        }
    }
}
