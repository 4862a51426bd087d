//! The name a commenter signs with.

use serde::Serialize;

use super::field::{FieldError, parse_line, turns_direction};

/// Longest name, in Unicode scalar values.
pub const MAX_CHARS: usize = 100;

/// A display name: one line, 1 to [`MAX_CHARS`] characters, no control characters (a mailer would
/// panic on a line break in one). What turns the direction of letters is left out: `Gus\u{202e}vat` reads
/// as another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AuthorName(String);

impl AuthorName {
    /// Reads a name.
    ///
    /// # Errors
    /// A [`FieldError`] on `name`: `required`, `too_long` or `control_character`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let straight: String = raw.chars().filter(|c| !turns_direction(*c)).collect();
        parse_line("name", &straight, MAX_CHARS).map(Self)
    }

    /// The name as written, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
