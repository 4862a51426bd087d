//! What programs of other systems call the comments that are kept here, so that a reply finds what
//! it answers: learnt from what the programs send, and from what was imported of their system
//! (`imports`). The ids mean something only within one blog.

use sqlx::any::AnyRow;

use crate::{
    domain::{comment::CommentId, page::Page, site::SiteSlug},
    storage::{
        Result, Store,
        sql::{get, sql, values},
    },
};

/// The system that an imported comment's id is looked for in: of those that are imported, the one
/// whose plugin speaks Akismet's protocol and names parents.
const IMPORTED: &str = "wordpress";

/// A blog's ids, apart from those of every other system and blog.
fn system(blog: &str) -> String {
    format!("client:{blog}")
}

impl Store {
    /// Notes what a blog's program calls a comment; what it said last counts.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn note_foreign_id(
        &self,
        site: &SiteSlug,
        blog: &str,
        foreign: String,
        id: CommentId,
    ) -> Result<()> {
        let (site, system) = (site.to_string(), system(blog));
        let text = "INSERT INTO imported (site, system, foreign_id, comment_id) \
                    VALUES ($1, $2, $3, $4) ON CONFLICT (site, system, foreign_id) \
                    DO UPDATE SET comment_id = excluded.comment_id";
        self.write_one(text, values![site, system, foreign, id])
            .await
            .map(drop)
    }

    /// The comment on a page that a blog's program calls this; else the one that was imported under
    /// that id. Whatever its status: the program shows what it likes.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn comment_of_foreign_id(
        &self,
        site: &SiteSlug,
        page: &Page,
        blog: &str,
        foreign: &str,
    ) -> Result<Option<CommentId>> {
        let text = "SELECT c.id FROM imported i \
                    JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                    WHERE i.site = $1 AND i.system IN ($2, $3) AND i.foreign_id = $4 \
                        AND c.page = $5 \
                    ORDER BY CASE WHEN i.system = $2 THEN 0 ELSE 1 END LIMIT 1";
        let query = sql(text, values![site, system(blog), IMPORTED, foreign, page]);
        let read = |row: &AnyRow| get(row, "id");
        Ok(self.gather("imported", query, read).await?.pop())
    }

    /// Whether a comment is on a page.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn is_on_page(&self, site: &SiteSlug, page: &Page, id: CommentId) -> Result<bool> {
        let text =
            "SELECT COUNT(*) AS count FROM comments WHERE site = $1 AND id = $2 AND page = $3";
        let row = self.one(text, values![site, id, page]).await?;
        Ok(get::<i64>(&row, "count")? > 0)
    }
}
