//! Reading comments for moderators: filtered lists with a keyset cursor, one in detail.

use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store, StoreError,
    damage::{Gathered, gather},
    rows,
    searching::{Slice, Stretch},
};
use crate::domain::{
    comment::{Comment, CommentId, Status},
    decision::{Action, HistoryEntry},
    queue::{Cursor, Filter, Listing, Sort},
    site::SiteSlug,
};

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
