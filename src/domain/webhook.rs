//! What can be sent to other programs as it happens.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::word::with_words;

/// Something that happened.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
pub enum Event {
    /// A comment arrived and was judged.
    #[serde(rename = "comment.received")]
    #[strum(serialize = "comment.received")]
    CommentReceived,
    /// A person decided about a comment, or took a decision back.
    #[serde(rename = "comment.decided")]
    #[strum(serialize = "comment.decided")]
    CommentDecided,
    /// A moderator changed a comment's text, or took a change back.
    #[serde(rename = "comment.edited")]
    #[strum(serialize = "comment.edited")]
    CommentEdited,
    /// Another model judges from now on.
    #[serde(rename = "model.activated")]
    #[strum(serialize = "model.activated")]
    ModelActivated,
}

with_words!(Event);
