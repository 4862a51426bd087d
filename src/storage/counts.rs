//! How many comments stand where. The database keeps the sums by triggers
//! (`migrations/0011_queue.*`), since counting a long queue takes longer than showing it.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::Status,
        queue::{Counts, Filter, Sort},
    },
    storage::{
        Result, Store,
        engine::Engine,
        filtering::narrow,
        sql::{get, list, sql, values},
    },
};

impl Store {
    /// How many of the comments that `filter` wants, its status apart, stand where.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn count_comments(&self, filter: &Filter) -> Result<Counts> {
        let mut counts = Counts::default();
        if filter.sites.is_empty() {
            return Ok(counts);
        }
        if let Some(search) = filter.words() {
            return Ok(self
                .find_comments(filter, search, Sort::Newest, None, 0)
                .await?
                .counts);
        }
        if let Some(counts) = self.count_by_author(filter).await? {
            return Ok(counts);
        }
        if filter.is_search() {
            return self.search_counts(filter).await;
        }
        let mut statement = sql("SELECT c.status,", values![]);
        if filter.is_whole() {
            let text = "CAST(SUM(c.count) AS BIGINT) AS count FROM comment_counts c WHERE true";
            statement.push(text, values![]);
        } else if let Some(campaign) = filter.campaign {
            // From the few that there are: SQLite would look at all comments of the site.
            let text = "COUNT(*) AS count FROM copies k CROSS JOIN comments c \
                        WHERE k.campaign = ? AND c.site = k.site AND c.id = k.comment_id";
            statement.push(text, values![campaign]);
        } else {
            statement.push("COUNT(*) AS count FROM comments c WHERE true", values![]);
        }
        statement.push("AND c.site IN {list:?}", values![list(&filter.sites)]);
        narrow(filter, &mut statement);
        if filter.abuse.is_some() {
            // The index of abusive comments begins with site and status.
            let all = list(Status::ALL.iter().map(|status| status.as_str()));
            statement.push("AND c.status IN {list:?}", values![all]);
        }
        statement.push("GROUP BY c.status", values![]);
        let found = self.gather("comments", statement, counted).await?;
        for (status, count) in found.into_iter().flatten() {
            counts.add(status, count);
        }
        Ok(counts)
    }

    /// How many comments wait for a person, on all sites.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn queue_depth(&self) -> Result<i64> {
        let text = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS depth FROM comment_counts \
                    WHERE status = 'pending'";
        let row = self.one(text, values![]).await?;
        get(&row, "depth")
    }

    /// Folds what was added to the kept counts into one row each. PostgreSQL alone needs it: there each
    /// change adds a row. Rows that another instance folds just now are left to it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn fold_counts(&self) -> Result<()> {
        if self.engine == Engine::Sqlite {
            return Ok(());
        }
        let text = "WITH folded AS ( \
                        DELETE FROM comment_counts WHERE ctid IN ( \
                            SELECT ctid FROM comment_counts WHERE (site, status) IN ( \
                                SELECT site, status FROM comment_counts \
                                GROUP BY site, status HAVING COUNT(*) > 1) \
                            FOR UPDATE SKIP LOCKED) \
                        RETURNING site, status, count) \
                    INSERT INTO comment_counts \
                    SELECT site, status, SUM(count) FROM folded GROUP BY site, status";
        self.write_one(text, values![]).await.map(drop)
    }
}

/// A status and how often; nothing for a status that is none: the lists say that those rows are left out.
pub(super) fn counted(row: &AnyRow) -> Result<Option<(Status, i64)>> {
    let count = get(row, "count")?;
    Ok(get(row, "status").ok().zip(Some(count)))
}
