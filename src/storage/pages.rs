//! The pages that comments are on: which there are, and moving the comments of one to another.

use serde_json::json;
use sqlx::any::AnyRow;

use crate::{
    domain::{page::Page, site::SiteSlug},
    storage::{
        Result, Store, acts,
        sql::{get, sql, values},
    },
};

impl Store {
    /// The pages of a site that have comments, in order, at most `limit`, after the page `after`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn commented_pages(
        &self,
        site: &SiteSlug,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Page>> {
        let text = "SELECT DISTINCT page FROM comments WHERE site = $1 AND page > $2 \
                    ORDER BY page LIMIT $3";
        let query = sql(text, values![site, after, limit]);
        let page = |row: &AnyRow| Ok(Page::from_canonical(get(row, "page")?));
        self.gather("comments", query, page).await
    }

    /// Moves the comments of a page, of every status, to another; how many there were. Whoever did it is on record.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn move_page(&self, site: &SiteSlug, from: &Page, to: &Page) -> Result<u64> {
        self.write(async |tx| {
            let text = "UPDATE comments SET page = $3 WHERE site = $1 AND page = $2";
            let moved = tx.run(text, values![site, from, to]).await?;
            if moved > 0 {
                let detail = json!({ "from": from, "to": to, "comments": moved });
                acts::record(tx, "page.move", site.as_str(), detail).await?;
            }
            Ok(moved)
        })
        .await
    }

    /// Sites whose comments may be on pages that are spelled otherwise by now: those that were changed since
    /// [`Store::pages_are_spelled`], or that were last looked through for an older form. With the mark of each, which every change of
    /// the site makes another.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sites_to_spell(&self, form: i64) -> Result<Vec<(SiteSlug, i64)>> {
        let text = "SELECT slug AS site, pages_form FROM sites \
                    WHERE pages_form < $1 AND removed_at IS NULL";
        let found = self.all(text, values![form]).await?;
        let read = |row: &AnyRow| Ok((get(row, "site")?, get(row, "pages_form")?));
        found.iter().map(read).collect()
    }

    /// Records that every page of a site is spelled as its rules say, unless it was changed since it had the mark `seen`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn pages_are_spelled(&self, site: &SiteSlug, seen: i64, form: i64) -> Result<()> {
        let text = "UPDATE sites SET pages_form = $3 WHERE slug = $1 AND pages_form = $2";
        self.write_one(text, values![site, seen, form]).await?;
        Ok(())
    }
}
