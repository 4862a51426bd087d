//! Notifies a program of Akismet's protocol that a person here decided otherwise than it was answered, at
//! the `callback` it named when it asked. The program believes a sender that knows its key, so the key is
//! sent along; therefore only to an origin of the key's own site, which is checked when the program names it and
//! again before each notification.

use serde_json::json;

use super::{Message, address::check_url};
use crate::{
    bayes::Label,
    domain::{
        comment::{CommentId, Status},
        origin::Origin,
        site::Site,
    },
    ground::Ground,
    sealing::vault::{Owner, Unopenable},
    storage::{Result, callbacks::Standing, deliveries::Delivery},
};

/// The header by which a program knows that it need not report this back.
const HEADER: &str = "x-akismet-webhook";

/// Whether an address that a program named may be sent to: it is on an origin of its site.
#[must_use]
pub fn is_own(ground: &Ground, site: &Site, raw: &str) -> bool {
    let url = check_url(raw, &ground.settings.webhooks.allow_networks).ok();
    let origin = url.as_ref().and_then(Origin::of);
    origin.is_some_and(|origin| site.origins.contains(&origin))
}

/// What is to be sent; `None` when it is no news, or nobody wants it any more. A program's key that
/// cannot be opened is no reason to forget it: what sealed it may arrive.
pub(super) async fn message(
    ground: &Ground,
    one: &Delivery,
) -> Result<Result<Option<Message>, Unopenable>> {
    let Some(id) = one.about["comment"].as_str().and_then(CommentId::parse) else {
        return Ok(Ok(None));
    };
    let site = ground.directory.site(one.site.as_str());
    let standing = ground.store.callback(&one.site, id).await?;
    let Some((site, standing)) = site.zip(standing) else {
        return Ok(Ok(None));
    };
    let news = result(&standing).filter(|label| *label != standing.told);
    let Some(label) = news.filter(|_| is_own(ground, &site, &standing.url)) else {
        return Ok(Ok(None));
    };
    let owner = Owner::client_key(&one.site, &standing.key);
    let key = match ground.vault.open_client_key(&standing.key_sealed, &owner) {
        Ok(key) => key,
        Err(error) => return Ok(Err(error)),
    };
    let comment = json!({ "guid": id, "result": (label == Label::Spam).to_string() });
    let body = json!({ "key": key, "endpoint": "comment-check", "comments": [comment] });
    Ok(Ok(Some(Message {
        url: standing.url,
        headers: vec![(HEADER, "1".to_owned())],
        body: body.to_string(),
        tells: Some((id, label)),
    })))
}

/// What a decision makes of the answer. A genuine comment that is not wanted is neither spam nor to
/// be shown, and the protocol has no word for that; one that waits again is what was said at first.
const fn result(standing: &Standing) -> Option<Label> {
    match standing.status {
        Status::Spam => Some(Label::Spam),
        Status::Approved => Some(Label::Ham),
        Status::Pending => Some(standing.said),
        Status::Rejected | Status::Trash => None,
    }
}
