//! What mail is for and where it stands. What it says is `notify`'s.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::word::with_words;

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum MailKind {
    /// Tells a moderator what waits for a decision.
    Queue,
    /// Asks a commenter to confirm that they want to hear of replies.
    Confirm,
    /// Tells a commenter of a reply.
    Reply,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
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

with_words!(MailKind, MailStatus);
