//! Approved comments as anyone reads them: rendered once, kept for a second. Decisions made here are
//! seen at once; those made by another instance within that second.

pub mod rendered;
mod underway;

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use serde::Serialize;
use utoipa::ToSchema;

use self::{rendered::Rendered, underway::Underway};
use crate::{
    domain::{
        comment::{CommentId, PublicComment, Status},
        edit::EarlierText,
        moderator::Scope,
        page::Page,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    ground::Ground,
    markup,
    storage::Result,
};

/// How long a rendered list is served without asking the database.
const FRESH: Duration = Duration::from_secs(1);

/// Memory that rendered lists may take, in bytes.
const CAPACITY: u64 = 8 * 1024 * 1024;

/// Comments in one answer at most.
const PAGE_SIZE: u32 = 500;

/// Text in one answer, in bytes, before the list goes on in the next. It bounds what a reader costs:
/// 500 comments may be as long as they like.
const PAGE_BYTES: usize = 512 * 1024;

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
    /// The text as written; of marks heaped on one character the first few.
    pub text: String,
    /// The text as safe HTML: escaped, with its links made clickable.
    pub html: String,
    /// When it was posted.
    pub created_at: Timestamp,
    /// When a moderator last changed the text, if one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// A path on this service to what it said before, where the site shows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edits: Option<String>,
    /// A path to a drawn avatar on this service.
    pub avatar: String,
}

/// Approved comments of a page, oldest first: at most 500, fewer where they are long.
#[derive(Debug, Serialize, ToSchema)]
pub struct List {
    /// The comments.
    pub comments: Vec<Shown>,
    /// Where the list goes on, when it does.
    pub next_cursor: Option<CommentId>,
}

/// A page of a site, and after which comment.
type Key = (SiteSlug, Page, Option<CommentId>);

/// The lists rendered lately, and those that are being rendered: one at a time of each.
pub struct Reading {
    ground: Arc<Ground>,
    lists: Cache<Key, Arc<Rendered>>,
    renderings: Underway<Key, Arc<Rendered>>,
}

impl Reading {
    /// Nothing is rendered yet.
    #[must_use]
    pub fn new(ground: Arc<Ground>) -> Self {
        let weigh = |(_, page, _): &Key, list: &Arc<Rendered>| {
            u32::try_from(list.body.len() + page.as_str().len() + 200).unwrap_or(u32::MAX)
        };
        Self {
            ground,
            lists: Cache::builder()
                .max_capacity(CAPACITY)
                .weigher(weigh)
                .time_to_live(FRESH)
                .build(),
            renderings: Underway::default(),
        }
    }

    /// Forgets what was rendered of a page: something on it was decided. What goes on after a comment
    /// is up to a second old.
    pub fn forget(&self, site: &SiteSlug, page: &Page) {
        let key = (site.clone(), page.clone(), None);
        self.renderings.forget(|rendering| *rendering == key);
        self.lists.invalidate(&key);
    }

    /// Forgets what was rendered of a site that was removed.
    pub fn forget_site(&self, site: &SiteSlug) {
        self.renderings.forget(|(of, ..)| of == site);
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
    reading: &Reading,
    site: &SiteSlug,
    page: &Page,
    after: Option<CommentId>,
) -> Result<Arc<Rendered>> {
    let key = (site.clone(), page.clone(), after);
    if let Some(list) = reading.lists.get(&key) {
        return Ok(list);
    }
    let rendering = reading.renderings.join(key.clone());
    let rendered = rendering.get(async {
        let list = read(&reading.ground, site, page, after).await?;
        Ok(Arc::new(render(&list)))
    });
    let rendered: Result<_> = rendered.await;
    let rendered = rendered?;
    // Unless something was decided while it was rendered.
    rendering.end(|| reading.lists.insert(key, rendered.clone()));
    Ok(rendered)
}

/// The approved comments of a page after `after`.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn read(
    ground: &Ground,
    site: &SiteSlug,
    page: &Page,
    after: Option<CommentId>,
) -> Result<List> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let mut found = ground
        .store
        .public_comments(site, page, &after, PAGE_SIZE + 1)
        .await?;
    let fits = fitting(&found).min(PAGE_SIZE as usize);
    let more = found.len() > fits;
    found.truncate(fits);
    Ok(List {
        next_cursor: found.last().filter(|_| more).map(|last| last.id),
        comments: shown(ground, site, found),
    })
}

/// The texts that an approved comment had before moderators changed it, the earliest first; `None` where the comment is not
/// public, or its site does not show them.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn earlier_texts(
    ground: &Ground,
    site: &SiteSlug,
    id: CommentId,
) -> Result<Option<Vec<EarlierText>>> {
    let found = ground.store.comment(&Scope::of(site), id).await?;
    let is_public = found.is_some_and(|comment| comment.status == Status::Approved);
    if !is_public || !shows_edits(ground, site) {
        return Ok(None);
    }
    ground.store.earlier_texts(site, id).await.map(Some)
}

fn shows_edits(ground: &Ground, site: &SiteSlug) -> bool {
    let site = ground.directory.site(site.as_str());
    site.is_some_and(|site| site.policy.show_edits)
}

fn shown(ground: &Ground, site: &SiteSlug, found: Vec<PublicComment>) -> Vec<Shown> {
    let with_edits = shows_edits(ground, site);
    let edits = |comment: &PublicComment| {
        let is_edited = with_edits && comment.edited_at.is_some();
        is_edited.then(|| format!("/sites/{site}/comments/{}/edits", comment.id))
    };
    let shown = found.into_iter().map(|comment| Shown {
        edits: edits(&comment),
        ..show(comment)
    });
    shown.collect()
}

/// The latest approved comments of a page, newest first, at most `limit`.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn latest(
    ground: &Ground,
    site: &SiteSlug,
    page: &Page,
    limit: u32,
) -> Result<Vec<Shown>> {
    let found = ground.store.latest_public(site, page, limit).await?;
    Ok(shown(ground, site, found))
}

/// How many of the comments fit into one answer: one at least.
fn fitting(found: &[PublicComment]) -> usize {
    let mut bytes = 0;
    let fits = found.iter().take_while(|comment| {
        let before = bytes;
        bytes += comment.text.len();
        before == 0 || bytes <= PAGE_BYTES
    });
    fits.count()
}

fn show(comment: PublicComment) -> Shown {
    let text = markup::calm(&comment.text);
    Shown {
        id: comment.id,
        parent: comment.parent,
        name: markup::calm(&comment.name).into_owned(),
        website: comment.website,
        html: markup::to_html(&text),
        text: text.into_owned(),
        created_at: comment.created_at,
        edited_at: comment.edited_at,
        edits: None,
        avatar: format!("/avatars/{}.svg", comment.avatar),
    }
}

fn render(list: &List) -> Rendered {
    Rendered::new(serde_json::to_vec(list).unwrap_or_default())
}
