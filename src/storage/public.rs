//! What anyone may read: approved comments, and how many there are.

use std::collections::HashMap;

use sqlx::{Row, any::AnyRow};

use super::{
    Result, Store,
    damage::{gather, gather_page},
    rows,
};
use crate::domain::{comment::PublicComment, page::Page, site::SiteSlug};

impl Store {
    /// The approved comments of a page, oldest first, at most `limit`, after the id `after`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn public_comments(
        &self,
        site: &SiteSlug,
        page: &Page,
        after: &str,
        limit: u32,
    ) -> Result<Vec<PublicComment>> {
        let text = "SELECT c.id, p.id AS parent, c.name, c.website, c.text, c.created_at, c.email_index \
                    FROM comments c {by_page} LEFT JOIN comments p \
                        ON p.site = c.site AND p.id = c.parent AND p.status = 'approved' \
                    WHERE c.site = $1 AND c.page = $2 AND c.status = 'approved' AND c.id > $3 \
                    ORDER BY c.id LIMIT $4";
        let mut connection = self.front.acquire().await?;
        let query = |after| {
            sqlx::query(self.sql(text))
                .bind(site.to_string())
                .bind(page.to_string())
                .bind(after)
                .bind(i64::from(limit))
        };
        let after = after.to_owned();
        gather_page(&mut connection, "comments", limit, after, query, public).await
    }

    /// How many approved comments each of the pages has; pages without any are left out.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn public_counts(
        &self,
        site: &SiteSlug,
        pages: &[Page],
    ) -> Result<HashMap<Page, i64>> {
        let text = "SELECT c.page, COUNT(*) AS count FROM comments c \
                    WHERE c.site = $1 AND c.page IN (SELECT r.value->>'v' FROM {rows:$2}) \
                    AND c.status = 'approved' GROUP BY c.page";
        let query = sqlx::query(self.sql(text))
            .bind(site.to_string())
            .bind(rows::list_json(pages));
        let read = |row: &AnyRow| {
            let page = Page::from_canonical(row.try_get("page")?);
            Ok((page, row.try_get("count")?))
        };
        let mut connection = self.front.acquire().await?;
        let counts = gather(&mut connection, "comments", query, read).await?;
        Ok(counts.rows.into_iter().collect())
    }
}

fn public(row: &AnyRow) -> Result<PublicComment> {
    let index: String = row.try_get("email_index")?;
    Ok(PublicComment {
        id: rows::comment_id(row, "id")?,
        parent: rows::optional_comment_id(row, "parent")?,
        name: row.try_get("name")?,
        website: row.try_get("website")?,
        text: row.try_get("text")?,
        created_at: rows::timestamp(row, "created_at")?,
        avatar: index
            .bytes()
            .fold(0, |seed, byte| seed ^ byte.rotate_left(3)),
    })
}
