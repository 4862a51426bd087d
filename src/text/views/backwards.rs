//! Words written backwards, read forwards. Which way they are meant is seen from how common they are: nobody's words are
//! commoner backwards.

use super::extractor::place;
use super::view::View;
use crate::classes::is_letter;
use crate::commonness::rarity;
use crate::glyphs::{DISGUISED, Glyph, Glyphs};
use crate::keys::extend;
use crate::tokens::is_unspaced;

/// Letters of a word that is looked at, and how many such words a text must have.
const LETTERS: usize = 3;
const WORDS: usize = 4;
/// Rarity of a word that everybody uses: a text that has one is written forwards.
const EVERYDAY: f32 = 5.0;
/// How many such words a text must have backwards.
const EVERYDAY_WORDS: usize = 2;
/// How much commoner the words of a text must be backwards, on average.
const COMMONER: f32 = 1.0;

/// Turns every word of a text that is written backwards.
pub(super) fn turn(text: &mut Glyphs) {
    if !is_backwards(&text.glyphs) {
        return;
    }
    let mut start = 0;
    while start < text.glyphs.len() {
        let length = length(&text.glyphs[start..]);
        let word = &mut text.glyphs[start..start + length];
        word.reverse();
        for glyph in word {
            glyph.marks |= DISGUISED;
        }
        start += length.max(1);
    }
}

fn is_backwards(glyphs: &[Glyph]) -> bool {
    let (mut count, mut everyday, mut gain) = (0, 0, 0.0);
    for word in words(glyphs) {
        let letters = || glyphs[word.clone()].iter();
        let rare = |key| rarity(place(View::Words, key));
        let forwards = rare(letters().fold(0, |key, glyph| extend(key, glyph.folded)));
        if forwards < EVERYDAY {
            return false;
        }
        let backwards = rare(
            letters()
                .rev()
                .fold(0, |key, glyph| extend(key, glyph.folded)),
        );
        everyday += usize::from(backwards < EVERYDAY);
        gain += forwards - backwards;
        count += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of words")]
    let commoner = gain >= COMMONER * count as f32;
    count >= WORDS && everyday >= EVERYDAY_WORDS && commoner
}

/// The words that are long enough to be recognised.
fn words(glyphs: &[Glyph]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < glyphs.len() {
            let start = at;
            let length = length(&glyphs[start..]);
            at += length.max(1);
            if length >= LETTERS {
                return Some(start..start + length);
            }
        }
        None
    })
}

/// Letters of the word that begins here.
fn length(glyphs: &[Glyph]) -> usize {
    let letter = |glyph: &Glyph| is_letter(glyph.folded) && !is_unspaced(glyph.folded);
    glyphs
        .iter()
        .position(|glyph| !letter(glyph))
        .unwrap_or(glyphs.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    fn read(text: &str) -> String {
        let mut out = Glyphs::default();
        normalize(text, &mut out);
        turn(&mut out);
        out.glyphs.iter().map(|glyph| glyph.folded).collect()
    }

    #[test]
    fn words_written_backwards_are_turned_and_others_are_not() {
        assert_eq!(
            read("yub ruoy cheap slevart, ereh dna won"),
            "buy your paehc travels, here and now"
        );
        for text in [
            "buy your travels here and now",
            "Pozdrawiam serdecznie wszystkich",
            "xqzt wvkp jjjq zzzp",
        ] {
            assert_eq!(read(text), text.to_lowercase());
        }
    }
}
