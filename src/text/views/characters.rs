//! The characters view: pieces of two to five letters inside the borders of a word, which survive
//! misspelling, joining and spelling out; the same of the letters that Korean syllables are made of; and short runs of
//! writing without spaces.

use std::ops::RangeInclusive;

use super::extractor::{Extractor, LOOKS};
use super::view::View;
use crate::glyphs::Glyph;
use crate::hosts;
use crate::keys::extend;
use crate::kind::Kind;

/// Shortest and longest piece of a word, borders included.
const SHORTEST: usize = 2;
const LONGEST: usize = 5;
/// Shortest and longest piece of the letters of Korean syllables: one syllable is two or three of them.
const SHORTEST_JAMO: usize = 3;
const LONGEST_JAMO: usize = 6;
/// Pieces beyond this place in one word are left out.
const LONGEST_WORD: usize = 64;
/// The border of a word.
const BORDER: char = ' ';

pub(super) fn add(extractor: &mut Extractor) {
    let tokens = std::mem::take(&mut extractor.tokens);
    let text = std::mem::take(&mut extractor.text);
    for (index, token) in tokens.iter().enumerate() {
        let glyphs = &text.glyphs[token.start..token.end];
        let at = u32::try_from(index).unwrap_or(LOOKS);
        match token.kind {
            Kind::Word => add_word(extractor, glyphs, 1, at),
            Kind::Hashtag | Kind::Mention => add_word(extractor, &glyphs[1..], 1, at),
            Kind::Spelled => add_word(extractor, glyphs, 2, at),
            Kind::Unspaced => add_unspaced(extractor, glyphs, at),
            Kind::Link => add_host(extractor, glyphs, at),
            Kind::Number | Kind::Email | Kind::Picture | Kind::Symbol => {}
        }
    }
    extractor.tokens = tokens;
    extractor.text = text;
}

/// Adds the pieces of a word; `step` 2 leaves out every second glyph.
fn add_word(extractor: &mut Extractor, glyphs: &[Glyph], step: usize, at: u32) {
    let mut letters = [BORDER; LONGEST_WORD + 2];
    let mut length = 1;
    for glyph in glyphs.iter().step_by(step).take(LONGEST_WORD) {
        letters[length] = glyph.folded;
        length += 1;
    }
    let letters = &letters[..=length];
    add_pieces(extractor, letters, SHORTEST..=LONGEST, at);
    if letters.iter().any(|c| syllable(*c).is_some()) {
        add_jamo(extractor, letters, at);
    }
}

/// Adds the pieces of a word that is not written so.
pub(super) fn add_pieces_of(extractor: &mut Extractor, word: &[char], at: u32) {
    let mut letters = [BORDER; LONGEST_WORD + 2];
    let length = word.len().min(LONGEST_WORD);
    letters[1..=length].copy_from_slice(&word[..length]);
    add_pieces(extractor, &letters[..length + 2], SHORTEST..=LONGEST, at);
}

/// Adds every piece of so many letters.
fn add_pieces(
    extractor: &mut Extractor,
    letters: &[char],
    lengths: RangeInclusive<usize>,
    at: u32,
) {
    for start in 0..letters.len() {
        let mut key = 0;
        for (count, &c) in letters[start..].iter().take(*lengths.end()).enumerate() {
            key = extend(key, c);
            if count + 1 >= *lengths.start() {
                extractor.put_piece(View::Characters, key, at);
            }
        }
    }
}

/// Adds the pieces of a Korean word taken apart into letters: endings and stems meet within a syllable (`한`, `할`, `했`), and
/// swearing is written with one letter exchanged.
fn add_jamo(extractor: &mut Extractor, letters: &[char], at: u32) {
    let mut apart = ['\0'; 3 * (LONGEST_WORD + 2)];
    let mut length = 0;
    for &c in letters {
        let parts = syllable(c).unwrap_or([c, '\0', '\0']);
        for part in parts.into_iter().filter(|part| *part != '\0') {
            apart[length] = part;
            length += 1;
        }
    }
    add_pieces(
        extractor,
        &apart[..length],
        SHORTEST_JAMO..=LONGEST_JAMO,
        at,
    );
}

/// The letters of a Korean syllable: consonant, vowel and, or else NUL, the consonant that ends it (the Unicode Standard, 3.12).
fn syllable(c: char) -> Option<[char; 3]> {
    let place = (c as u32)
        .checked_sub(0xAC00)
        .filter(|place| *place < 11_172)?;
    let letter = |first: u32, place: u32| char::from_u32(first + place);
    let end = match place % 28 {
        0 => '\0',
        end => letter(0x11A7, end)?,
    };
    Some([
        letter(0x1100, place / 588)?,
        letter(0x1161, place % 588 / 28)?,
        end,
    ])
}

fn add_host(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) {
    let parts = hosts::parts(glyphs);
    for label in glyphs[parts.host..parts.host_end].split(|g| matches!(g.folded, '.' | '-')) {
        if label.len() > 3 {
            add_word(extractor, label, 1, at);
        }
    }
}

fn add_unspaced(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) {
    for start in 0..glyphs.len() {
        let mut key = 1;
        for glyph in glyphs[start..].iter().take(3) {
            key = extend(key, glyph.folded);
            extractor.put_piece(View::Characters, key, at);
        }
    }
}
