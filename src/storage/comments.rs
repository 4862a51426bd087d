//! Reading comments for moderators: filtered lists with a keyset cursor, one in detail.

use crate::{
    domain::{
        comment::{Comment, CommentId},
        decision::{Action, HistoryEntry},
        moderator::Scope,
        queue::{Cursor, Filter, Listing, Sort},
    },
    storage::{
        Result, Store, StoreError, comment_rows,
        damage::Gathered,
        sql::{list, record, sql, values},
        stretch::{Slice, Stretch},
    },
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
        if let Some(search) = filter.words() {
            return Ok(self
                .find_comments(filter, search, sort, cursor, limit)
                .await?
                .listing);
        }
        let wanted = Stretch {
            filter,
            sort,
            cursor,
            limit,
        };
        let found = if let Some(found) = self.by_author(&wanted).await? {
            found
        } else if filter.is_search() || self.author_apart(filter).is_some() {
            self.search(&wanted).await?
        } else if let Some(found) = self.by_score(&wanted).await? {
            found
        } else {
            wanted
                .read(self, &self.read, &Slice::of(&filter.sites))
                .await?
        };
        Ok(wanted.listing(found))
    }

    /// One comment of one of the sites.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn comment(&self, scope: &Scope, id: CommentId) -> Result<Option<Comment>> {
        let mut found = self.found_by_id(scope, &[id]).await?;
        if !found.damaged.is_empty() {
            return Err(StoreError::Corrupt("comment"));
        }
        Ok(found.rows.pop())
    }

    /// Those of the comments that are on one of the sites, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn comments_by_id(&self, scope: &Scope, ids: &[CommentId]) -> Result<Vec<Comment>> {
        Ok(self.found_by_id(scope, ids).await?.rows)
    }

    async fn found_by_id(&self, scope: &Scope, ids: &[CommentId]) -> Result<Gathered<Comment>> {
        // By the ids alone: a look at each of thousands of sites takes longer than all the rest.
        let text = format!(
            "SELECT {} FROM comments c WHERE c.id IN {{ids:$1}}",
            comment_rows::COLUMNS
        );
        let query = sql(text, values![list(ids)]);
        let mut connection = self.read.acquire().await?;
        let mut conn = self.on(&mut connection);
        let found = conn.gather("comments", query, comment_rows::comment);
        let mut found = found.await?;
        found.rows.retain(|comment| scope.covers(&comment.site));
        Ok(found)
    }

    /// What happened to a comment, earliest first, its arrival included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn history(&self, comment: &Comment) -> Result<Vec<HistoryEntry>> {
        let text = format!(
            "SELECT id, {HISTORY} FROM history WHERE site = $1 AND comment_id = $2 ORDER BY id"
        );
        let query = sql(text, values![comment.site, comment.id]);
        let found = self.gather("history", query, history_entry).await?;
        let received = HistoryEntry {
            at: comment.created_at,
            action: Action::Received,
            by: None,
            via: None,
            decision: None,
            from: None,
            to: Some(comment.verdict.into()),
            reason: None,
            note: None,
            undone: false,
            batch: None,
            text: None,
        };
        let mut history = vec![received];
        history.extend(found);
        history.extend(self.edits_of(comment).await?);
        history[1..].sort_by_key(|entry| entry.at);
        Ok(history)
    }
}

record! {
    HISTORY, history_entry -> HistoryEntry {
        at: "at",
        action: "action",
        by: "actor_name",
        via: "via",
        decision: "decision",
        from: "from_status",
        to: "to_status",
        reason: "reason",
        note: "note",
        undone: "undone",
        batch: "batch",
        text: "CAST(NULL AS TEXT) AS text",
    }
}
