//! What the views share: the extractor with its memory, and how a key becomes a place in the feature space.

use std::cell::OnceCell;

use super::view::{VIEWS, View};
use crate::document::Document;
use crate::glyphs::Glyphs;
use crate::hosts;
use crate::keys::{extend, mix};
use crate::tokens::Token;
use crate::vocabulary;

/// A feature that a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its place in the feature space.
    pub id: u32,
    /// The token that brought it: an index into [`Extractor::tokens`], or one of the special owners below.
    pub token: u32,
}

/// The owner of features that the text as a whole brought and that none of the owners below has.
pub const LOOKS: u32 = u32::MAX;
/// The owner of features of the author's name.
pub const NAME: u32 = u32::MAX - 1;
/// The owner of features of the email domain.
pub const EMAIL: u32 = u32::MAX - 2;
/// The owner of features of the website.
pub const WEBSITE: u32 = u32::MAX - 3;
/// The owner of features of how many links there are beside how many words.
pub const LINKS: u32 = u32::MAX - 4;
/// The owner of features of how much is written in capitals.
pub const CAPITALS: u32 = u32::MAX - 5;
/// The owner of features of how long the text is.
pub const LENGTH: u32 = u32::MAX - 6;
/// The owner of features of how much of it is symbols.
pub const SYMBOLS: u32 = u32::MAX - 7;
/// The owner of features of how much of it is digits.
pub const DIGITS: u32 = u32::MAX - 8;
/// The owner of features of letters that are hidden or disguised.
pub const DISGUISES: u32 = u32::MAX - 9;
/// The owner of features of markup.
pub const MARKUP: u32 = u32::MAX - 10;

/// Turns documents into features. Reuses its memory from one document to the next.
#[derive(Debug, Default)]
pub struct Extractor {
    pub(super) text: Glyphs,
    pub(super) tokens: Vec<Token>,
    pub(super) views: [Vec<Feature>; VIEWS.len()],
    pub(super) seen: Seen,
    pub(super) host: String,
    pub(super) identity: Glyphs,
    /// The features of [`View::Tone`], found when they are first asked for.
    pub(super) tone: OnceCell<Vec<Feature>>,
    /// Whether words are read as they stand: see [`Extractor::counting`].
    pub(super) as_written: bool,
    /// What [`Extractor::pieces`] asks for.
    pieces: Option<Vec<(View, u32)>>,
}

impl Extractor {
    /// An extractor to count the tables with that are compiled in ([`commonness`](crate::commonness), [`vocabulary`]). It never asks
    /// how common a word is, so it reads no word backwards: what is counted must not depend on what was counted before.
    #[must_use]
    pub fn counting() -> Self {
        Self {
            as_written: true,
            ..Self::default()
        }
    }

    /// The tokens of the text.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &Glyphs {
        &self.text
    }

    /// The host that a link token names.
    #[must_use]
    pub fn host(&self, token: &Token) -> String {
        let glyphs = &self.text.glyphs[token.start..token.end];
        let parts = hosts::parts(glyphs);
        glyphs[parts.host..parts.host_end]
            .iter()
            .map(|glyph| glyph.folded)
            .collect()
    }

    /// The pairs and pieces of words of a text, by their values in the [`vocabulary`], for counting it, which is not asked. A piece may come twice.
    pub fn pieces(&mut self, document: &Document<'_>) -> Vec<(View, u32)> {
        self.pieces = Some(Vec::new());
        self.extract(document);
        self.pieces.take().unwrap_or_default()
    }

    #[inline]
    pub(super) fn put(&mut self, view: View, key: u64, token: u32) {
        self.put_at(view, place(view, key), token);
    }

    /// Puts a pair of words or a piece of one: of these there are so many that only those in the vocabulary get places beside the
    /// words.
    #[inline]
    pub(super) fn put_piece(&mut self, view: View, key: u64, token: u32) {
        let hash = hash(view, key);
        if let Some(pieces) = &mut self.pieces {
            return pieces.push((view, vocabulary::value(hash)));
        }
        // Looked up, not branched upon: which of the two a piece is, no processor foresees.
        let known = view.known();
        let (from, size) = [(known, view.size() - known), (0, known)]
            [usize::from(vocabulary::is_known(view, hash))];
        let id = from + within(hash, size);
        self.put_at(view, at(view, id), token);
    }

    #[inline]
    fn put_at(&mut self, view: View, id: u32, token: u32) {
        if self.seen.insert(id) {
            self.views[view.index()].push(Feature { id, token });
        }
    }
}

/// The place of a key in the feature space.
#[inline]
pub(super) fn place(view: View, key: u64) -> u32 {
    at(view, within(hash(view, key), view.known()))
}

#[inline]
fn hash(view: View, key: u64) -> u64 {
    mix(key ^ SEEDS[view.index()])
}

/// A hash as a number below `size`.
#[inline]
const fn within(hash: u64, size: usize) -> usize {
    (((hash >> 32) * size as u64) >> 32) as usize
}

/// A place in a view as one in the feature space.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a place in the feature space fits in 32 bits"
)]
const fn at(view: View, place: usize) -> u32 {
    (view.start() + place) as u32
}

/// One seed per view, so that equal keys fall in unrelated places.
const SEEDS: [u64; VIEWS.len()] = [
    0x9E6C_63D0_876A_9A4B,
    0x9E37_79B9_7F4A_7C15,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x2545_F491_4F6C_DD1D,
    0x27D4_EB2F_1656_67C5,
];

/// The key of a tag in ASCII and a number: features that are not words.
#[inline]
pub(super) fn tagged(tag: &str, value: u64) -> u64 {
    let seed = value.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    tag.bytes()
        .fold(seed, |key, byte| extend(key, char::from(byte)))
}

/// The features that a document has so far: a table of places with open addressing, small enough for the processor's
/// nearest cache. Pieces that are not in the vocabulary fill a narrow range of places densely, which have to be spread: as their own
/// hash they stood in one row that others had to be looked for behind.
#[derive(Debug)]
pub(super) struct Seen {
    /// A feature's place plus one; 0 is free. A power of two, at most half full.
    slots: Vec<u32>,
    count: usize,
}

/// A place as a hash (Knuth, The Art of Computer Programming 3, 6.4: multiplication by the golden ratio).
#[inline]
const fn spread(id: u32) -> usize {
    ((id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}

/// Slots for a text of some thousand letters.
const SLOTS: usize = 1 << 11;

impl Default for Seen {
    fn default() -> Self {
        Self {
            slots: vec![0; SLOTS],
            count: 0,
        }
    }
}

impl Seen {
    /// Adds `id`; `false` if it was there.
    #[inline]
    fn insert(&mut self, id: u32) -> bool {
        let mask = self.slots.len() - 1;
        let mut slot = spread(id) & mask;
        while self.slots[slot] != 0 {
            if self.slots[slot] == id + 1 {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = id + 1;
        self.count += 1;
        if self.count * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    #[cold]
    fn grow(&mut self) {
        let more = vec![0; self.slots.len() * 2];
        let slots = std::mem::replace(&mut self.slots, more);
        self.count = 0;
        for id in slots.into_iter().filter(|id| *id > 0) {
            self.insert(id - 1);
        }
    }

    /// Forgets all, and the room that a long text took: it would have to be cleared for each short one.
    pub(super) fn clear(&mut self) {
        self.slots.truncate(SLOTS);
        self.slots.fill(0);
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commonness;

    const TEXTS: [&str; 3] = [
        "yub ruoy cheap slevart, ereh dna won",
        "oh f*ck off, see https://a.example/b and V 1 A G R A",
        "나는 학교에 간다 白痴 сегодня",
    ];

    fn document(text: &str) -> Document<'_> {
        Document {
            text,
            name: Some("ruoy slevart"),
            email_domain: Some("a.example"),
            website: Some("b.example"),
        }
    }

    #[test]
    fn the_tables_are_counted_without_being_asked() {
        let mut counting = Extractor::counting();
        let mut pieces = 0;
        for text in TEXTS {
            pieces += counting.pieces(&document(text)).len();
        }
        assert!(pieces > 100);
        assert_eq!(vocabulary::ASKED.get(), 0);
        for text in TEXTS {
            counting.extract(&document(text));
            assert_ne!(counting.fingerprint(), 0);
            for view in [View::Words, View::Characters] {
                assert!(!counting.features(view).is_empty());
            }
        }
        assert_eq!(commonness::ASKED.get(), 0);
        Extractor::default().extract(&document(TEXTS[0]));
        assert!(commonness::ASKED.get() > 0 && vocabulary::ASKED.get() > 0);
    }
}
