//! The pages that comments are on: which there are, and moving the comments of one to another.

use serde_json::json;
use sqlx::any::AnyRow;

use crate::{
    domain::{page::Page, site::SiteSlug},
    storage::{
        Result, Store, acts,
        sql::{get, sql, to_rows, values},
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

    /// Records that every page of some sites is spelled as their rules say, apart from sites that were changed since
    /// they had the mark with which they come.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn pages_are_spelled(&self, sites: &[(SiteSlug, i64)], form: i64) -> Result<()> {
        let rows = sites.iter();
        let rows = rows.map(|(site, seen)| json!({ "site": site, "seen": seen }));
        let text = "UPDATE sites SET pages_form = $2 FROM {rows:$1} \
                    WHERE slug = r.value->>'site' AND pages_form = CAST(r.value->>'seen' AS BIGINT)";
        self.write_one(text, values![to_rows(rows), form]).await?;
        Ok(())
    }
}
