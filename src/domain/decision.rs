//! What people decide about comments, and the record kept of it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

pub use super::actor::{Actor, Door};
use super::{
    comment::{Comment, CommentId, Status},
    id::id,
    moderator::Scope,
    sample::{Source, Vote},
    timestamp::Timestamp,
    word::with_words,
};

/// A person's choice about a comment; each can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
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

    /// The decision after which a comment has this status.
    #[must_use]
    pub fn leading_to(status: Status) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|one| one.outcome() == status)
    }
}

/// Why a person decided so. It says more than the decision: [`DecisionReason::Abuse`] beside
/// [`Decision::Reject`] is a label for the site's abuse model; the others are kept and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DecisionReason {
    /// It insults, threatens or degrades people.
    Abuse,
    /// It is about something else than its page.
    OffTopic,
    /// It adds nothing to the conversation.
    LowQuality,
    /// It discloses what is private about somebody.
    PrivateInformation,
    /// Its author pretends to be somebody else.
    Impersonation,
    /// The law forbids it.
    Illegal,
}

id! {
    /// Decisions that one request made together, and that can be taken back as one.
    BatchId
}

impl BatchId {
    /// The identifier of what `actor` asked for in these words, the same whenever it is asked again: a
    /// form that is sent twice makes one batch, and nobody can add to another person's.
    #[must_use]
    pub fn of(actor: &Actor, asked: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for part in [actor.id.as_str()].iter().chain(asked) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// What happened to a comment, as its history lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// It arrived and was judged.
    Received,
    /// A person decided.
    Decided,
    /// A person took the last decision back.
    Undone,
    /// A person looked at the whole email address.
    EmailRevealed,
    /// A person wrote a note and decided nothing.
    Noted,
    /// A person changed the text.
    Edited,
    /// A person took a change of the text back.
    EditUndone,
}

with_words!(Decision, DecisionReason, Action);

/// What is said beside a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Why.
    pub reason: Option<DecisionReason>,
    /// In a person's own words.
    pub note: Option<String>,
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
    /// Why, where the person said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DecisionReason>,
    /// What the person wrote beside it.
    pub note: Option<String>,
    /// Whether this decision was taken back later.
    pub undone: bool,
    /// The batch it was made in, or taken back with.
    pub batch: Option<BatchId>,
    /// The text before, where it was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The last decision about a comment or change of its text, or the last taking back of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastChange {
    /// When.
    pub at: Timestamp,
    /// [`Action::Decided`], [`Action::Undone`], [`Action::Edited`] or [`Action::EditUndone`].
    pub action: Action,
    /// The decision that was made or taken back; `edit` for a change of the text.
    pub decision: String,
    /// Who, as their name was then.
    pub by: String,
    /// Their identifier, as [`Actor::id`].
    pub by_id: String,
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
    /// The reason of the decision that stands, where its person gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DecisionReason>,
}

/// A wish to change one comment.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The comment.
    pub id: CommentId,
    /// The version its decider saw; none to decide whatever it is now.
    pub version: Option<i64>,
    /// What to do.
    pub change: Change,
}

/// What to do with a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Decide.
    Decide(Decision),
    /// Take the last decision back.
    Undo,
}

/// What became of a wish.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Done. The comment as it is now, and what changed.
    Done(Box<Comment>, Decided),
    /// Someone was faster: the comment as it is now.
    Stale(Box<Comment>),
    /// There is no decision to take back.
    NothingToUndo(Box<Comment>),
    /// There is no such comment on the sites.
    NotFound,
}

/// Who changes what, when, and what they noted beside it.
#[derive(Debug, Clone)]
pub struct Decider {
    /// Who.
    pub actor: Actor,
    /// Where they may decide.
    pub scope: Scope,
    /// What they said beside it.
    pub beside: Beside,
    /// The batch that decisions join. With it, taking back is about what the batch decided alone.
    pub batch: Option<BatchId>,
    /// When.
    pub now: Timestamp,
    /// As what their labels count.
    pub source: Source,
}

/// What a comment, as it stands after a decision or its undoing and with the reason of the decision that stands, says about each
/// question.
pub type ToVote = Box<dyn Fn(&Comment, Option<DecisionReason>) -> Vec<Vote> + Send + Sync>;
