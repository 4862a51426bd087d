//! Removing a site, with all that it holds: taken from everyone at once, here and within a second at other
//! instances, then emptied in bites. The background finishes what was interrupted.

use std::time::Duration;

use super::SiteError;
use crate::{
    domain::site::SiteSlug,
    sites::Sites,
    storage::{Result, removal::Removal},
};

/// How long the caller waits for a site to be empty. The background does the rest.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a removal may have been under way before the background goes on with it.
const LEFT: Duration = Duration::from_mins(1);

/// Removes a site; one that has comments only `with_comments`. When this returns nobody sees the site any
/// more; of a very large one some may still be on its way out.
///
/// # Errors
/// [`SiteError::NoSite`], [`SiteError::HasComments`], or [`SiteError::Store`]: if the removal has begun by
/// then, the background goes on with it.
pub async fn remove(sites: &Sites, slug: &SiteSlug, with_comments: bool) -> Result<(), SiteError> {
    let begun = sites
        .ground
        .store
        .begin_removal(slug, with_comments, sites.ground.now());
    match begun.await? {
        Removal::NotFound => return Err(SiteError::NoSite),
        Removal::HasComments(count) => return Err(SiteError::HasComments(slug.clone(), count)),
        Removal::Begun => {}
    }
    forget(sites, slug).await?;
    match tokio::time::timeout(PATIENCE, empty(sites, slug)).await {
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
pub async fn recover(sites: &Sites) -> Result<()> {
    for slug in sites
        .ground
        .store
        .half_removed_sites(sites.ground.now().minus(LEFT))
        .await?
    {
        empty(sites, &slug).await?;
    }
    Ok(())
}

/// Removes all that a site still holds, and the site.
async fn empty(sites: &Sites, slug: &SiteSlug) -> Result<()> {
    while sites
        .ground
        .store
        .remove_some(slug, sites.ground.now())
        .await?
    {}
    // The name is free again, and a new site that takes it must meet nothing that is remembered here.
    forget(sites, slug).await?;
    sites.ground.store.clear_search().await?;
    sites.ground.store.fold_log().await;
    tracing::info!(site = %slug, "a site was removed");
    Ok(())
}

/// Forgets what this instance remembers of a site.
async fn forget(sites: &Sites, slug: &SiteSlug) -> Result<()> {
    sites
        .ground
        .directory
        .refresh(&sites.ground.store, sites.ground.now())
        .await?;
    sites.reading.forget_site(slug);
    sites.learning.forget(slug);
    sites.learning.wake();
    Ok(())
}
