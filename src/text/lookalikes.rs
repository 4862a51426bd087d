//! Lookalike letters: Cyrillic, Greek or other letters posing as Latin ones, brought back by the
//! Unicode confusables table (UTS 39). Honest words of other scripts are left alone.

use super::glyphs::{DISGUISED, Glyph, Glyphs};

/// Unmasks the words of `out` that mix ASCII letters with lookalikes, and, in a text that is mostly
/// ASCII, the words made of nothing but lookalikes.
pub fn unmask(out: &mut Glyphs) {
    let latin = out.traits.letters - out.traits.foreign > out.traits.foreign;
    let mut start = 0;
    while start < out.glyphs.len() {
        if !out.glyphs[start].folded.is_alphabetic() {
            start += 1;
            continue;
        }
        let length = out.glyphs[start..]
            .iter()
            .position(|g| !g.folded.is_alphanumeric())
            .unwrap_or(out.glyphs.len() - start);
        out.traits.lookalikes += unmask_word(&mut out.glyphs[start..start + length], latin);
        start += length;
    }
}

/// Unmasks one word and counts the letters changed.
fn unmask_word(word: &mut [Glyph], in_latin_text: bool) -> u32 {
    let foreign = word.iter().filter(|g| poses(g.folded)).count();
    if foreign == 0 {
        return 0;
    }
    let mixed = word.iter().any(|g| g.folded.is_ascii_alphabetic());
    let posing = in_latin_text && word.iter().all(|g| prototype(g.cased).is_some());
    if !mixed && !posing {
        return 0;
    }
    let mut changed = 0;
    for glyph in word.iter_mut().filter(|g| poses(g.folded)) {
        if let Some(plain) = prototype(glyph.cased) {
            glyph.folded = plain;
            glyph.marks |= DISGUISED;
            changed += 1;
        }
    }
    changed
}

/// What `c`, in lower case, looks like, whatever stands around it: an ASCII letter, or itself. Scripts
/// that share no shapes with Latin writing keep their letters.
#[must_use]
pub fn seen(c: char) -> char {
    if !poses(c) || matches!(c, '\u{0590}'..='\u{08FF}') {
        return c;
    }
    prototype(c).unwrap_or(c)
}

/// Could this letter be posing as a Latin one? Scripts that share no letter shapes are ruled out
/// before the table is asked.
fn poses(c: char) -> bool {
    !c.is_ascii()
        && c.is_alphabetic()
        && !matches!(c, '\u{0900}'..='\u{109F}' | '\u{3041}'..='\u{D7A3}')
}

/// The ASCII letter or digit that `c` looks like, in lower case.
fn prototype(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c.to_ascii_lowercase());
    }
    let mut buffer = [0; 4];
    let mut skeleton = unicode_security::skeleton(c.encode_utf8(&mut buffer));
    let first = skeleton.next()?;
    (first.is_ascii_alphanumeric() && skeleton.next().is_none())
        .then_some(first.to_ascii_lowercase())
}
