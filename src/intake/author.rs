//! Author tokens: how a browser proves that the comment it sends is by whoever wrote an earlier one.
//!
//! The answer to a comment carries a token. It names the site and the comment with which its chain
//! began, is signed, and readable by its bearer: there is no address in it. A comment sent with it joins
//! the chain. Approvals count for an author only within the chain and under one address, so whoever
//! merely knows an author's address begins a chain of their own, in which nothing of the author's counts.
//! Forms without script and programs carry none and prove nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        comment::CommentId,
        site::{Site, SiteSlug},
        timestamp::Timestamp,
        website::Website,
    },
    ground::Ground,
    rules::hosts,
    sealing::keys::Purpose,
};

use super::submission::Submission;

/// How long a token is good; each answer to a comment renews it.
const LIFETIME: Duration = Duration::from_hours(24 * 180);

/// Approved comments of a chain that are looked at for what they link to.
const LOOKED_AT: i64 = 200;

#[derive(Serialize, Deserialize)]
struct Payload {
    site: String,
    /// The comment that the chain began with.
    first: String,
    /// Milliseconds since 1970.
    at: i64,
}

/// The token that goes with the answer to a comment. The same for a request that is repeated: the time
/// in it is the comment's own.
#[must_use]
pub fn issue(ground: &Ground, site: &SiteSlug, chain: &str, comment: CommentId) -> String {
    let payload = Payload {
        site: site.to_string(),
        first: chain.to_owned(),
        at: comment.made_at(),
    };
    ground.signer.sign(Purpose::AuthorToken, &payload)
}

/// The chain that a submission goes on with; none when its token is missing, not ours, of another site
/// or too old.
#[must_use]
pub fn chain(
    ground: &Ground,
    site: &Site,
    submission: &Submission,
    now: Timestamp,
) -> Option<String> {
    let token = submission.author_token.as_deref()?;
    let payload: Payload = ground.signer.verify(Purpose::AuthorToken, token)?;
    let ends = Timestamp::from_millis(payload.at).plus(LIFETIME);
    (payload.site == site.slug.as_str() && ends > now).then_some(payload.first)
}

/// Whether a submission may be published for its author's sake, as far as it is known before the
/// database counts: it goes on with a chain, and links to nothing that was not approved in it before.
pub async fn may_be_trusted(
    ground: &Ground,
    site: &Site,
    submission: &Submission,
    chain: Option<&str>,
) -> bool {
    let (Some(chain), Some(_)) = (chain, site.policy.trusted_after) else {
        return false;
    };
    let website = submission.website.as_ref().map(Website::as_str);
    let linked = hosts::linked([submission.text.as_str()].into_iter().chain(website));
    if linked.is_empty() {
        return true;
    }
    let email = ground.vault.email_index(&submission.email);
    let approved = ground
        .store
        .approved_of_chain(&site.slug, &email, chain, LOOKED_AT)
        .await;
    let Ok(approved) = approved.inspect_err(
        |error| tracing::warn!(%error, "what an author linked to before is not known"),
    ) else {
        return false;
    };
    let before = approved
        .iter()
        .flat_map(|(text, website)| [Some(text.as_str()), website.as_deref()]);
    linked.is_subset(&hosts::linked(before.flatten()))
}
