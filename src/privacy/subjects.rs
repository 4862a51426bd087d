//! What a person may ask for: everything held about them, or that it be erased. They are found by
//! the keyed hash of their address; who asks, and whether they may, is settled before.

use crate::{
    app::App,
    domain::{decision::Actor, email::EmailAddress, moderator::Scope, site::SiteSlug},
    storage::{
        Result,
        subjects::{Erased, Subject},
    },
};

/// Everything held about a person, on every site. That somebody looked at it is recorded, and not whose
/// it was.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn export(app: &App, email: &EmailAddress) -> Result<Subject> {
    let who = app.vault.email_index(email);
    let held = app.store.subject(&every_site(app), &who).await?;
    let amounts = serde_json::json!({ "comments": held.comments.len() });
    app.store
        .record_act("subject.export", String::new(), amounts)
        .await?;
    Ok(held)
}

/// Erases everything held about a person, on every site: what they wrote, what models learnt from
/// it, where they asked to hear of replies, mails to them. Only an account as a moderator stays, and
/// the record that somebody's data was erased, by whom and how much.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn erase(app: &App, email: &EmailAddress, by: Actor) -> Result<Erased> {
    let (who, sites) = (app.vault.email_index(email), every_site(app));
    let erased = app.store.erase_subject(&sites, who, by, app.now()).await?;
    for (site, page) in &erased.comments {
        app.published.forget(site, page);
    }
    app.live.wake();
    let comments = erased.comments.len();
    tracing::info!(
        comments,
        samples = erased.samples,
        "a person's data was erased"
    );
    Ok(erased)
}

fn every_site(app: &App) -> Vec<SiteSlug> {
    app.directory.covered(&Scope::All)
}
