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
    // A letter that is no Latin one, whatever it looks like, says that the Latin ones pose.
    let latin = word
        .iter()
        .all(|g| !poses(g.folded) || prototype(g.cased).is_some());
    if mixed
        && !latin
        && word
            .iter()
            .any(|g| matches!(g.folded, '\u{0400}'..='\u{04FF}'))
    {
        return to_cyrillic(word);
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

/// Brings Latin letters within a Cyrillic word back, where each has a Cyrillic twin.
fn to_cyrillic(word: &mut [Glyph]) -> u32 {
    const TWINS: [(char, char); 19] = [
        ('a', 'а'),
        ('b', 'в'),
        ('c', 'с'),
        ('e', 'е'),
        ('g', 'д'),
        ('h', 'н'),
        ('i', 'і'),
        ('k', 'к'),
        ('m', 'м'),
        ('n', 'п'),
        ('o', 'о'),
        ('p', 'р'),
        ('r', 'г'),
        ('t', 'т'),
        ('u', 'и'),
        ('x', 'х'),
        ('y', 'у'),
        ('0', 'о'),
        ('3', 'з'),
    ];
    let mut changed = 0;
    for glyph in word {
        if let Some((_, twin)) = TWINS.iter().find(|(latin, _)| *latin == glyph.folded) {
            glyph.folded = *twin;
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
