//! What mail is for and where it stands. What it says is `notify`'s.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailKind {
    /// Tells a moderator what waits for a decision.
    Queue,
    /// Asks a commenter to confirm that they want to hear of replies.
    Confirm,
    /// Tells a commenter of a reply.
    Reply,
}

impl MailKind {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Confirm => "confirm",
            Self::Reply => "reply",
        }
    }

    /// Reads the word that [`MailKind::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Queue, Self::Confirm, Self::Reply]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailStatus {
    /// Waits to be sent, for the first time or again.
    Queued,
    /// A mail server took it.
    Sent,
    /// What it was about is no longer so.
    Cancelled,
    /// It could not be sent, and will not be tried again by itself.
    Dead,
}

impl MailStatus {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
            Self::Dead => "dead",
        }
    }

    /// Reads the word that [`MailStatus::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Queued, Self::Sent, Self::Cancelled, Self::Dead]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}
