//! Changes of a comment's text by moderators.

use super::{comment::CommentId, evidence::Evidence, site::SiteSlug, timestamp::Timestamp};

/// A wish to give a comment another text.
#[derive(Debug, Clone)]
pub struct Rewriting {
    /// The comment.
    pub id: CommentId,
    /// The version that was seen; none to change it whatever it is now.
    pub version: Option<i64>,
    /// What it is to say.
    pub text: String,
    /// What the text is found again by; none for a short one.
    pub fingerprint: Option<i64>,
    /// What is known of it with this text.
    pub evidence: Evidence,
    /// Whether this is a change or the taking back of one.
    pub change: TextChange,
}

/// A change of a text, or its taking back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextChange {
    /// A new text.
    Edit {
        /// Why, for the history.
        reason: Option<String>,
    },
    /// The text before an edit.
    TakeBack {
        /// The edit.
        edit: String,
    },
}

/// A text that a comment had before a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierText {
    /// The change's identifier.
    pub edit: String,
    /// When it was changed.
    pub until: Timestamp,
    /// The text.
    pub text: String,
}

/// A change of a text, as lists of what people did have it.
#[derive(Debug, Clone)]
pub struct EditedLately {
    /// When.
    pub at: Timestamp,
    /// Who, as their name was then.
    pub by: String,
    /// Through which door, as in the history.
    pub via: String,
    /// The comment's site.
    pub site: SiteSlug,
    /// The comment.
    pub comment: CommentId,
    /// Its version now.
    pub version: i64,
    /// Its author's name.
    pub author: String,
    /// Why.
    pub reason: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// Whether it is the last change of the comment, and can be taken back.
    pub last: bool,
}

/// A change of a text, or the taking back of one, as it is sent to open pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedNow {
    /// By which two of one moment differ.
    pub line: String,
    /// The comment's site.
    pub site: SiteSlug,
    /// The comment.
    pub comment: CommentId,
    /// Its version now: a page that shows it in this version was made after this.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as their name was then.
    pub by: String,
    /// Their identifier.
    pub by_id: String,
}
