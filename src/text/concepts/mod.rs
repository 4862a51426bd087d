//! What a text is about and how its author speaks of others, as far as single words say it: a few dozen concepts each
//! (earning, loans, being written to; fools, vermin, being told to be silent), with words for them in many languages. What is learnt of
//! a concept in one language holds in the others. Whether a concept speaks for spam or abuse is for the model to
//! learn, not for these lists: see `words.txt` and `tone.txt`.

use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::glyphs::{Glyph, Glyphs};
use super::keys::{extend, mix};
use super::normalize::normalize_plain;
use crate::classes::is_letter_or_digit;

/// How many concepts there are of what a text is about; each is a bit of a [`Set`].
pub const COUNT: usize = 51;
/// How many there are of how people speak of others.
pub const TONES: usize = 36;
/// Concepts, one bit each, in the order of the list.
pub type Set = u64;

/// Letters looked at from a word's first one, the spaces within an expression included.
const LONGEST: usize = 20;
/// The same in writing without spaces.
const LONGEST_UNSPACED: usize = 7;
/// Places of the table: a power of two, some four for each word.
const PLACES: usize = 1 << 15;

/// What texts are about.
pub static TOPICS: LazyLock<WordList> = LazyLock::new(|| WordList::of(include_str!("words.txt")));
/// How people speak of others.
pub static TONE: LazyLock<WordList> = LazyLock::new(|| WordList::of(include_str!("tone.txt")));

/// A list's words by their keys, in a table with open addressing.
#[derive(Debug)]
pub struct WordList {
    /// A bit for each possible key, to turn away nearly all of them in the processor's cache.
    filter: Filter,
    /// The same for what entries begin with: most words of a text are given up after a few letters.
    beginnings: Filter,
    /// Key and meaning; the key 0 is a free place.
    places: Box<[(u64, Meaning)]>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Meaning {
    concept: u8,
    /// The word must end where the entry ends.
    whole: bool,
}

/// Letters, digits, and the vowel signs of Indic and other scripts.
fn is_part(c: char) -> bool {
    is_letter_or_digit(c) || c == '\'' || (!c.is_ascii() && is_combining_mark(c))
}

impl WordList {
    /// The concepts that the words from `start` on begin with. `start` is a word's first glyph, or any glyph of writing
    /// without spaces (`unspaced`), where words have no ends.
    #[must_use]
    pub fn at(&self, glyphs: &[Glyph], start: usize, unspaced: bool) -> Set {
        self.longer(glyphs, start, unspaced, 1)
    }

    /// The same, of words of at least so many letters.
    #[must_use]
    pub fn longer(&self, glyphs: &[Glyph], start: usize, unspaced: bool, least: usize) -> Set {
        let mut found = 0;
        let mut key = 0;
        let rest = &glyphs[start..];
        let longest = if unspaced { LONGEST_UNSPACED } else { LONGEST };
        for (length, glyph) in rest.iter().take(longest).enumerate() {
            let c = glyph.folded;
            if c.is_whitespace() || c == '-' {
                key = extend(key, ' ');
                continue;
            }
            if !is_part(c) {
                break;
            }
            key = extend(key, c);
            if !self.beginnings.has(key) {
                break;
            }
            if let Some(meaning) = self.get(key).filter(|_| length + 1 >= least) {
                let ends = || {
                    rest.get(length + 1)
                        .is_none_or(|next| !is_part(next.folded))
                };
                if unspaced || !meaning.whole || ends() {
                    found |= 1 << meaning.concept;
                }
            }
        }
        found
    }

    fn of(list: &str) -> Self {
        let mut words = Self {
            filter: Filter::default(),
            beginnings: Filter::default(),
            places: vec![(0, Meaning::default()); PLACES].into(),
        };
        let mut folded = Glyphs::default();
        let mut concept = None;
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            // A line that begins with a space goes on with the concept of the line before.
            let more = line.starts_with(' ');
            let place = concept.map_or(0, |concept| concept + u8::from(!more));
            concept = Some(place);
            for entry in line.split_whitespace().skip(usize::from(!more)) {
                let bare = entry.trim_end_matches(['_', '=']);
                normalize_plain(&bare.replace(['_', '-'], " "), &mut folded);
                let mut key = 0;
                for glyph in &folded.glyphs {
                    key = extend(key, glyph.folded);
                    words.beginnings.put(key);
                }
                let whole = bare.len() < entry.len();
                words.put(
                    key,
                    Meaning {
                        concept: place,
                        whole,
                    },
                );
            }
        }
        words
    }

    fn put(&mut self, key: u64, meaning: Meaning) {
        let mut at = place(key);
        while self.places[at].0 != 0 {
            at = (at + 1) % PLACES;
        }
        self.places[at] = (key, meaning);
        self.filter.put(key);
    }

    /// The first meaning that the list gives.
    fn get(&self, key: u64) -> Option<Meaning> {
        if !self.filter.has(key) {
            return None;
        }
        let mut at = place(key);
        loop {
            let (found, meaning) = self.places[at];
            if found == key {
                return Some(meaning);
            }
            if found == 0 {
                return None;
            }
            at = (at + 1) % PLACES;
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "taken modulo the table's size"
)]
fn place(key: u64) -> usize {
    mix(key) as usize % PLACES
}

/// Says of most keys that it does not have them.
#[derive(Debug)]
struct Filter(Box<[u64]>);

impl Default for Filter {
    fn default() -> Self {
        Self(vec![0; PLACES / 8].into())
    }
}

impl Filter {
    fn put(&mut self, key: u64) {
        let bit = Self::bit(key);
        self.0[bit / 64] |= 1 << (bit % 64);
    }

    fn has(&self, key: u64) -> bool {
        let bit = Self::bit(key);
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }

    fn bit(key: u64) -> usize {
        (mix(key) >> 20) as usize % (PLACES * 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, unspaced: bool) -> Set {
        let mut glyphs = Glyphs::default();
        normalize_plain(text, &mut glyphs);
        TOPICS.at(&glyphs.glyphs, 0, unspaced)
    }

    #[test]
    fn words_of_many_languages_mean_the_same() {
        let loan = of("loans", false);
        assert_eq!(loan.count_ones(), 1);
        for word in ["Кредит", "préstamo", "pożyczka", "pinjaman", "laina"] {
            assert_eq!(of(word, false) & loan, loan, "{word}");
        }
        assert_eq!(of("贷款", true) & loan, loan);
    }

    #[test]
    fn expressions_are_found_across_spaces_and_whole_words_end_where_they_should() {
        assert_ne!(of("write to me", false), 0);
        assert_ne!(of("coin", false), 0);
        assert_eq!(of("coinciding", false) & of("coins ", false), 0);
    }

    #[test]
    fn the_lists_have_as_many_concepts_as_there_are_bits_for() {
        for (list, count) in [
            (include_str!("words.txt"), COUNT),
            (include_str!("tone.txt"), TONES),
        ] {
            let concepts = list.lines().filter(|line| !line.starts_with(['#', ' ']));
            assert_eq!(concepts.count(), count);
        }
        const { assert!(COUNT <= 64 && TONES <= 64) };
    }
}
