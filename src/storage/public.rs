//! What anyone may read: approved comments, and how many there are.

use std::collections::HashMap;

use sqlx::any::AnyRow;

use crate::{
    domain::{comment::PublicComment, page::Page, site::SiteSlug},
    storage::{
        Result, Store,
        sql::{get, list, sql, values},
    },
};

/// Approved comments of the page `$2` of the site `$1`; what follows says which, and in which order.
const PUBLIC: &str = "SELECT c.id, p.id AS parent, c.name, c.website, c.text, c.created_at, c.edited_at, c.email_index \
                      FROM comments c {by_page} LEFT JOIN comments p \
                          ON p.site = c.site AND p.id = c.parent AND p.status = 'approved' \
                      WHERE c.site = $1 AND c.page = $2 AND c.status = 'approved'";

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
        let text = format!("{PUBLIC} AND c.id > $3 ORDER BY c.id LIMIT $4");
        let mut connection = self.front.acquire().await?;
        let query = |after| sql(text.clone(), values![site, page, after, limit]);
        let after = after.to_owned();
        self.on(&mut connection)
            .gather_page("comments", limit, after, query, public)
            .await
    }

    /// The latest approved comments of a page, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn latest_public(
        &self,
        site: &SiteSlug,
        page: &Page,
        limit: u32,
    ) -> Result<Vec<PublicComment>> {
        let text = format!("{PUBLIC} ORDER BY c.id DESC LIMIT $3");
        let query = sql(text, values![site, page, limit]);
        self.gather("comments", query, public).await
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
                    WHERE c.site = $1 AND c.page IN {list:$2} \
                    AND c.status = 'approved' GROUP BY c.page";
        let query = sql(text, values![site, list(pages)]);
        let read = |row: &AnyRow| {
            let page = Page::from_canonical(get(row, "page")?);
            Ok((page, get(row, "count")?))
        };
        let mut connection = self.front.acquire().await?;
        let counts = self
            .on(&mut connection)
            .gather("comments", query, read)
            .await?;
        Ok(counts.rows.into_iter().collect())
    }
}

fn public(row: &AnyRow) -> Result<PublicComment> {
    let index: String = get(row, "email_index")?;
    Ok(PublicComment {
        id: get(row, "id")?,
        parent: get(row, "parent")?,
        name: get(row, "name")?,
        website: get(row, "website")?,
        text: get(row, "text")?,
        created_at: get(row, "created_at")?,
        edited_at: get(row, "edited_at")?,
        avatar: index
            .bytes()
            .fold(0, |seed, byte| seed ^ byte.rotate_left(3)),
    })
}
