//! Approved comments as anyone reads them: rendered once, kept for a second. Decisions made here are
//! seen at once; those made by another instance within that second.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    domain::{
        comment::{CommentId, PublicComment},
        page::Page,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    markup,
    rendered::Rendered,
    storage::Result,
};

/// How long a rendered list is served without asking the database.
const FRESH: Duration = Duration::from_secs(1);

/// Memory that rendered lists may take, in bytes.
const CAPACITY: u64 = 8 * 1024 * 1024;

/// Comments in one answer at most.
pub const PAGE_SIZE: u32 = 500;

/// An approved comment. It has no field for an address, on purpose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicComment)]
pub struct Shown {
    /// Its id.
    pub id: CommentId,
    /// The id of the public comment that it answers.
    pub parent: Option<CommentId>,
    /// The author's name.
    pub name: String,
    /// The author's web site.
    pub website: Option<String>,
    /// The text as written.
    pub text: String,
    /// The text as safe HTML: escaped, with its links made clickable.
    pub html: String,
    /// When it was posted.
    pub created_at: Timestamp,
    /// A path to a drawn avatar on this service.
    pub avatar: String,
}

/// Approved comments of a page, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct List {
    /// The comments.
    pub comments: Vec<Shown>,
    /// Where the list goes on, when it does.
    pub next_cursor: Option<CommentId>,
}

/// The lists rendered lately.
pub struct Published {
    lists: Cache<(SiteSlug, Page), Arc<Rendered>>,
}

impl Default for Published {
    fn default() -> Self {
        let weigh = |(_, page): &(SiteSlug, Page), list: &Arc<Rendered>| {
            u32::try_from(list.body.len() + page.as_str().len() + 200).unwrap_or(u32::MAX)
        };
        Self {
            lists: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .time_to_live(FRESH)
                .build(),
        }
    }
}

impl Published {
    /// Forgets what was rendered of a page: something on it was decided.
    pub fn forget(&self, site: &SiteSlug, page: &Page) {
        self.lists.invalidate(&(site.clone(), page.clone()));
    }

    /// Forgets what was rendered of a site that is no more.
    pub fn forget_site(&self, site: &SiteSlug) {
        for (key, _) in &self.lists {
            if key.0 == *site {
                self.lists.invalidate(&*key);
            }
        }
    }
}

/// The approved comments of a page after `after` (all of them when that is `None`), rendered.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn list(
    app: &App,
    site: &SiteSlug,
    page: &Page,
    after: Option<CommentId>,
) -> Result<Arc<Rendered>> {
    let key = (site.clone(), page.clone());
    if after.is_none()
        && let Some(list) = app.published.lists.get(&key)
    {
        return Ok(list);
    }
    let list = Arc::new(render(&read(app, site, page, after).await?));
    if after.is_none() {
        app.published.lists.insert(key, list.clone());
    }
    Ok(list)
}

/// The approved comments of a page after `after`.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn read(
    app: &App,
    site: &SiteSlug,
    page: &Page,
    after: Option<CommentId>,
) -> Result<List> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let mut found = app
        .store
        .public_comments(site, page, &after, PAGE_SIZE + 1)
        .await?;
    let more = found.len() > PAGE_SIZE as usize;
    found.truncate(PAGE_SIZE as usize);
    Ok(List {
        next_cursor: found.last().filter(|_| more).map(|last| last.id),
        comments: found.into_iter().map(show).collect(),
    })
}

fn show(comment: PublicComment) -> Shown {
    Shown {
        id: comment.id,
        parent: comment.parent,
        name: comment.name,
        website: comment.website,
        html: markup::to_html(&comment.text),
        text: comment.text,
        created_at: comment.created_at,
        avatar: format!("/avatars/{}.svg", comment.avatar),
    }
}

fn render(list: &List) -> Rendered {
    Rendered::new(serde_json::to_vec(list).unwrap_or_default())
}
