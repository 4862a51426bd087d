//! What a person may ask for: everything held about them, or that it be erased. They are found by
//! the keyed hash of their address; who asks, and whether they may, is settled before.

use super::erased;
use crate::{
    domain::{
        comment::Comment,
        decision::Actor,
        email::{EmailAddress, EmailIndex},
        moderator::Scope,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    privacy::Privacy,
    storage::{Result, erasures::Erased, subjects::Subject},
};

/// Everything held about a person, on every site. That somebody looked at it is recorded, and not whose
/// it was.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn export(privacy: &Privacy, email: &EmailAddress) -> Result<Subject> {
    let who = privacy.ground.vault.email_index(email);
    let held = privacy
        .ground
        .store
        .subject(&every_site(privacy), &who)
        .await?;
    let amounts = serde_json::json!({ "comments": held.comments.len() });
    privacy
        .ground
        .store
        .record_act("subject.export", String::new(), amounts)
        .await?;
    Ok(held)
}

/// Erases everything held about a person, on every site: what they wrote, what models learnt from
/// it, where they asked to hear of replies, mails to them. Only an account as a moderator stays, and
/// the record that somebody's data was erased, by whom and how much. That it was them is noted beside the
/// key file ([`super::erased`]), for the day when a backup brings them back.
///
/// # Errors
/// [`crate::storage::StoreError`], also when the note cannot be written; then nothing has changed.
pub async fn erase(privacy: &Privacy, email: &EmailAddress, by: Actor) -> Result<Erased> {
    erase_known(privacy, privacy.ground.vault.email_index(email), by).await
}

async fn erase_known(privacy: &Privacy, who: EmailIndex, by: Actor) -> Result<Erased> {
    erased::note(
        &erased::file_of(&privacy.ground.settings),
        &who,
        privacy.ground.now(),
    )
    .map_err(erased::unreadable)?;
    erase_until(privacy, who, by, None).await
}

/// Erases everything held about the author of a comment, as [`erase`] does: who gave no address has one that replaces it, and
/// is the same for all that came under one name from one place.
///
/// # Errors
/// As [`erase`].
pub async fn erase_author(privacy: &Privacy, comment: &Comment, by: Actor) -> Result<Erased> {
    erase_known(privacy, comment.email_index.clone(), by).await
}

/// Deletes one comment with all that came of it. `false` where it is not there any more.
///
/// # Errors
/// [`StoreError`]; then nothing has changed.
pub async fn erase_comment(privacy: &Privacy, comment: &Comment) -> Result<bool> {
    let store = &privacy.ground.store;
    let Some(page) = store.erase_comment(&comment.site, comment.id).await? else {
        return Ok(false);
    };
    privacy.reading.forget(&comment.site, &page);
    privacy.learning.wake();
    store.fold_log().await;
    tracing::info!(site = %comment.site, "a comment was deleted for good");
    Ok(true)
}

/// Erases again what the database holds of those on the list from before they were erased: after a
/// restore, or an import of old comments. What they wrote afterwards stays. How many people it was, and
/// how much.
///
/// # Errors
/// [`StoreError`]; who was erased before stays erased.
pub async fn reapply(privacy: &Privacy, by: &Actor) -> Result<(usize, Erased)> {
    let path = erased::file_of(&privacy.ground.settings);
    let back = erased::brought_back(&privacy.ground.store, &path).await?;
    let mut sum = Erased::default();
    for (who, at) in &back {
        let gone = erase_until(privacy, who.clone(), by.clone(), Some(*at)).await?;
        sum.add(gone);
    }
    Ok((back.len(), sum))
}

/// Erases what is held about a person, or only what is not later than `until`.
async fn erase_until(
    privacy: &Privacy,
    who: EmailIndex,
    by: Actor,
    until: Option<Timestamp>,
) -> Result<Erased> {
    let sites = every_site(privacy);
    let now = privacy.ground.now();
    // Rules about their address go too.
    let erasing = privacy
        .ground
        .store
        .erase_subject(&sites, who, by, now, until);
    let erased = privacy
        .ground
        .directory
        .change(&privacy.ground.store, now, erasing)
        .await?;
    for (site, page) in &erased.comments {
        privacy.reading.forget(site, page);
    }
    privacy.learning.wake();
    // What they wrote is found by words: those leave the index now, and not when the job comes by.
    if let Err(error) = privacy.ground.store.clear_search().await {
        tracing::warn!(%error, "the search index is rid of what was erased when its job runs");
    }
    privacy.ground.store.fold_log().await;
    let comments = erased.comments.len();
    tracing::info!(
        comments,
        samples = erased.samples,
        "a person's data was erased"
    );
    Ok(erased)
}

fn every_site(privacy: &Privacy) -> Vec<SiteSlug> {
    privacy.ground.directory.covered(&Scope::All)
}
