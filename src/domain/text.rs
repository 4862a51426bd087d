//! The text of a comment, and the excerpts made of it.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use super::field::{FieldError, parse_lines};

/// Longest comment, in Unicode scalar values: some four printed pages.
pub const MAX_CHARS: usize = 15_000;

/// A comment's text: plain text of 1 to [`MAX_CHARS`] characters with `\n` line ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CommentText(String);

impl CommentText {
    /// Reads a text.
    ///
    /// # Errors
    /// A [`FieldError`] on `text`: `required`, `too_long` or `control_character`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        parse_lines("text", raw, MAX_CHARS).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first `max` user-perceived characters of a text on one line, with an ellipsis when there
/// was more.
#[must_use]
pub fn excerpt(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.grapheme_indices(true).nth(max) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn an_excerpt_never_splits_a_character() {
        assert_eq!(excerpt("to be,\n\nor not", 5), "to be…");
        assert_eq!(excerpt("👩‍👩‍👧 family", 1), "👩‍👩‍👧…");
        assert_eq!(excerpt("short", 5), "short");
    }
}
