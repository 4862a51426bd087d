//! The characters view: pieces of two to five letters inside the borders of a word, which survive
//! misspelling, joining and spelling out; and short runs of writing without spaces.

use super::extractor::{Extractor, LOOKS, extend};
use super::view::View;
use crate::glyphs::Glyph;
use crate::hosts;
use crate::kind::Kind;

/// Shortest and longest piece of a word, borders included.
const SHORTEST: usize = 2;
const LONGEST: usize = 5;
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
    for start in 0..letters.len() {
        let mut key = 0;
        for (count, &c) in letters[start..].iter().take(LONGEST).enumerate() {
            key = extend(key, c);
            if count + 1 >= SHORTEST {
                extractor.put(View::Characters, key, at);
            }
        }
    }
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
            extractor.put(View::Characters, key, at);
        }
    }
}
