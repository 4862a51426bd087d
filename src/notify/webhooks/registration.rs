//! Webhooks as operators add and remove them, from the interface or the desk.

use uuid::Uuid;

use super::address::{MAX_URL, check_url};
use crate::{
    domain::{field::FieldError, site::SiteSlug, webhook::Event},
    ground::Ground,
    storage::{Result, StoreError, webhooks::Webhook},
};

/// Why a webhook was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// What was asked for is not right.
    #[error("a field is not right")]
    Invalid(Vec<FieldError>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a webhook: `events` on the site are sent to `url` from now on.
///
/// # Errors
/// [`AddError`]; errors are on `url` and `events`, all reported together.
pub async fn add(
    ground: &Ground,
    site: SiteSlug,
    url: &str,
    mut events: Vec<Event>,
) -> Result<Webhook, AddError> {
    events.sort_unstable();
    events.dedup();
    let parsed = parse_url(ground, url);
    let missing = events.is_empty().then(|| FieldError::required("events"));
    let url = match (parsed, missing) {
        (Ok(url), None) => url,
        (parsed, missing) => {
            let errors = parsed.err().into_iter().chain(missing);
            return Err(AddError::Invalid(errors.collect()));
        }
    };
    let webhook = Webhook {
        id: Uuid::now_v7().to_string(),
        site,
        url,
        events,
        created_at: ground.now(),
        delivered_at: None,
    };
    let adding = ground.store.add_webhook(webhook.clone());
    ground
        .directory
        .change(&ground.store, ground.now(), adding)
        .await?;
    Ok(webhook)
}

fn parse_url(ground: &Ground, raw: &str) -> Result<String, FieldError> {
    if raw.trim().is_empty() {
        return Err(FieldError::required("url"));
    }
    if raw.len() > MAX_URL {
        return Err(FieldError::too_long("url", MAX_URL));
    }
    let url = check_url(raw, &ground.settings.webhooks.allow_networks);
    let url = url.map_err(|refused| FieldError::new("url", "invalid", refused.to_string()))?;
    Ok(url.into())
}

/// Removes a webhook of a site, and what was still to be sent to it; `false` when there is none.
///
/// # Errors
/// [`StoreError`].
pub async fn remove(ground: &Ground, site: &SiteSlug, id: String) -> Result<bool> {
    let removing = ground.store.remove_webhook(site, id);
    ground
        .directory
        .change(&ground.store, ground.now(), removing)
        .await
}
