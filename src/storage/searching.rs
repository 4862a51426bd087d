//! Searches without an index ([`super::search`] has one, for words): lists and counts that have to look at each comment. A few run at once, on connections of
//! their own, so that they keep nobody else waiting; each in slices, so that one that nobody waits for
//! any more, or that takes too long, ends at the next slice.

use std::{collections::HashMap, time::Duration};

use tokio::{
    sync::SemaphorePermit,
    time::{Instant, timeout},
};

use crate::{
    domain::{
        comment::Comment,
        queue::{Counts, Filter, Sort},
        site::SiteSlug,
    },
    storage::{
        Result, Store, StoreError, counts,
        filtering::narrow,
        sql::{get, list, sql, values},
        stretch::{Slice, Stretch},
    },
};

/// Searches that run at once.
pub(super) const SEARCHES: usize = 2;

/// Connections for them.
pub(super) const SEARCHES_POOL: u32 = 2;

/// How long a search waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Comments looked at without a pause.
const SLICE: i64 = 10_000;

/// The right to search, and how long it lasts.
pub(super) struct Turn<'a> {
    _permit: SemaphorePermit<'a>,
    ends: Instant,
}

impl Turn<'_> {
    pub(super) fn check(&self) -> Result<()> {
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
            let mut statement = sql(
                "SELECT c.status, COUNT(*) AS count FROM comments c",
                values![],
            );
            statement.push("WHERE c.site IN {list:?}", values![list(&slice.sites)]);
            slice.narrow(&mut statement);
            narrow(filter, &mut statement);
            statement.push("GROUP BY c.status", values![]);
            let mut connection = self.searches.acquire().await?;
            let mut conn = self.on(&mut connection);
            let found = conn.gather("comments", statement, counts::counted).await?;
            for (status, count) in found.rows.into_iter().flatten() {
                counts.add(status, count);
            }
        }
        Ok(counts)
    }

    pub(super) async fn turn(&self) -> Result<Turn<'_>> {
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
                    WHERE site IN {list:$1} GROUP BY site";
        let mut connection = self.searches.acquire().await?;
        let found = self
            .on(&mut connection)
            .all(text, values![list(sites)])
            .await?;
        let read = |row| Ok((get(row, "site")?, get(row, "size")?));
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
            let mut connection = self.searches.acquire().await?;
            let mut conn = self.on(&mut connection);
            let found = conn
                .find(
                    text.clone(),
                    values![site, above.clone().unwrap_or_default()],
                )
                .await?;
            let up_to: Option<String> = found.map(|row| get(&row, "id")).transpose()?;
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
