//! Reading comments for moderators: filtered lists with a keyset cursor, one in detail.

use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store, StoreError,
    damage::{Gathered, gather},
    query::{Statement, Value, contains},
    rows,
    searching::{Slice, Stretch},
};
use crate::domain::{
    comment::{Comment, CommentId, Status},
    decision::{Action, HistoryEntry},
    email::EmailIndex,
    evidence::Check,
    page::Page,
    site::SiteSlug,
    timestamp::Timestamp,
};

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Latest arrival first.
    #[default]
    Newest,
    /// Earliest arrival first.
    Oldest,
    /// Score nearest to one half first; what could not be judged comes before all.
    Uncertain,
    /// Highest score first; what could not be judged comes before all.
    Spammiest,
}

impl Sort {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Uncertain, Self::Spammiest];

    /// The word used in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Uncertain => "uncertain",
            Self::Spammiest => "spammiest",
        }
    }

    /// Reads the word that [`Sort::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }

    /// What is sorted by, and whether it descends. Equal keys are ordered by id, the same way.
    pub(super) const fn key(self) -> (&'static str, bool) {
        // PostgreSQL takes a bare 0.0 for a NUMERIC, which the driver for both engines cannot read.
        const NONE: &str = "CAST(0 AS DOUBLE PRECISION)";
        match self {
            Self::Newest => (NONE, true),
            Self::Oldest => (NONE, false),
            Self::Uncertain => ("COALESCE(ABS(c.score - 0.5), -1.0)", false),
            Self::Spammiest => ("COALESCE(c.score, 2.0)", true),
        }
    }
}

/// Which comments are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The sites; a list over none is empty.
    pub sites: Vec<SiteSlug>,
    /// Their status.
    pub status: Option<Status>,
    /// Their page.
    pub page: Option<Page>,
    /// Found in text, name or website, whatever the case.
    pub search: Option<String>,
    /// Their author.
    pub author: Option<EmailIndex>,
    /// At least this probable.
    pub min_score: Option<f64>,
    /// At most this probable.
    pub max_score: Option<f64>,
    /// Arrived at or after.
    pub since: Option<Timestamp>,
    /// Arrived before.
    pub until: Option<Timestamp>,
    /// With this check among those that fired.
    pub check: Option<Check>,
    /// With, or without, a link in text or website.
    pub has_link: Option<bool>,
}

/// Where a list goes on: the last item's sort key and id.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The sort that it belongs to.
    pub sort: Sort,
    /// The last item's key.
    pub key: f64,
    /// The last item's id.
    pub id: CommentId,
}

/// A stretch of a list.
#[derive(Debug, Clone)]
pub struct Listing {
    /// At most as many as were asked for.
    pub comments: Vec<Comment>,
    /// Where the list goes on, if it does.
    pub next: Option<Cursor>,
}

impl Filter {
    /// Whether every comment of the sites is wanted, whatever its status.
    pub(super) fn is_whole(&self) -> bool {
        let whole = Self {
            sites: self.sites.clone(),
            status: self.status,
            ..Self::default()
        };
        *self == whole
    }

    /// Whether finding them, or counting them, takes a look at each of the comments.
    pub(super) const fn is_search(&self) -> bool {
        self.search.is_some()
            || self.min_score.is_some()
            || self.max_score.is_some()
            || self.since.is_some()
            || self.until.is_some()
            || self.check.is_some()
            || self.has_link.is_some()
    }

    /// Adds the conditions, sites and status apart, to a statement that has some.
    pub(super) fn narrow(&self, statement: &mut Statement) {
        let text = |text: &str| Value::from(text.to_owned());
        if let Some(page) = &self.page {
            statement.push("AND c.page = ?", [text(page.as_str())]);
        }
        if let Some(author) = &self.author {
            statement.push("AND c.email_index = ?", [text(&author.0)]);
        }
        if let Some(needle) = &self.search {
            let pattern = Value::from(contains(needle));
            statement.push(
                "AND (c.text {like} ? ESCAPE '\\' OR c.name {like} ? ESCAPE '\\' \
                 OR c.website {like} ? ESCAPE '\\')",
                [pattern.clone(), pattern.clone(), pattern],
            );
        }
        if let Some(min) = self.min_score {
            statement.push("AND c.score >= ?", [Value::from(min)]);
        }
        if let Some(max) = self.max_score {
            statement.push("AND c.score <= ?", [Value::from(max)]);
        }
        if let Some(since) = self.since {
            statement.push("AND c.created_at >= ?", [Value::from(since.millis())]);
        }
        if let Some(until) = self.until {
            statement.push("AND c.created_at < ?", [Value::from(until.millis())]);
        }
        if let Some(check) = self.check {
            // As serde writes it into the evidence, which holds no text of the comment's author.
            let fired = contains(&format!("\"check\":\"{}\"", check.as_str()));
            statement.push("AND c.evidence LIKE ? ESCAPE '\\'", [Value::from(fired)]);
        }
        if let Some(wanted) = self.has_link {
            let not = if wanted { "" } else { "NOT " };
            statement.push(
                &format!(
                    "AND {not}(c.website IS NOT NULL OR c.text {{like}} '%://%' \
                     OR c.text {{like}} '%www.%')"
                ),
                [],
            );
        }
    }
}

impl Store {
    /// A stretch of the comments that `filter` wants, after `cursor` if one is given.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_comments(
        &self,
        filter: &Filter,
        sort: Sort,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Listing> {
        if filter.sites.is_empty() {
            return Ok(Listing {
                comments: Vec::new(),
                next: None,
            });
        }
        let wanted = Stretch {
            filter,
            sort,
            cursor,
            limit,
        };
        let mut found = if filter.is_search() {
            self.search(&wanted).await?
        } else {
            wanted
                .read(self, &self.read, &Slice::of(&filter.sites))
                .await?
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|(key, last)| Cursor {
            sort,
            key: *key,
            id: last.id,
        });
        let comments = found.into_iter().map(|(_, comment)| comment).collect();
        Ok(Listing { comments, next })
    }

    /// One comment of one of the sites.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn comment(&self, sites: &[SiteSlug], id: CommentId) -> Result<Option<Comment>> {
        let mut found = self.found_by_id(sites, &[id]).await?;
        if !found.damaged.is_empty() {
            return Err(StoreError::Corrupt("comment"));
        }
        Ok(found.rows.pop())
    }

    /// Those of the comments that are on one of the sites, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn comments_by_id(
        &self,
        sites: &[SiteSlug],
        ids: &[CommentId],
    ) -> Result<Vec<Comment>> {
        Ok(self.found_by_id(sites, ids).await?.rows)
    }

    async fn found_by_id(
        &self,
        sites: &[SiteSlug],
        ids: &[CommentId],
    ) -> Result<Gathered<Comment>> {
        let text = format!(
            "SELECT {} FROM comments c WHERE c.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             AND c.id IN (SELECT r.value->>'v' FROM {{rows:$2}})",
            rows::COMMENT
        );
        let query = sqlx::query(self.sql(&text))
            .bind(rows::list_json(sites))
            .bind(rows::list_json(ids));
        let mut connection = self.read.acquire().await?;
        gather(&mut connection, "comments", query, rows::comment).await
    }

    /// What happened to a comment, earliest first, its arrival included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn history(&self, comment: &Comment) -> Result<Vec<HistoryEntry>> {
        let text = "SELECT id, at, action, actor_name, via, decision, from_status, to_status, note, undone, batch \
                    FROM history WHERE site = $1 AND comment_id = $2 ORDER BY id";
        let query = sqlx::query(text)
            .bind(comment.site.to_string())
            .bind(comment.id.to_string());
        let found = self.gather("history", query, history_entry).await?;
        let received = HistoryEntry {
            at: comment.created_at,
            action: Action::Received,
            by: None,
            via: None,
            decision: None,
            from: None,
            to: Some(comment.verdict.into()),
            note: None,
            undone: false,
            batch: None,
        };
        let mut history = vec![received];
        history.extend(found);
        Ok(history)
    }
}

pub(super) fn history_entry(row: &AnyRow) -> Result<HistoryEntry> {
    let word: String = row.try_get("action")?;
    let status = |column: &str| -> Result<Option<Status>> {
        let there = row.try_get::<Option<String>, _>(column)?.is_some();
        there.then(|| rows::status(row, column)).transpose()
    };
    Ok(HistoryEntry {
        at: rows::timestamp(row, "at")?,
        action: Action::parse(&word).ok_or(StoreError::Corrupt("action"))?,
        by: row.try_get("actor_name")?,
        via: row.try_get("via")?,
        decision: row.try_get("decision")?,
        from: status("from_status")?,
        to: status("to_status")?,
        note: row.try_get("note")?,
        undone: row.try_get::<i64, _>("undone")? != 0,
        batch: rows::optional_batch_id(row, "batch")?,
    })
}
