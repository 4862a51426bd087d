//! The tone view: how the author speaks of others ([`TONE`](crate::concepts::TONE)), each way by itself, in pairs, and side by
//! side. A word that no training text had counts as its kind does. Found when it is first asked for: spam does not read it.

use super::extractor::{Extractor, Feature, LOOKS, place, tagged};
use super::view::View;
use crate::concepts::{Set, TONE, TONES};
use crate::glyphs::Glyph;
use crate::kind::Kind;
use crate::tokens::Token;

/// Pairs are made of so many ways at most, the first by number.
const PAIRED: usize = 12;
/// How many words apart two ways may be to stand side by side.
const BESIDE: u32 = 3;
/// Letters from which a word may be put together from others, and of the part within it.
const COMPOUND: usize = 9;
const PART: usize = 5;

/// What the words of a text are, in their order: the token and its ways.
type Said = Vec<(u32, Set)>;

pub(super) fn features(extractor: &Extractor) -> Vec<Feature> {
    let mut said = Said::new();
    for (token, at) in extractor.tokens.iter().zip(0..) {
        add_token(&extractor.text.glyphs, token, at, &mut said);
    }
    let mut found = Found::default();
    add_ways(&said, &mut found);
    add_neighbours(&said, &mut found);
    found.0
}

#[derive(Default)]
struct Found(Vec<Feature>);

impl Found {
    fn put(&mut self, tag: &str, value: usize, token: u32) {
        let id = place(View::Tone, tagged(tag, value as u64));
        if self.0.iter().all(|feature| feature.id != id) {
            self.0.push(Feature { id, token });
        }
    }
}

fn add_token(glyphs: &[Glyph], token: &Token, at: u32, said: &mut Said) {
    let own = &glyphs[..token.end];
    let set = match token.kind {
        // An expression may go on behind the word.
        Kind::Word => of_word(glyphs, token.start, token.end),
        Kind::Hashtag => of_word(glyphs, token.start + 1, token.end),
        Kind::Spelled => {
            let letters: Vec<Glyph> = own[token.start..].iter().step_by(2).copied().collect();
            TONE.at(&letters, 0, false)
        }
        Kind::Unspaced => {
            let sets = (token.start..token.end).map(|start| TONE.at(own, start, true));
            return said.extend(sets.filter(|set| *set != 0).map(|set| (at, set)));
        }
        _ => 0,
    };
    said.push((at, set));
}

/// The ways of a word, and of the words that it is put together from.
fn of_word(glyphs: &[Glyph], start: usize, end: usize) -> Set {
    let mut set = TONE.at(glyphs, start, false);
    let first = glyphs[start].folded;
    if matches!(first, '\u{AC00}'..='\u{D7A3}') {
        for inner in start + 1..end {
            set |= TONE.at(&glyphs[..end], inner, false);
        }
    } else if end - start >= COMPOUND {
        for inner in start + 3..=end - PART {
            set |= TONE.longer(&glyphs[..end], inner, false, PART);
        }
    }
    set
}

fn ways(set: Set) -> impl Iterator<Item = usize> {
    (0..TONES).filter(move |way| set & (1 << way) != 0)
}

/// Each way, whether it is met again, each pair, and how many there are.
fn add_ways(said: &Said, found: &mut Found) {
    let mut all: Set = 0;
    let mut again: Set = 0;
    let mut owners = [LOOKS; TONES];
    for &(token, set) in said {
        for way in ways(set & !all) {
            owners[way] = token;
        }
        again |= all & set;
        all |= set;
    }
    for way in ways(all) {
        found.put("way", way, owners[way]);
    }
    for way in ways(again) {
        found.put("again", way, owners[way]);
    }
    let paired: Vec<usize> = ways(all).take(PAIRED).collect();
    for (place, &way) in paired.iter().enumerate() {
        for &other in &paired[..place] {
            found.put("pair", other * TONES + way, owners[other]);
        }
    }
    let count = all.count_ones() as usize;
    let steps = [0, 1, 2, 3, 5, 8].iter().filter(|limit| count > **limit);
    found.put("ways", steps.count(), LOOKS);
}

/// Ways that follow one another closely, in their order.
fn add_neighbours(said: &Said, found: &mut Found) {
    for (place, &(token, set)) in said.iter().enumerate().filter(|(_, said)| said.1 != 0) {
        let near = said[place + 1..].iter();
        for &(other, next) in near.take_while(|(other, _)| other - token < BESIDE) {
            for first in ways(set) {
                for second in ways(next) {
                    found.put("beside", first * TONES + second, other);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn of(text: &str) -> Vec<u32> {
        let mut extractor = Extractor::default();
        extractor.extract(&Document {
            text,
            ..Document::default()
        });
        let found = extractor.features(View::Tone).iter();
        found.map(|feature| feature.id).collect()
    }

    #[test]
    fn an_insult_is_the_same_in_every_language_and_within_other_words() {
        let moron = of("moron");
        for text in [
            "Trottel",
            "Oberlandestrottel",
            "дурак",
            "kretyn",
            "burros",
            "진짜바보",
            "白痴",
            "#morons",
        ] {
            let shared = of(text).iter().filter(|id| moron.contains(id)).count();
            assert!(shared >= 2, "{text}: {:?} {moron:?}", of(text));
        }
        assert_eq!(of("The bridge opens at nine."), of("two bridges"));
    }

    #[test]
    fn what_is_said_to_somebody_stands_beside_them() {
        let (near, far) = (of("you moron"), of("you saw the long film about a moron"));
        assert!(near.iter().any(|id| !far.contains(id)));
    }

    #[test]
    fn a_text_of_nothing_but_insults_is_read_in_time_that_grows_with_it() {
        assert!(of(&"idiot you stupid ".repeat(2_000)).len() < 400);
    }
}
