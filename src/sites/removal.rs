//! Removing a site, with all that it holds: taken from everyone at once, here and within a second at other
//! instances, then emptied in bites. What is interrupted is gone on with by the background.

use std::time::Duration;

use super::SiteError;
use crate::{
    app::App,
    domain::site::SiteSlug,
    storage::{Result, removal::Removal},
};

/// How long whoever removes a site waits for it to be empty. The background does the rest.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a removal may have been under way before the background goes on with it.
const LEFT: Duration = Duration::from_mins(1);

/// Removes a site; one that has comments only `with_comments`. When this returns nobody sees the site any
/// more; of a very large one some may still be on its way out.
///
/// # Errors
/// [`SiteError::NoSite`], [`SiteError::HasComments`], or [`SiteError::Store`]: if the removal has begun by
/// then, the background goes on with it.
pub async fn remove(app: &App, slug: &SiteSlug, with_comments: bool) -> Result<(), SiteError> {
    let begun = app.store.begin_removal(slug, with_comments, app.now());
    match begun.await? {
        Removal::NotFound => return Err(SiteError::NoSite),
        Removal::HasComments(count) => return Err(SiteError::HasComments(slug.clone(), count)),
        Removal::Begun => {}
    }
    forget(app, slug).await?;
    match tokio::time::timeout(PATIENCE, empty(app, slug)).await {
        Ok(emptied) => emptied?,
        Err(_) => {
            tracing::info!(site = %slug, "the site is gone; what it held is still being removed");
        }
    }
    Ok(())
}

/// Goes on with removals that something has interrupted.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn recover(app: &App) -> Result<()> {
    for slug in app.store.half_removed_sites(app.now().minus(LEFT)).await? {
        empty(app, &slug).await?;
    }
    Ok(())
}

/// Removes all that a site still holds, and the site.
async fn empty(app: &App, slug: &SiteSlug) -> Result<()> {
    while app.store.remove_some(slug, app.now()).await? {}
    // The name is free again, and whoever takes it must meet nothing that is remembered here.
    forget(app, slug).await?;
    app.store.fold_log().await;
    tracing::info!(site = %slug, "a site was removed");
    Ok(())
}

/// Forgets what this instance remembers of a site.
async fn forget(app: &App, slug: &SiteSlug) -> Result<()> {
    app.directory.refresh(&app.store, app.now()).await?;
    app.published.forget_site(slug);
    app.live.forget(slug).await;
    app.live.wake();
    Ok(())
}
