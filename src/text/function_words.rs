//! Words that hold sentences together and say nothing about what they are about, by language. Models read them; people
//! who ask why something was judged need not. They say which language a text is in, too: see [`super::language`].

use std::sync::LazyLock;

use super::glyphs::{Glyph, Glyphs};
use super::keys::extend;
use super::normalize::normalize_plain;
use crate::classes::is_letter_or_digit;

static LIST: LazyLock<List> = LazyLock::new(|| List::of(include_str!("function_words.txt")));

/// Languages of the list, a bit each, in its order.
pub(super) type Languages = u64;

/// The list as it is asked.
pub(super) struct List {
    /// The languages' codes.
    pub codes: Vec<&'static str>,
    /// Those that the shipped model knows.
    pub known: Languages,
    /// The folded words' keys, in order.
    words: Vec<(u64, Languages)>,
    /// Letters that only some languages of a script have, in order.
    letters: Vec<(char, Languages)>,
}

/// The list of all languages.
pub(super) fn list() -> &'static List {
    &LIST
}

impl List {
    fn of(text: &'static str) -> Self {
        let mut list = Self {
            codes: Vec::new(),
            known: 0,
            words: Vec::new(),
            letters: Vec::new(),
        };
        let mut folded = Glyphs::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split(' ');
            let (code, letters) = (fields.next().unwrap_or(line), fields.next());
            let Some(letters) = letters else {
                list.known = (1 << list.codes.len()) - 1;
                continue;
            };
            let bit = 1 << list.codes.len();
            list.codes.push(code);
            let letters = letters.chars().filter(|letter| *letter != '-');
            list.letters.extend(letters.map(|letter| (letter, bit)));
            for word in fields {
                normalize_plain(word, &mut folded);
                list.words.push((key(&folded.glyphs), bit));
            }
        }
        join(&mut list.words);
        join(&mut list.letters);
        list
    }

    /// The languages that have a word, which is given folded; none if it is in no list.
    pub(super) fn of_word(&self, word: &[Glyph]) -> Languages {
        let key = key(word);
        let found = self.words.binary_search_by_key(&key, |(own, _)| *own);
        found.map_or(0, |place| self.words[place].1)
    }

    /// The place of a lower-case letter in the list, and the languages that it speaks for; none for ordinary ones.
    pub(super) fn of_letter(&self, letter: char) -> Option<(usize, Languages)> {
        let found = self.letters.binary_search_by_key(&letter, |(own, _)| *own);
        found.ok().map(|place| (place, self.letters[place].1))
    }

    /// How many letters have a place.
    pub(super) fn letters(&self) -> usize {
        self.letters.len()
    }
}

fn key(glyphs: &[Glyph]) -> u64 {
    glyphs
        .iter()
        .fold(0, |key, glyph| extend(key, glyph.folded))
}

/// Puts entries in order, those of one key together.
fn join<K: Ord + Copy>(entries: &mut Vec<(K, Languages)>) {
    entries.sort_unstable();
    entries.dedup_by(|again, first| {
        let same = again.0 == first.0;
        if same {
            first.1 |= again.1;
        }
        same
    });
}

/// Whether a word says nothing by itself, in whatever case it is written.
#[must_use]
pub fn is_function_word(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !is_letter_or_digit(c));
    let mut folded = Glyphs::default();
    normalize_plain(&word.replace('\u{2019}', "'"), &mut folded);
    LIST.of_word(&folded.glyphs) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_every_case_and_with_every_apostrophe() {
        for word in [
            "The",
            "FÜR",
            "That’s",
            "que",
            "的",
            "(and)",
            "Після",
            "nhưng",
        ] {
            assert!(is_function_word(word), "{word}");
        }
        for word in ["casino", "free", "", "1"] {
            assert!(!is_function_word(word), "{word}");
        }
    }

    #[test]
    fn every_language_has_a_bit_and_the_known_ones_come_first() {
        let list = list();
        assert!(list.codes.len() <= Languages::BITS as usize);
        let known = &list.codes[..list.known.count_ones() as usize];
        assert!(known.contains(&"vi") && !known.contains(&"nb"));
        assert!(
            known
                .iter()
                .all(|code| super::super::language::KNOWN.contains(code))
        );
    }
}
