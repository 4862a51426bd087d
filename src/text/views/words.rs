//! The words view: words, pairs of neighbours, the parts of links, numbers by their kind. Korean is read as writing without
//! spaces too: people leave blanks out or put them where they like, so each syllable and each pair of neighbours counts,
//! whether a blank is between them or not.

use super::extractor::{Extractor, LOOKS, tagged};
use super::view::View;
use crate::classes::{is_letter, is_letter_or_digit};
use crate::glyphs::Glyph;
use crate::hosts;
use crate::keys::{extend, mix};
use crate::kind::Kind;
use crate::tokens::Token;

/// The key of a run of glyphs.
pub(super) fn key(glyphs: &[Glyph]) -> u64 {
    glyphs
        .iter()
        .fold(0, |key, glyph| extend(key, glyph.folded))
}

fn owner(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(LOOKS)
}

pub(super) fn add(extractor: &mut Extractor) {
    let tokens = std::mem::take(&mut extractor.tokens);
    let text = std::mem::take(&mut extractor.text);
    let mut previous = tagged("start", 0);
    let mut stem_before = previous;
    let mut syllable_before = None;
    for (index, token) in tokens.iter().enumerate() {
        let glyphs = &text.glyphs[token.start..token.end];
        let at = owner(index);
        syllable_before = add_syllables(extractor, token, glyphs, syllable_before, at);
        let Some(own) = add_token(extractor, token, glyphs, at) else {
            continue;
        };
        if token.kind != Kind::Spelled {
            extractor.put_piece(View::Words, mix(previous).wrapping_add(own), at);
            let stem = if token.kind == Kind::Word {
                stem(glyphs)
            } else {
                own
            };
            if (stem_before, stem) != (previous, own) {
                extractor.put_piece(View::Words, mix(stem_before ^ STEMS).wrapping_add(stem), at);
            }
            previous = own;
            stem_before = stem;
        }
    }
    extractor.put_piece(
        View::Words,
        mix(previous).wrapping_add(tagged("end", 0)),
        LOOKS,
    );
    extractor.tokens = tokens;
    extractor.text = text;
}

/// Keeps syllables, and pairs of them, apart from words that are one or two syllables long.
const SYLLABLES: u64 = 0x2127_599B_F432_5C37;

/// Adds the syllables of a Korean word, each with the one before it, `before` being the last of the word before; returns its
/// own last one.
fn add_syllables(
    extractor: &mut Extractor,
    token: &Token,
    glyphs: &[Glyph],
    mut before: Option<char>,
    at: u32,
) -> Option<char> {
    if token.kind != Kind::Word {
        return None;
    }
    for glyph in glyphs {
        let own = is_syllable(glyph.folded).then_some(glyph.folded);
        if let Some(own) = own {
            extractor.put(View::Words, extend(SYLLABLES, own), at);
            if let Some(before) = before {
                extractor.put_piece(View::Words, extend(extend(SYLLABLES, before), own), at);
            }
        }
        before = own;
    }
    before
}

fn is_syllable(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// Keeps pairs of stems apart from pairs of words.
const STEMS: u64 = 0x5851_F42D_4C95_7F2D;
/// Syllables that stand for a Korean word whatever particles it ends in.
const STEM: usize = 2;

/// The key of what a Korean word begins with, or else of the word.
fn stem(glyphs: &[Glyph]) -> u64 {
    let letters = if is_syllable(glyphs[0].folded) {
        STEM
    } else {
        glyphs.len()
    };
    key(&glyphs[..letters.min(glyphs.len())])
}

/// Adds what one token brings and returns the key it has in pairs.
fn add_token(extractor: &mut Extractor, token: &Token, glyphs: &[Glyph], at: u32) -> Option<u64> {
    let own = match token.kind {
        Kind::Word | Kind::Picture => key(glyphs),
        Kind::Hashtag => {
            extractor.put(View::Words, key(&glyphs[1..]), at);
            tagged("hashtag", 0)
        }
        Kind::Mention => tagged("mention", 0),
        Kind::Number => add_number(extractor, glyphs, at),
        Kind::Link => add_link(extractor, glyphs, at),
        Kind::Email => add_email(extractor, glyphs, at),
        Kind::Spelled => glyphs
            .iter()
            .step_by(2)
            .fold(0, |key, glyph| extend(key, glyph.folded)),
        Kind::Unspaced => return add_unspaced(extractor, glyphs, at),
        Kind::Symbol => match glyphs[0].folded {
            '$' | '£' | '€' | '%' | '!' | '?' | '*' | '+' | '=' | '¥' | '₹' => {
                key(&glyphs[..1])
            }
            _ => return None,
        },
    };
    extractor.put(View::Words, own, at);
    Some(own)
}

/// Numbers by how many digits they have; short ones also by themselves.
fn add_number(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) -> u64 {
    let digits = glyphs.iter().filter(|g| g.folded.is_ascii_digit()).count();
    if digits <= 5 {
        extractor.put(View::Words, key(glyphs), at);
    }
    tagged("digits", digits.min(12) as u64)
}

/// Links by host, registered domain, ending, and the words they are made of.
fn add_link(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) -> u64 {
    let parts = hosts::parts(glyphs);
    let host = &glyphs[parts.host..parts.host_end];
    let mut name = std::mem::take(&mut extractor.host);
    name.clear();
    name.extend(host.iter().map(|g| g.folded));
    let domain = hosts::registrable(&name);
    let domain_key = name[domain..].chars().fold(1, extend);
    extractor.put(View::Words, mix(domain_key) ^ 1, at);
    if domain > 0 {
        extractor.put(View::Words, mix(name.chars().fold(1, extend)) ^ 2, at);
    }
    let ending = name.rsplit('.').next().unwrap_or_default();
    extractor.put(View::Words, mix(ending.chars().fold(1, extend)) ^ 3, at);
    extractor.host = name;
    for piece in glyphs[parts.host..].split(|g| !is_letter_or_digit(g.folded)) {
        if piece.len() > 1 && piece.iter().any(|g| is_letter(g.folded)) {
            extractor.put(View::Words, mix(key(piece)) ^ 4, at);
        }
    }
    tagged("link", 0)
}

fn add_email(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) -> u64 {
    let domain = glyphs
        .iter()
        .position(|g| g.folded == '@')
        .map_or(0, |at| at + 1);
    let domain_key = glyphs[domain..]
        .iter()
        .fold(1, |key, g| extend(key, g.folded));
    extractor.put(View::Words, mix(domain_key) ^ 5, at);
    tagged("email", 0)
}

/// Writing without spaces: every pair of neighbours stands for a word.
fn add_unspaced(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) -> Option<u64> {
    for pair in glyphs.windows(2) {
        extractor.put(View::Words, key(pair), at);
    }
    for single in glyphs.chunks(1) {
        extractor.put(View::Words, key(single), at);
    }
    None
}

/// A digest of the words without numbers and links: what spun copies of one text share.
pub(super) fn fingerprint(extractor: &Extractor) -> u64 {
    let mut digest = 0;
    for token in &extractor.tokens {
        let glyphs = &extractor.text.glyphs[token.start..token.end];
        digest = match token.kind {
            Kind::Word | Kind::Hashtag | Kind::Unspaced | Kind::Picture => {
                mix(digest).wrapping_add(key(glyphs))
            }
            Kind::Link => mix(digest).wrapping_add(1),
            Kind::Number => mix(digest).wrapping_add(2),
            _ => digest,
        };
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::super::with_features;
    use super::*;
    use crate::Document;

    /// The places of all that the view finds in a text.
    fn places(text: &str) -> Vec<u32> {
        let document = Document {
            text,
            ..Document::default()
        };
        with_features(&document, |text| {
            let features = text.features(View::Words).iter();
            features.map(|feature| feature.id).collect()
        })
    }

    #[test]
    fn korean_says_the_same_wherever_its_blanks_are() {
        let syllable = |c| super::super::extractor::place(View::Words, extend(SYLLABLES, c));
        let joined = places("정말나쁜사람");
        for text in ["정말 나쁜 사람", "정 말나 쁜사 람", "정말나쁜 사람"] {
            let spaced = places(text);
            for c in "정말나쁜사람".chars() {
                assert!(
                    joined.contains(&syllable(c)) && spaced.contains(&syllable(c)),
                    "{c} in {text}"
                );
            }
            // Six syllables and five pairs of them, whatever the words are.
            let shared = joined.iter().filter(|place| spaced.contains(place)).count();
            assert!(shared >= 11, "{shared} shared with {text}");
        }
        assert!(!places("jeongmal").contains(&syllable('정')));
    }

    #[test]
    fn a_pair_of_syllables_ends_at_whatever_is_no_korean_word() {
        let joined = places("정말");
        let shared = |text: &str| {
            let found = places(text);
            joined.iter().filter(|place| found.contains(place)).count()
        };
        assert_eq!(shared("정 말"), 3);
        for text in ["정 https://a.example/ 말", "정 x 말", "정, 5 말"] {
            assert_eq!(shared(text), 2, "{text}");
        }
    }
}
