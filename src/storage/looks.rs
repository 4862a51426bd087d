//! Who has which comment open: a row for each person and comment, renewed while the page is seen. It is known for moments
//! only, and is no part of a comment's history.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::{Comment, CommentId},
        moderator::ModeratorId,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        sql::{get, sql, values},
    },
};

/// Most that are read at once.
const MOST: u32 = 500;

/// Somebody who has a comment open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looking {
    /// The comment's site.
    pub site: SiteSlug,
    /// The comment.
    pub comment: CommentId,
    /// Who.
    pub who: ModeratorId,
    /// Their name.
    pub name: String,
}

impl Store {
    /// Notes that somebody has a comment open, or goes on to.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn look(&self, comment: &Comment, who: &ModeratorId, now: Timestamp) -> Result<()> {
        let text = "INSERT INTO looks (site, comment_id, moderator, at) VALUES ($1, $2, $3, $4) \
                    ON CONFLICT (site, comment_id, moderator) DO UPDATE SET at = excluded.at";
        self.write_one(text, values![comment.site, comment.id, who, now])
            .await
            .map(drop)
    }

    /// Notes that they have it open no longer.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn look_away(&self, comment: &Comment, who: &ModeratorId) -> Result<()> {
        let text = "DELETE FROM looks WHERE site = $1 AND comment_id = $2 AND moderator = $3";
        self.write_one(text, values![comment.site, comment.id, who])
            .await
            .map(drop)
    }

    /// Who was seen to have a comment open at a time or later, in the order of their names.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn looks_since(&self, since: Timestamp) -> Result<Vec<Looking>> {
        let text = "SELECT l.site, l.comment_id, l.moderator, m.name FROM looks l \
                    JOIN moderators m ON m.id = l.moderator WHERE l.at >= $1 \
                    ORDER BY m.name, l.comment_id LIMIT $2";
        let read = |row: &AnyRow| {
            Ok(Looking {
                site: get(row, "site")?,
                comment: get(row, "comment_id")?,
                who: get(row, "moderator")?,
                name: get(row, "name")?,
            })
        };
        self.gather("looks", sql(text, values![since, MOST]), read)
            .await
    }
}
