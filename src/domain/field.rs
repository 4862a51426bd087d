//! Errors that name the field they are about, and the rules that every text field shares.

use serde::Serialize;
use unicode_normalization::char::is_combining_mark;
use utoipa::ToSchema;

use crate::text::normalize::is_invisible;

/// One thing wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's name as the client sent it.
    pub field: String,
    /// A stable word for programs: `required`, `too_long`, `invalid`, …
    pub code: &'static str,
    /// A sentence for people. Never repeats the value.
    pub message: String,
}

impl FieldError {
    /// An error about `field`, with its stable `code` and a sentence that does not repeat the value.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code,
            message: message.into(),
        }
    }

    /// The field is missing or blank.
    pub fn required(field: impl Into<String>) -> Self {
        Self::new(field, "required", "This field is required.")
    }

    /// The field holds more than `max` characters. Nothing is ever truncated to fit.
    pub fn too_long(field: impl Into<String>, max: usize) -> Self {
        let message = format!("At most {max} characters are allowed.");
        Self::new(field, "too_long", message)
    }
}

/// Checks a one-line field: trimmed, not empty, at most `max` Unicode scalar values, no control
/// character and no line or paragraph separator.
///
/// # Errors
/// A [`FieldError`] with code `required`, `too_long` or `control_character`.
pub fn parse_line(field: &str, raw: &str, max: usize) -> Result<String, FieldError> {
    let line = raw.trim();
    if !has_visible(line) {
        return Err(FieldError::required(field));
    }
    if longer_than(line, max) {
        return Err(FieldError::too_long(field, max));
    }
    if line.chars().any(|c| c.is_control() || is_separator(c)) {
        return Err(control_character(field));
    }
    Ok(line.to_owned())
}

/// Checks a field of several lines: line ends become `\n`, outer blank space goes, then not empty,
/// at most `max` Unicode scalar values, and no control character but tab and newline.
///
/// # Errors
/// A [`FieldError`] with code `required`, `too_long` or `control_character`.
pub fn parse_lines(field: &str, raw: &str, max: usize) -> Result<String, FieldError> {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if !has_visible(text) {
        return Err(FieldError::required(field));
    }
    if longer_than(text, max) {
        return Err(FieldError::too_long(field, max));
    }
    let refused = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(refused) {
        return Err(control_character(field));
    }
    Ok(text.to_owned())
}

/// Whether a reader would see anything: not blanks alone, invisible characters, or marks on nothing.
#[must_use]
pub fn has_visible(text: &str) -> bool {
    let blank =
        |c: char| c.is_whitespace() || c == '\u{2800}' || is_invisible(c) || is_combining_mark(c);
    text.chars()
        .any(|c| !c.is_control() && !blank(c) && !is_glyphless(c))
}

/// Whether a character turns the direction of what comes after it, up to another one.
#[must_use]
pub const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Selectors of a glyph, and what has no glyph by definition.
const fn is_glyphless(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{1BCA0}'..='\u{1BCA3}')
}

fn control_character(field: &str) -> FieldError {
    FieldError::new(
        field,
        "control_character",
        "Control characters are not allowed.",
    )
}

/// Whether a character ends a line or a paragraph by itself (U+2028, U+2029).
#[must_use]
pub const fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Counts no further than it must: a huge value is refused without being walked to its end.
fn longer_than(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().nth(max).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_counted_in_characters_and_free_of_controls() {
        assert_eq!(parse_line("name", "  Ofelia ", 6).as_deref(), Ok("Ofelia"));
        assert_eq!(parse_line("name", "日本語", 3).as_deref(), Ok("日本語"));
        assert_eq!(
            parse_line("name", "日本語x", 3).unwrap_err().code,
            "too_long"
        );
        assert_eq!(parse_line("name", " \t ", 9).unwrap_err().code, "required");
        for bad in ["a\0b", "a\nb", "a\u{85}b", "a\u{2028}b", "a\u{7f}b"] {
            assert_eq!(
                parse_line("name", bad, 9).unwrap_err().code,
                "control_character"
            );
        }
    }

    #[test]
    fn what_nobody_can_see_is_missing() {
        for nothing in [
            "\u{200b}",
            "\u{2060} \u{feff}",
            "\u{3164}",
            "\u{2800}",
            "\u{ad}",
            "\u{202e}",
            "\u{301}",
            "\u{e0041}",
        ] {
            assert_eq!(
                parse_line("name", nothing, 9).unwrap_err().code,
                "required",
                "{nothing:?}"
            );
            assert_eq!(
                parse_lines("text", nothing, 9).unwrap_err().code,
                "required",
                "{nothing:?}"
            );
        }
        for something in ["\u{200b}a", "👍", "e\u{301}", "."] {
            assert!(parse_lines("text", something, 9).is_ok(), "{something:?}");
        }
    }

    #[test]
    fn lines_keep_newlines_and_tabs_and_refuse_other_controls() {
        assert_eq!(
            parse_lines("text", "a\r\nb\rc\td", 9).as_deref(),
            Ok("a\nb\nc\td")
        );
        assert_eq!(
            parse_lines("text", "a\u{1b}[0m", 9).unwrap_err().code,
            "control_character"
        );
    }
}
