//! What programs of other systems call the comments that are kept here, so that a reply finds what
//! it answers: learnt from what the programs send, and from what was imported of their system
//! (`imports`). The ids mean something only within one blog.

use sqlx::Row;

use super::{Result, Store, rows};
use crate::domain::{comment::CommentId, page::Page, site::SiteSlug};

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
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO imported (site, system, foreign_id, comment_id) \
                            VALUES ($1, $2, $3, $4) ON CONFLICT (site, system, foreign_id) \
                            DO UPDATE SET comment_id = excluded.comment_id";
                sqlx::query(text)
                    .bind(site)
                    .bind(system)
                    .bind(foreign)
                    .bind(id.to_string())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
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
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(system(blog))
            .bind(IMPORTED)
            .bind(foreign.to_owned())
            .bind(page.to_string());
        let read = |row: &sqlx::any::AnyRow| rows::comment_id(row, "id");
        Ok(self.gather("imported", query, read).await?.pop())
    }

    /// Whether a comment is on a page.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn is_on_page(&self, site: &SiteSlug, page: &Page, id: CommentId) -> Result<bool> {
        let text =
            "SELECT COUNT(*) AS count FROM comments WHERE site = $1 AND id = $2 AND page = $3";
        let row = sqlx::query(text)
            .bind(site.to_string())
            .bind(id.to_string())
            .bind(page.to_string())
            .fetch_one(&self.read)
            .await?;
        Ok(row.try_get::<i64, _>("count")? > 0)
    }
}
