//! The links in mail: signed, for one thing, good for a while. A link holds no address; its
//! holder can read what it is for, and change nothing about it.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    domain::{
        comment::CommentId,
        decision::{Change, Decision},
        moderator::ModeratorId,
        timestamp::Timestamp,
    },
    ground::Ground,
    sealing::keys::Purpose,
};

/// How long the links in a mail are good.
const GOOD_FOR: Duration = Duration::from_hours(7 * 24);

/// Why a link does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// This service did not sign it, or not for this.
    #[error("this link is not one of this service")]
    Unknown,
    /// Its time is over.
    #[error("this link's time is over")]
    Expired,
}

/// What a link in a moderator's mail does: one change of one comment as it stood, by one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLink {
    /// The comment.
    pub comment: CommentId,
    /// The version it had.
    pub version: i64,
    /// The change.
    pub change: Change,
    /// The moderator.
    pub moderator: ModeratorId,
}

/// What a link in a commenter's mail does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Says yes to mail about replies.
    Confirm,
    /// Says no.
    Unsubscribe,
}

/// A link in a commenter's mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionLink {
    /// The subscription's identifier.
    pub subscription: String,
    /// What to do about it.
    pub wish: Wish,
}

/// comment, version, change, moderator, end: short, because it ends up in an address.
type DecisionPayload = (CommentId, i64, String, ModeratorId, i64);

/// subscription, wish, end; unsubscribing is possible for ever.
type SubscriptionPayload = (String, Wish, Option<i64>);

/// The token for a decision.
#[must_use]
pub fn sign_decision(ground: &Ground, link: &DecisionLink) -> String {
    let change = match link.change {
        Change::Decide(decision) => decision.as_str(),
        Change::Undo => "undo",
    };
    let payload: DecisionPayload = (
        link.comment,
        link.version,
        change.to_owned(),
        link.moderator.clone(),
        ground.now().plus(GOOD_FOR).millis(),
    );
    ground.signer.sign(Purpose::DecisionLink, &payload)
}

/// Reads a token for a decision.
///
/// # Errors
/// [`LinkError`].
pub fn read_decision(ground: &Ground, token: &str) -> Result<DecisionLink, LinkError> {
    let (comment, version, change, moderator, ends): DecisionPayload =
        verify(ground, Purpose::DecisionLink, token)?;
    check_end(ground, Some(ends))?;
    let change = if change == "undo" {
        Change::Undo
    } else {
        Change::Decide(Decision::parse(&change).ok_or(LinkError::Unknown)?)
    };
    Ok(DecisionLink {
        comment,
        version,
        change,
        moderator,
    })
}

/// The token for a commenter's wish.
#[must_use]
fn sign_subscription(ground: &Ground, link: &SubscriptionLink) -> String {
    let ends = match link.wish {
        Wish::Confirm => Some(ground.now().plus(GOOD_FOR).millis()),
        Wish::Unsubscribe => None,
    };
    let payload: SubscriptionPayload = (link.subscription.clone(), link.wish, ends);
    ground.signer.sign(Purpose::SubscriptionLink, &payload)
}

/// Reads a token for a commenter's wish.
///
/// # Errors
/// [`LinkError`].
pub fn read_subscription(ground: &Ground, token: &str) -> Result<SubscriptionLink, LinkError> {
    let (subscription, wish, ends): SubscriptionPayload =
        verify(ground, Purpose::SubscriptionLink, token)?;
    check_end(ground, ends)?;
    Ok(SubscriptionLink { subscription, wish })
}

/// Reads a token by which a moderator stops their mail.
///
/// # Errors
/// [`LinkError`].
pub fn read_mail_stop(ground: &Ground, token: &str) -> Result<ModeratorId, LinkError> {
    verify(ground, Purpose::MailStop, token)
}

/// The address at which a moderator stops their mail. It is good for ever, as unsubscribing is to be.
#[must_use]
pub fn mail_stop_url(ground: &Ground, moderator: &ModeratorId) -> String {
    let token = ground.signer.sign(Purpose::MailStop, moderator);
    format!("{}/m/stop/{token}", ground.public_url())
}

/// The address of a moderator's link.
#[must_use]
pub fn decision_url(ground: &Ground, link: &DecisionLink) -> String {
    format!("{}/m/{}", ground.public_url(), sign_decision(ground, link))
}

/// The address of a commenter's link.
#[must_use]
pub fn subscription_url(ground: &Ground, subscription: &str, wish: Wish) -> String {
    let link = SubscriptionLink {
        subscription: subscription.to_owned(),
        wish,
    };
    format!(
        "{}/r/{}",
        ground.public_url(),
        sign_subscription(ground, &link)
    )
}

fn verify<T: DeserializeOwned>(
    ground: &Ground,
    purpose: Purpose,
    token: &str,
) -> Result<T, LinkError> {
    ground
        .signer
        .verify(purpose, token)
        .ok_or(LinkError::Unknown)
}

fn check_end(ground: &Ground, ends: Option<i64>) -> Result<(), LinkError> {
    let over = ends.is_some_and(|ends| Timestamp::from_millis(ends) <= ground.now());
    if over {
        Err(LinkError::Expired)
    } else {
        Ok(())
    }
}
