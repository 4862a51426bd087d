//! How a text looks, in figures: what a person is shown for the features that belong to the text as a whole.

use super::sign::Sign;
use hamlet_text::glyphs::DISGUISED;
use hamlet_text::kind::Kind;
use hamlet_text::views::{CAPITALS, DIGITS, DISGUISES, Extractor, LENGTH, LINKS, MARKUP, SYMBOLS};

/// Letters of writing without spaces that make a word, on average.
const LETTERS_A_WORD: usize = 2;

/// What is counted over a text.
#[derive(Debug)]
pub(super) struct Looks {
    links: usize,
    words: usize,
    /// Letters and digits that are disguised, and characters that nobody sees.
    disguised: usize,
    exclamations: usize,
}

impl Looks {
    pub(super) fn of(text: &Extractor) -> Self {
        let mut looks = Self {
            links: 0,
            words: 0,
            disguised: text.text().traits.invisible as usize,
            exclamations: 0,
        };
        for token in text.tokens() {
            let glyphs = &text.text().glyphs[token.start..token.end];
            match token.kind {
                Kind::Word | Kind::Hashtag | Kind::Spelled => looks.words += 1,
                Kind::Unspaced => looks.words += glyphs.len().div_ceil(LETTERS_A_WORD),
                Kind::Link => looks.links += 1,
                Kind::Symbol if glyphs[0].folded == '!' => looks.exclamations += glyphs.len(),
                _ => {}
            }
        }
        let disguised = text.text().glyphs.iter();
        looks.disguised += disguised
            .filter(|glyph| glyph.marks & DISGUISED != 0)
            .count();
        looks
    }

    /// What is shown for an owner of features of the whole.
    pub(super) fn sign(&self, owner: u32, text: &Extractor) -> Sign {
        let traits = &text.text().traits;
        match owner {
            LINKS => Sign::Links(count(self.links), count(self.words)),
            CAPITALS => Sign::Capitals(percent(traits.capitals, traits.letters)),
            LENGTH => Sign::Length(count(self.words)),
            SYMBOLS if self.exclamations > 1 => Sign::Exclamations(count(self.exclamations)),
            SYMBOLS => Sign::Symbols(percent(traits.symbols, traits.letters + traits.symbols)),
            DIGITS => Sign::Digits(percent(traits.digits, traits.letters + traits.digits)),
            DISGUISES => Sign::Disguised(count(self.disguised)),
            MARKUP => Sign::Markup(traits.entities + traits.tags + traits.anchors),
            _ => Sign::Order,
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A share in whole percent.
fn percent(part: u32, whole: u32) -> u32 {
    let share = u64::from(part) * 100 / u64::from(whole.max(1));
    u32::try_from(share).unwrap_or(100)
}
