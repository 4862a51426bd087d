//! Tokens turned into hashed features. There are six views, each with its own slice of the feature
//! space: words (with pairs, links and numbers), characters (pieces of words, which see through
//! misspelling), meaning (concepts, ways to reach somebody, kinds of links, and their pairs), shape (length, capitals, links, tricks), tone (how the author speaks of others) and identity (name, website, email domain).
//! Within a view a feature is there or not; its value is 1/√n for the n features there, so that a
//! long text weighs no more than a short one. What they share is in `extractor` and `view`.

use std::cell::RefCell;

use super::document::Document;
use super::normalize::normalize;
use super::tokens::{Token, tokenize};

mod backwards;
mod characters;
mod extractor;
mod identity;
mod masked;
mod meaning;
mod shape;
mod tone;
mod view;
mod words;

pub use super::keys::mix;
pub use extractor::{
    CAPITALS, DIGITS, DISGUISES, EMAIL, Extractor, Feature, LENGTH, LINKS, LOOKS, MARKUP, NAME,
    SYMBOLS, WEBSITE,
};
pub use view::{FEATURES, VIEWS, View, is_rare};

thread_local! {
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(Extractor::default());
}

/// Extracts `document` with this thread's extractor and hands it to `work`.
pub fn with_features<T>(document: &Document<'_>, work: impl FnOnce(&mut Extractor) -> T) -> T {
    EXTRACTOR.with_borrow_mut(|extractor| {
        extractor.extract(document);
        work(extractor)
    })
}

impl Extractor {
    /// Finds the features of `document`. What was found before is gone.
    pub fn extract(&mut self, document: &Document<'_>) {
        self.views.iter_mut().for_each(Vec::clear);
        self.seen.clear();
        self.tone.take();
        normalize(document.text, &mut self.text);
        if !self.as_written {
            backwards::turn(&mut self.text);
        }
        tokenize(&self.text, &mut self.tokens);
        words::add(self);
        characters::add(self);
        masked::add(self);
        meaning::add(self, document);
        shape::add(self);
        identity::add(self, document);
    }

    /// The features of one view, in the order they were met, each once.
    #[must_use]
    pub fn features(&self, view: View) -> &[Feature] {
        match view {
            View::Tone => self.tone.get_or_init(|| tone::features(self)),
            _ => &self.views[view.index()],
        }
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
}
