//! How comments were scored and what people then said of them: what the model's page draws.

use sqlx::{Row, any::AnyRow};

use super::{Result, Store, rows};
use crate::domain::{comment::Status, email::EmailIndex, site::SiteSlug, timestamp::Timestamp};

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

impl Store {
    /// The latest comments of a site that could be judged, latest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn latest_judged(&self, site: &SiteSlug, limit: i64) -> Result<Vec<Judged>> {
        let text = "SELECT score, status, decided_at FROM comments \
                    WHERE site = $1 AND score IS NOT NULL ORDER BY id DESC LIMIT $2";
        let query = sqlx::query(text).bind(site.to_string()).bind(limit);
        let read = |row: &AnyRow| {
            Ok(Judged {
                score: row.try_get("score")?,
                status: rows::status(row, "status")?,
                decided: rows::optional_timestamp(row, "decided_at")?.is_some(),
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
        let text = "SELECT id, text, website FROM comments WHERE site = $1 AND email_index = $2 \
                    AND author_chain = $3 AND status = 'approved' AND decided_at IS NOT NULL \
                    ORDER BY created_at DESC LIMIT $4";
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(email.0.clone())
            .bind(chain.to_owned())
            .bind(limit);
        let read = |row: &AnyRow| Ok((row.try_get("text")?, row.try_get("website")?));
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
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(since.millis());
        let read = |row: &AnyRow| {
            Ok(DayCount {
                day: row.try_get("day")?,
                decision: row.try_get("decision")?,
                count: row.try_get("count")?,
            })
        };
        self.gather("history", query, read).await
    }
}
