//! What other programs can be told of as it happens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Event {
    /// A comment arrived and was judged.
    #[serde(rename = "comment.received")]
    CommentReceived,
    /// A person decided about a comment, or took a decision back.
    #[serde(rename = "comment.decided")]
    CommentDecided,
    /// Another model judges from now on.
    #[serde(rename = "model.activated")]
    ModelActivated,
}

impl Event {
    /// The word used outside and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommentReceived => "comment.received",
            Self::CommentDecided => "comment.decided",
            Self::ModelActivated => "model.activated",
        }
    }

    /// Reads the word that [`Event::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::CommentReceived,
            Self::CommentDecided,
            Self::ModelActivated,
        ]
        .into_iter()
        .find(|event| event.as_str() == word)
    }
}
