//! The addresses at which programs want to hear that a person decided otherwise than they were answered.
//! Telling them is `notify`'s.

use crate::{
    domain::{
        arrival::Callback,
        site::{ClientMode, Site},
    },
    ground::Ground,
    notify::webhooks::callback,
    sealing::vault::Owner,
    storage::{Result, client_keys::ClientKey},
};

use super::inquiry::Inquiry;

/// The callback of a question, if it will be kept as a comment, and the address is on an origin of
/// the key's site; any other is passed over, and the question answered all the same. The key is kept
/// sealed from now on: it goes along with what is sent.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn accept(
    ground: &Ground,
    site: &Site,
    key: &ClientKey,
    secret: &str,
    question: &Inquiry,
) -> Result<Option<Callback>> {
    let is_kept = site.policy.clients == ClientMode::Queue && question.may_be_kept;
    let named = question.callback.as_ref().filter(|_| is_kept);
    let Some(url) = named.filter(|url| callback::is_own(ground, site, url)) else {
        return Ok(None);
    };
    if key.sealed.is_none() {
        let sealed = ground
            .vault
            .seal_client_key(secret, &Owner::client_key(&key.site, &key.id));
        ground.store.seal_client_key(key, sealed).await?;
    }
    Ok(Some(Callback {
        url: url.clone(),
        key: key.id.clone(),
    }))
}
