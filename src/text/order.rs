//! Letters brought back into the order in which they are read: what is shown from right to left by an override, what is
//! written upside down, and what has every letter twice.

use super::glyphs::{DISGUISED, Glyph, Glyphs, TURNED, UPSIDE_DOWN};
use crate::classes::is_letter;

/// Letters that are only there upside down, from which a text is, and the share of all letters (one of so many).
const UPSIDE_DOWN_LETTERS: usize = 4;
const UPSIDE_DOWN_SHARE: usize = 6;
/// Pairs of letters from which a text without a single letter is written double.
const PAIRS: usize = 8;

/// Restores the order of a folded text.
pub(super) fn restore(out: &mut Glyphs) {
    if out.glyphs.iter().any(|glyph| glyph.marks & TURNED != 0) {
        turn_overridden(&mut out.glyphs);
    }
    if out.traits.styled > 0 {
        turn_upside_down(&mut out.glyphs);
    }
    if is_doubled(&out.glyphs) {
        halve(&mut out.glyphs);
    }
}

/// Reads what a right-to-left override shows in reverse the way it is shown.
fn turn_overridden(glyphs: &mut [Glyph]) {
    let mut start = None;
    for at in 0..=glyphs.len() {
        let turned = glyphs
            .get(at)
            .is_some_and(|glyph| glyph.marks & TURNED != 0);
        match start {
            None if turned => start = Some(at),
            Some(from) if !turned => {
                glyphs[from..at].reverse();
                start = None;
            }
            _ => {}
        }
    }
}

/// Reads a text that is written upside down from its end.
fn turn_upside_down(glyphs: &mut [Glyph]) {
    let turned = glyphs.iter().filter(|glyph| glyph.marks & UPSIDE_DOWN != 0);
    let turned = turned.count();
    let letters = glyphs.iter().filter(|glyph| is_letter(glyph.folded));
    if turned < UPSIDE_DOWN_LETTERS || turned * UPSIDE_DOWN_SHARE < letters.count() {
        return;
    }
    for line in glyphs.split_mut(|glyph| glyph.cased == '\n') {
        line.reverse();
        for glyph in line {
            let stood = match glyph.folded {
                'd' => 'p',
                'p' => 'd',
                'b' => 'q',
                'q' => 'b',
                'n' => 'u',
                'u' => 'n',
                other => other,
            };
            if stood != glyph.folded {
                (glyph.folded, glyph.cased) = (stood, stood);
                glyph.marks |= DISGUISED;
            }
        }
    }
}

/// Is every letter there twice in a row?
fn is_doubled(glyphs: &[Glyph]) -> bool {
    let mut pairs = 0;
    let mut at = 0;
    while at < glyphs.len() {
        let letter = glyphs[at].folded;
        if !is_letter(letter) {
            at += 1;
            continue;
        }
        if glyphs.get(at + 1).is_none_or(|next| next.folded != letter) {
            return false;
        }
        pairs += 1;
        at += 2;
    }
    pairs >= PAIRS
}

/// Takes out every second letter.
fn halve(glyphs: &mut Vec<Glyph>) {
    let mut second = false;
    glyphs.retain_mut(|glyph| {
        if !is_letter(glyph.folded) {
            second = false;
            return true;
        }
        glyph.marks |= DISGUISED;
        second = !second;
        second
    });
}

#[cfg(test)]
mod tests {
    use crate::glyphs::Glyphs;
    use crate::normalize::normalize;

    fn folded(text: &str) -> String {
        let mut out = Glyphs::default();
        normalize(text, &mut out);
        out.glyphs.iter().map(|g| g.folded).collect()
    }

    #[test]
    fn what_is_upside_down_or_double_is_read() {
        assert_eq!(folded("ʎɐpoʇ sllıq ɹnoʎ ʎɐd"), "pay your bills today");
        assert_eq!(folded("bbuuyy  cchheeaapp"), "buy  cheap");
    }

    #[test]
    fn honest_writing_keeps_its_order() {
        assert!(folded("we say ʌp here, not the other way round").starts_with("we say"));
        for text in ["aaron sees keen bees", "aa bb"] {
            assert_eq!(folded(text), text);
        }
    }
}
