//! Where comments are: moving a thread to another page, and moving those whose page is spelled otherwise since a site's rules
//! changed, or since this program knows a better normal form.

use super::{SiteError, Sites};
use crate::{
    domain::{
        field::{FieldError, parse_line},
        page::{MAX_CHARS, Page},
        site::Site,
    },
    ground::Ground,
    storage::StoreError,
};

/// The normal form of [`crate::domain::page_rules`]. Raise it when that changes: every site is looked through once more.
const FORM: i64 = 1;

/// Pages looked at in one go.
const STRETCH: u32 = 500;

/// Sites marked in one go.
const SITES: usize = 200;

/// Moves all comments of the page `from` to the page `to`, where they join those that are there; how many there were.
///
/// # Errors
/// [`SiteError::Invalid`] for what is no page or the same page, [`SiteError::Store`].
pub async fn move_thread(
    sites: &Sites,
    site: &Site,
    from: &str,
    to: &str,
) -> Result<u64, SiteError> {
    let named = |field: &str, error: FieldError| {
        SiteError::Invalid(vec![FieldError::new(field, error.code, error.message)])
    };
    let to = site.page(to).map_err(|error| named("to", error))?;
    // Comments may be on a page as it was spelled before, or on one that is on no origin of the site any more.
    let as_stored = parse_line("from", from, MAX_CHARS);
    let as_stored = Page::from_canonical(as_stored.map_err(|error| named("from", error))?);
    let from = site.page(from).unwrap_or_else(|_| as_stored.clone());
    let mut moved = 0;
    for from in [&from, &as_stored] {
        if *from != to {
            moved += sites.ground.store.move_page(&site.slug, from, &to).await?;
        }
        sites.reading.forget(&site.slug, from);
    }
    sites.reading.forget(&site.slug, &to);
    if from == to && moved == 0 {
        let message = "This is the same page.";
        return Err(named("to", FieldError::new("to", "invalid", message)));
    }
    Ok(moved)
}

/// Moves comments of every site whose rules have changed to where their page is now. What a kill cuts off is done by the next run.
///
/// # Errors
/// [`StoreError`].
pub async fn spell(ground: &Ground) -> Result<(), StoreError> {
    let due = ground.store.sites_to_spell(FORM).await?;
    if due.is_empty() {
        return Ok(());
    }
    // The rules are to be no older than the marks: another instance may have changed them a moment ago.
    ground
        .directory
        .refresh(&ground.store, ground.now())
        .await?;
    // Marked together: after an update to a version with another form, every site is due.
    for sites in due.chunks(SITES) {
        let mut spelled = Vec::new();
        for (slug, seen) in sites {
            let Some(site) = ground.directory.site(slug.as_str()) else {
                continue;
            };
            let moved = spell_site(ground, &site).await?;
            if moved > 0 {
                tracing::info!(site = %slug, moved, "comments moved to the new spelling of their page");
            }
            spelled.push((slug.clone(), *seen));
        }
        ground.store.pages_are_spelled(&spelled, FORM).await?;
    }
    Ok(())
}

async fn spell_site(ground: &Ground, site: &Site) -> Result<u64, StoreError> {
    let mut moved = 0;
    let mut after = String::new();
    loop {
        let pages = ground
            .store
            .commented_pages(&site.slug, &after, STRETCH)
            .await?;
        let Some(last) = pages.last() else {
            return Ok(moved);
        };
        last.as_str().clone_into(&mut after);
        for page in &pages {
            match site.page(page.as_str()) {
                Ok(spelled) if spelled != *page => {
                    moved += ground.store.move_page(&site.slug, page, &spelled).await?;
                }
                _ => {}
            }
        }
    }
}
