//! How comments were scored and what people then said of them: what the model's page draws.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::{CommentId, Status},
        email::EmailIndex,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, chains,
        sql::{get, sql, values},
    },
};

/// A comment's score on arrival and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Probability of spam, in [0, 1].
    pub score: f64,
    /// Where it stands.
    pub status: Status,
    /// Whether a person decided that.
    pub decided: bool,
}

/// Decisions of one kind on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// Days since 1970 (UTC).
    pub day: i64,
    /// The decision's word.
    pub decision: String,
    /// How many, those taken back left out.
    pub count: i64,
}

/// What the filter did by itself to the comments that came since a time, and what people made of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caught {
    /// Put aside as spam.
    pub aside: i64,
    /// Of these, taken back: approved, or rejected as genuine.
    pub taken_back: i64,
    /// Let through to a person or to readers, and spam by a person's word.
    pub missed: i64,
}

impl Store {
    /// What the filter did to the comments of a site that came since a time.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn caught(&self, site: &SiteSlug, since: Timestamp) -> Result<Caught> {
        let text = "SELECT \
            CAST(COALESCE(SUM(CASE WHEN verdict = 'spam' THEN 1 ELSE 0 END), 0) AS BIGINT) AS aside, \
            CAST(COALESCE(SUM(CASE WHEN verdict = 'spam' AND status IN ('approved', 'rejected') \
                THEN 1 ELSE 0 END), 0) AS BIGINT) AS back, \
            CAST(COALESCE(SUM(CASE WHEN verdict <> 'spam' AND status = 'spam' \
                THEN 1 ELSE 0 END), 0) AS BIGINT) AS missed \
            FROM comments WHERE site = $1 AND id >= $2";
        let found = self.find(text, values![site, CommentId::earliest_at(since)]);
        let Some(row) = found.await? else {
            return Ok(Caught::default());
        };
        Ok(Caught {
            aside: get(&row, "aside")?,
            taken_back: get(&row, "back")?,
            missed: get(&row, "missed")?,
        })
    }

    /// The latest comments of a site that could be judged, latest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn latest_judged(&self, site: &SiteSlug, limit: i64) -> Result<Vec<Judged>> {
        let text = "SELECT score, status, decided_at FROM comments \
                    WHERE site = $1 AND score IS NOT NULL ORDER BY id DESC LIMIT $2";
        let query = sql(text, values![site, limit]);
        let read = |row: &AnyRow| {
            Ok(Judged {
                score: get(row, "score")?,
                status: get(row, "status")?,
                decided: get::<Option<Timestamp>>(row, "decided_at")?.is_some(),
            })
        };
        self.gather("comments", query, read).await
    }

    /// Text and website of what a person approved in an author's chain, under one address, latest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn approved_of_chain(
        &self,
        site: &SiteSlug,
        email: &EmailIndex,
        chain: &str,
        limit: i64,
    ) -> Result<Vec<(String, Option<String>)>> {
        let text = format!(
            "SELECT c.id, c.text, c.website FROM comments c WHERE {} \
             AND c.email_index = $2 AND c.status = 'approved' AND c.decided_at IS NOT NULL \
             ORDER BY c.created_at DESC LIMIT $4",
            chains::are_in(self.engine, "$1", "$3")
        );
        let query = sql(text, values![site, email, chain, limit]);
        let read = |row: &AnyRow| Ok((get(row, "text")?, get(row, "website")?));
        self.gather("comments", query, read).await
    }

    /// Decisions of a site since a time, by day and kind.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn decisions_by_day(
        &self,
        site: &SiteSlug,
        since: Timestamp,
    ) -> Result<Vec<DayCount>> {
        let text = "SELECT h.at / 86400000 AS day, h.decision, COUNT(*) AS count FROM history h \
                    WHERE h.site = $1 AND h.action = 'decided' AND h.undone = 0 AND h.at >= $2 \
                    AND h.decision IS NOT NULL GROUP BY h.at / 86400000, h.decision";
        let query = sql(text, values![site, since]);
        let read = |row: &AnyRow| {
            Ok(DayCount {
                day: get(row, "day")?,
                decision: get(row, "decision")?,
                count: get(row, "count")?,
            })
        };
        self.gather("history", query, read).await
    }
}
