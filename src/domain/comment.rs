//! A comment: one submission and what became of it.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Builder;

use super::{
    email::{EmailIndex, SealedEmail},
    evidence::{Evidence, Verdict},
    id::id,
    page::Page,
    site::SiteSlug,
    timestamp::Timestamp,
    word::with_words,
};
use crate::{bayes::Label, text::Document};

id! {
    /// A comment's identifier: the order of ids is the order of arrival.
    CommentId
}

impl CommentId {
    /// The least identifier that can have been made at a time: those of all comments that arrived earlier come before it.
    #[must_use]
    pub fn earliest_at(at: Timestamp) -> Self {
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
    }

    /// When it was made, in milliseconds since 1970.
    #[must_use]
    pub fn made_at(self) -> i64 {
        let at = self.0.get_timestamp().map(|at| at.to_unix());
        at.map_or(0, |(seconds, nanos)| {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX / 1000);
            seconds * 1000 + i64::from(nanos / 1_000_000)
        })
    }
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Status {
    /// Waits for a person.
    Pending,
    /// Spam, kept apart.
    Spam,
    /// Public.
    Approved,
    /// Genuine but unwanted: never trains as spam.
    Rejected,
    /// Thrown away, recoverable.
    Trash,
}

with_words!(Status);

impl Status {
    /// What a person says of a text who gives a comment this status: that it is genuine, wanted or not, or spam. One that
    /// waits or is thrown away says neither.
    #[must_use]
    pub const fn label(self) -> Option<Label> {
        match self {
            Self::Approved | Self::Rejected => Some(Label::Ham),
            Self::Spam => Some(Label::Spam),
            Self::Pending | Self::Trash => None,
        }
    }

    /// The verdict that a comment of this status would have had on arrival.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Approved => Verdict::Publish,
            Self::Spam => Verdict::Spam,
            Self::Pending | Self::Rejected | Self::Trash => Verdict::Hold,
        }
    }
}

impl From<Verdict> for Status {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Publish => Self::Approved,
            Verdict::Hold => Self::Pending,
            Verdict::Spam => Self::Spam,
        }
    }
}

/// A stored comment, as moderators' rooms see it. The email is sealed; the sender's network is a
/// truncated prefix, and gone once its time is over.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Identifier.
    pub id: CommentId,
    /// The site it was posted on.
    pub site: SiteSlug,
    /// The page it was posted under.
    pub page: Page,
    /// The page's title as the client gave it.
    pub page_title: Option<String>,
    /// The comment it answers.
    pub parent: Option<CommentId>,
    /// The author's name.
    pub name: String,
    /// The author's address, encrypted.
    pub email: SealedEmail,
    /// The author's address as a keyed hash.
    pub email_index: EmailIndex,
    /// The author's site.
    pub website: Option<String>,
    /// The text as written.
    pub text: String,
    /// Where it stands.
    pub status: Status,
    /// Calibrated probability of spam in [0, 1]; `None` when it could not be judged.
    pub score: Option<f64>,
    /// What the policy made of it on arrival.
    pub verdict: Verdict,
    /// Why.
    pub evidence: Evidence,
    /// Grows by one with every change of status or text.
    pub version: i64,
    /// The sender's truncated network prefix, while it is kept.
    pub network: Option<String>,
    /// Whether the author asked to hear of replies.
    pub wants_replies: bool,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When a person last decided, if one has.
    pub decided_at: Option<Timestamp>,
    /// Who that was.
    pub decided_by: Option<String>,
    /// When a moderator last changed the text, if one has.
    pub edited_at: Option<Timestamp>,
}

impl Comment {
    /// What of it the model reads, but for the sealed address.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document {
            text: &self.text,
            name: Some(&self.name),
            email_domain: None,
            website: self.website.as_deref(),
        }
    }
}

/// An approved comment as anyone may see it. There is no field for an address here, on purpose.
#[derive(Debug, Clone)]
pub struct PublicComment {
    /// Identifier.
    pub id: CommentId,
    /// The comment it answers, if that one is public too.
    pub parent: Option<CommentId>,
    /// The author's name.
    pub name: String,
    /// The author's site.
    pub website: Option<String>,
    /// The text as written.
    pub text: String,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When a moderator last changed the text, if one has.
    pub edited_at: Option<Timestamp>,
    /// A drawn avatar's seed: eight bits of a keyed hash, too few to recognise an author by.
    pub avatar: u8,
}
