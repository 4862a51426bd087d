//! What people decide about comments, and the record kept of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    comment::{CommentId, Status},
    timestamp::Timestamp,
};

/// A person's choice about a comment; each can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Publish it.
    Approve,
    /// It is spam: trains as spam.
    Spam,
    /// Genuine but unwanted: not published, never trains as spam.
    Reject,
    /// Throw it away; recoverable.
    Trash,
    /// Back to the queue.
    Hold,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 5] = [
        Self::Approve,
        Self::Spam,
        Self::Reject,
        Self::Trash,
        Self::Hold,
    ];

    /// The word used in the API, in links and in the history.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Spam => "spam",
            Self::Reject => "reject",
            Self::Trash => "trash",
            Self::Hold => "hold",
        }
    }

    /// Reads the word that [`Decision::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.as_str() == word)
    }

    /// The status a comment has after this decision.
    #[must_use]
    pub const fn outcome(self) -> Status {
        match self {
            Self::Approve => Status::Approved,
            Self::Spam => Status::Spam,
            Self::Reject => Status::Rejected,
            Self::Trash => Status::Trash,
            Self::Hold => Status::Pending,
        }
    }
}

/// Who did something, and through which door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Actor {
    /// The moderator's or token's identifier.
    pub id: String,
    /// The moderator's or token's name.
    pub name: String,
    /// The door: `session`, `token`, `mail_link`, `client` or `command`.
    pub via: &'static str,
}

/// What happened to a comment, as its history tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It arrived and was judged.
    Received,
    /// A person decided.
    Decided,
    /// A person took the last decision back.
    Undone,
    /// A person looked at the whole email address.
    EmailRevealed,
}

impl Action {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Decided => "decided",
            Self::Undone => "undone",
            Self::EmailRevealed => "email_revealed",
        }
    }

    /// Reads the word that [`Action::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Received,
            Self::Decided,
            Self::Undone,
            Self::EmailRevealed,
        ]
        .into_iter()
        .find(|action| action.as_str() == word)
    }
}

/// One line of a comment's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: Action,
    /// Who; absent for what the service did itself.
    pub by: Option<String>,
    /// Through which door: `session`, `token`, `mail_link`, `client`, `command`.
    pub via: Option<String>,
    /// The decision, where one was made or undone.
    pub decision: Option<String>,
    /// The status before.
    pub from: Option<Status>,
    /// The status after.
    pub to: Option<Status>,
    /// What the person wrote beside it.
    pub note: Option<String>,
    /// Whether this decision was taken back later.
    pub undone: bool,
}

/// A decision that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decided {
    /// The comment.
    pub id: CommentId,
    /// Its status before.
    pub from: Status,
    /// Its status now.
    pub status: Status,
    /// Its version now.
    pub version: i64,
}
