//! Who does something, and by which way they came in.

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::word::with_words;

/// Through which door someone came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Door {
    /// A person who is signed in.
    Session,
    /// A program with a token of the API.
    Token,
    /// A link in a mail.
    MailLink,
    /// A program that asks for judgements and reports what its users said.
    Client,
    /// The command line.
    Command,
}

/// Who did something, and through which door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Actor {
    /// The moderator's or token's identifier.
    pub id: String,
    /// The moderator's or token's name.
    pub name: String,
    /// The door: `session`, `token`, `mail_link`, `client` or `command`.
    #[schema(value_type = String)]
    pub via: Door,
}

with_words!(Door);
