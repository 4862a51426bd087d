//! Tokens turned into hashed features. There are four views, each with its own slice of the feature
//! space: words (with pairs, links and numbers), characters (pieces of words, which see through
//! misspelling), shape (length, capitals, links, tricks) and identity (name, website, email domain).
//! Within a view a feature is there or not; its value is 1/√n for the n features there, so that a
//! long text weighs no more than a short one.

use super::Document;
use super::glyphs::Glyphs;
use super::normalize::normalize;
use super::tokens::{Token, tokenize};

mod characters;
mod identity;
mod shape;
mod words;

/// A way of looking at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Words, pairs of words, parts of links, numbers.
    Words,
    /// Pieces of words, two to five letters long.
    Characters,
    /// Length, capitals, links, symbols, tricks.
    Shape,
    /// Name, website and email domain of the author.
    Identity,
}

/// Every view, in the order of their places in the feature space.
pub const VIEWS: [View; 4] = [View::Words, View::Characters, View::Shape, View::Identity];

impl View {
    /// Binary logarithm of the number of features.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Words | Self::Characters => 18,
            Self::Shape => 12,
            Self::Identity => 14,
        }
    }

    /// How many features the view has.
    #[must_use]
    pub const fn size(self) -> usize {
        1 << self.bits()
    }

    /// The view's first place in the feature space.
    #[must_use]
    pub const fn start(self) -> usize {
        match self {
            Self::Words => 0,
            Self::Characters => Self::Words.size(),
            Self::Shape => Self::Characters.start() + Self::Characters.size(),
            Self::Identity => Self::Shape.start() + Self::Shape.size(),
        }
    }

    /// The view's places in the feature space.
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start()..self.start() + self.size()
    }

    /// The view's place in [`VIEWS`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Size of the whole feature space.
pub const FEATURES: usize = View::Identity.start() + View::Identity.size();

/// A feature that a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Its place in the feature space.
    pub id: u32,
    /// The token that brought it: an index into [`Extractor::tokens`], or one of the special owners below.
    pub token: u32,
}

/// The owner of features that the text as a whole brought.
pub const LOOKS: u32 = u32::MAX;
/// The owner of features of the author's name.
pub const NAME: u32 = u32::MAX - 1;
/// The owner of features of the email domain.
pub const EMAIL: u32 = u32::MAX - 2;
/// The owner of features of the website.
pub const WEBSITE: u32 = u32::MAX - 3;

/// Turns documents into features. Reuses its memory from one document to the next.
#[derive(Debug, Default)]
pub struct Extractor {
    text: Glyphs,
    tokens: Vec<Token>,
    views: [Vec<Feature>; 4],
    seen: Seen,
    host: String,
    identity: Glyphs,
}

impl Extractor {
    /// Finds the features of `document`. What was found before is gone.
    pub fn extract(&mut self, document: &Document<'_>) {
        for feature in self.views.iter_mut().flat_map(|view| view.drain(..)) {
            self.seen.forget(feature.id);
        }
        normalize(document.text, &mut self.text);
        tokenize(&self.text, &mut self.tokens);
        words::add(self);
        characters::add(self);
        shape::add(self);
        identity::add(self, document);
    }

    /// The features of one view, in the order they were met, each once.
    #[must_use]
    pub fn features(&self, view: View) -> &[Feature] {
        &self.views[view.index()]
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

    /// A digest of the words alone, numbers and links left out: equal for near duplicates.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        words::fingerprint(self)
    }

    /// A digest of a token: equal for copies of it.
    #[must_use]
    pub fn key(&self, token: &Token) -> u64 {
        words::key(&self.text.glyphs[token.start..token.end]) ^ ((token.kind as u64) << 56)
    }

    /// The host that a link token names.
    #[must_use]
    pub fn host(&self, token: &Token) -> String {
        let glyphs = &self.text.glyphs[token.start..token.end];
        let parts = super::hosts::parts(glyphs);
        glyphs[parts.host..parts.host_end]
            .iter()
            .map(|glyph| glyph.folded)
            .collect()
    }

    fn put(&mut self, view: View, key: u64, token: u32) {
        let place = mix(key ^ SEEDS[view.index()]) >> (64 - view.bits());
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a place in the feature space fits in 32 bits"
        )]
        let id = place as u32 + view.start() as u32;
        if self.seen.insert(id) {
            self.views[view.index()].push(Feature { id, token });
        }
    }
}

/// One seed per view, so that equal keys fall in unrelated places.
const SEEDS: [u64; 4] = [
    0x9E37_79B9_7F4A_7C15,
    0xC2B2_AE3D_27D4_EB4F,
    0x1656_67B1_9E37_79F9,
    0x27D4_EB2F_1656_67C5,
];

/// Spreads the bits of a key (the finaliser of `MurmurHash3`, Appleby 2011).
pub(super) const fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let key = (key ^ (key >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    key ^ (key >> 33)
}

/// Takes one more character into a running key.
pub(super) const fn extend(key: u64, c: char) -> u64 {
    (key.rotate_left(5) ^ c as u64).wrapping_mul(0x517C_C1B7_2722_0A95)
}

/// The key of a tag and a number: features that are not words.
pub(super) fn tagged(tag: &str, value: u64) -> u64 {
    tag.chars().fold(
        value.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        extend,
    )
}

/// The features that a document has so far: a bit for each place in the feature space, which stays
/// in the processor's cache.
#[derive(Debug)]
struct Seen {
    bits: Box<[u64]>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            bits: vec![0; FEATURES.div_ceil(64)].into(),
        }
    }
}

impl Seen {
    /// Adds `id`; `false` if it was there.
    fn insert(&mut self, id: u32) -> bool {
        let word = &mut self.bits[id as usize / 64];
        let bit = 1 << (id % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes out `id`, and those that share its word: all of them go.
    fn forget(&mut self, id: u32) {
        self.bits[id as usize / 64] = 0;
    }
}
