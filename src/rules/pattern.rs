//! Reading the pattern of a word rule: what remains of it once it is folded has to be what was typed.

use super::{fold, haystack::is_word};
use crate::{domain::field::FieldError, text::glyphs::Glyphs};

/// A pattern in the form in which it is looked for; none where nothing of it can be seen.
#[must_use]
pub fn folded(raw: &str) -> Option<String> {
    let pattern = fold::literal(raw, &mut Glyphs::default());
    (!pattern.is_empty()).then_some(pattern)
}

/// Checks that a word rule would look for what was typed, and for nothing else.
///
/// # Errors
/// A [`FieldError`] on `pattern` with code `invalid`.
pub fn check(raw: &str) -> Result<(), FieldError> {
    let refused = |message| Err(FieldError::new("pattern", "invalid", message));
    let Some(pattern) = folded(raw) else {
        return refused("Nothing of this can be seen.");
    };
    let letters = |text: &str| text.chars().filter(|c| is_word(*c)).count();
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).count();
    // Signs that stand for letters (`™`, `№`), and a single letter in a circle: such a rule would look
    // for the plain letters, which are in many texts.
    let is_sign = letters(raw) == 0 && letters(&pattern) > 0;
    let is_styled = letters(&pattern) == 1 && plain(&pattern) == 1 && plain(raw) == 0;
    if is_sign || is_styled {
        return refused("Write plain letters here; this sign would be read as some.");
    }
    Ok(())
}

/// Whether a pattern, folded, is in almost every text.
#[must_use]
pub fn is_everywhere(raw: &str) -> bool {
    folded(raw).is_some_and(|pattern| {
        let mut chars = pattern.chars();
        let only = chars.next().filter(|_| chars.next().is_none());
        only.is_some_and(|c| c.is_ascii())
    })
}
