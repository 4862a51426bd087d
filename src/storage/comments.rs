//! Reading comments for moderators: filtered lists with a keyset cursor, one in detail.

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, StoreError,
    damage::{Gathered, gather},
    query::{Statement, Value, contains},
    rows,
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
    const fn key(self) -> (&'static str, bool) {
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
        let mut comments = Vec::new();
        let mut take = limit.saturating_add(1);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut after = cursor.map(|cursor| (cursor.key, cursor.id.to_string()));
        // Once, unless there are damaged rows: those must not make the list look shorter than it is.
        loop {
            let found = self.stretch(filter, sort, after, take).await?;
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
            if is_whole || is_last || comments.len() > wanted || after.is_none() {
                break;
            }
        }
        let more = comments.len() > wanted;
        comments.truncate(wanted);
        let next = comments.last().filter(|_| more);
        Ok(Listing {
            next: next.map(|(key, last)| Cursor {
                sort,
                key: *key,
                id: last.id,
            }),
            comments: comments.into_iter().map(|(_, comment)| comment).collect(),
        })
    }

    /// The next `take` rows of a list, each with its sort key.
    async fn stretch(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<(f64, String)>,
        take: u32,
    ) -> Result<Gathered<(f64, Comment)>> {
        let (key, descending) = sort.key();
        let by_time = matches!(sort, Sort::Newest | Sort::Oldest);
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
        let sites = Value::from(rows::list_json(&filter.sites));
        statement.push(
            "{rows:?} {first_of_each} WHERE c.site = r.value->>'v'",
            [sites],
        );
        if let Some(status) = filter.status {
            let status = Value::from(status.as_str().to_owned());
            statement.push("AND c.status = ?", [status]);
        }
        filter.narrow(&mut statement);
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
        let query = sqlx::query(AssertSqlSafe(statement.text(self.engine)));
        let read = |row: &AnyRow| Ok((row.try_get("sort_key")?, rows::comment(row)?));
        let mut connection = self.read.acquire().await?;
        gather(&mut connection, "comments", statement.bind(query), read).await
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

/// Rows read at least in each further stretch, where damaged ones are in the way.
const STRIDE: u32 = 100;

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
