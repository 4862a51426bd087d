//! Words with letters crossed out: `f*ck`, `sh%t`, `a$$`, `Schei**`. A reader knows the word, so where two of its letters stand it is
//! read as that word; and that somebody crossed letters out is evidence by itself.

use super::characters::add_pieces_of;
use super::extractor::{Extractor, LOOKS, tagged};
use super::view::View;
use crate::classes::is_letter;
use crate::glyphs::Glyph;
use crate::keys::{extend, mix};
use crate::kind::Kind;
use crate::tokens::Token;

/// Letters of a word that are looked at.
const LONGEST: usize = 16;
/// Letters that a word has at most whose only mask is one sign that has other uses: `C#`, `rj@user`, `AT&T`.
const DOUBTFUL: usize = 5;
/// Letters that must stand for a word to be read.
const KNOWN: usize = 2;

/// Stems that people cross out, as they are folded. The first that fits is read.
const STEMS: [&str; 71] = [
    "motherfuck",
    "bullshit",
    "asshole",
    "bastard",
    "faggot",
    "nigger",
    "retard",
    "whore",
    "pussy",
    "bitch",
    "fuck",
    "shit",
    "cunt",
    "dick",
    "cock",
    "slut",
    "damn",
    "crap",
    "twat",
    "porn",
    "sex",
    "rape",
    "kill",
    "nazi",
    "idiot",
    "stupid",
    "wank",
    "viagra",
    "cialis",
    "casino",
    "escort",
    "crypto",
    "bitcoin",
    "nude",
    "arschloch",
    "scheiss",
    "arsch",
    "fotze",
    "wichs",
    "hure",
    "fick",
    "nutte",
    "kurw",
    "pierdol",
    "jeba",
    "chuj",
    "pizd",
    "dupa",
    "caralho",
    "porra",
    "merda",
    "puta",
    "foda",
    "foder",
    "buceta",
    "cuzao",
    "viado",
    "mierda",
    "joder",
    "putain",
    "merde",
    "salope",
    "connard",
    "cazzo",
    "stronz",
    "vaffanculo",
    "бляд",
    "хуй",
    "пизд",
    "сука",
    "ебат",
];

pub(super) fn add(extractor: &mut Extractor) {
    let tokens = std::mem::take(&mut extractor.tokens);
    let text = std::mem::take(&mut extractor.text);
    let mut first = 0;
    while first < tokens.len() && tokens[first].kind != Kind::Spelled {
        let together = tokens[first..]
            .windows(2)
            .position(|pair| pair[0].end != pair[1].start);
        let last = together.map_or(tokens.len() - 1, |length| first + length);
        if last > first {
            add_run(extractor, &text.glyphs, &tokens[first..=last], first);
        }
        first = last + 1;
    }
    extractor.tokens = tokens;
    extractor.text = text;
}

/// Looks at tokens without space between them.
fn add_run(extractor: &mut Extractor, glyphs: &[Glyph], tokens: &[Token], first: usize) {
    let is_plain = |token: &Token| !matches!(token.kind, Kind::Link | Kind::Email | Kind::Unspaced);
    let Some(from) = tokens.iter().position(|token| token.kind == Kind::Word) else {
        return;
    };
    if from == tokens.len() - 1 || !tokens.iter().all(is_plain) {
        return;
    }
    let starred = from > 0 && glyphs[tokens[from].start - 1].folded == MASK;
    let Some(word) = Masked::read(&glyphs[tokens[from].start..tokens[tokens.len() - 1].end]) else {
        return;
    };
    if !starred {
        word.put(extractor, u32::try_from(first + from).unwrap_or(LOOKS));
    }
}

/// What stands for a letter that is crossed out, and what every such sign is brought to.
const MASK: char = '*';

/// A word of which some letters are [`MASK`].
struct Masked {
    letters: [char; LONGEST],
    length: usize,
}

impl Masked {
    /// Reads one where a word begins.
    fn read(glyphs: &[Glyph]) -> Option<Self> {
        let mut word = Self {
            letters: [MASK; LONGEST],
            length: 0,
        };
        let (mut at, mut known, mut masks, mut doubtful) = (0, 0, 0, 0);
        while word.length < LONGEST && at < glyphs.len() {
            let c = glyphs[at].folded;
            if is_letter(c) {
                word.letters[word.length] = c;
                word.length += 1;
                known += 1;
                at += 1;
                continue;
            }
            let run = glyphs[at..]
                .iter()
                .take_while(|glyph| is_mask(glyph.folded))
                .count();
            let follows = glyphs
                .get(at + run)
                .is_some_and(|glyph| is_letter(glyph.folded));
            let signs = || glyphs[at..at + run].iter().map(|glyph| glyph.folded);
            let alone = signs().all(|c| matches!(c, '!' | '|' | '&'));
            if run == 0
                || alone
                || !(follows || run > 1 && signs().all(|c| matches!(c, MASK | '$')))
            {
                break;
            }
            doubtful += usize::from(run == 1 && signs().all(|c| c != MASK));
            masks += 1;
            word.length = (word.length + run).min(LONGEST);
            at += run;
        }
        let is_sure = masks > 0 && (masks > doubtful || known <= DOUBTFUL);
        is_sure.then_some(word)
    }

    fn put(&self, extractor: &mut Extractor, at: u32) {
        let letters = &self.letters[..self.length];
        let key = letters.iter().fold(0, |key, c| extend(key, *c));
        extractor.put(View::Words, mix(key) ^ 6, at);
        extractor.put(View::Words, tagged("masked", 0), at);
        add_pieces_of(extractor, letters, at);
        if let Some(stem) = self.stem() {
            let mut read = self.letters;
            read.iter_mut()
                .zip(stem.chars())
                .for_each(|(letter, c)| *letter = c);
            let read = &read[..self.length];
            extractor.put(
                View::Words,
                read.iter().fold(0, |key, c| extend(key, *c)),
                at,
            );
            add_pieces_of(extractor, read, at);
        }
    }

    /// The stem that the letters left are of.
    fn stem(&self) -> Option<&'static str> {
        let letters = &self.letters[..self.length];
        STEMS.into_iter().find(|stem| {
            let length = stem.chars().count();
            let fits = |(letter, c): (&char, char)| *letter == MASK || *letter == c;
            let known = || {
                letters
                    .iter()
                    .take(length)
                    .filter(|letter| **letter != MASK)
                    .count()
            };
            length <= letters.len()
                && !letters[length..].contains(&MASK)
                && letters[..length].contains(&MASK)
                && letters.iter().zip(stem.chars()).all(fits)
                && known() >= KNOWN
        })
    }
}

fn is_mask(c: char) -> bool {
    matches!(c, MASK | '$' | '@' | '#' | '%' | '&' | '!' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn words(text: &str) -> Vec<u32> {
        let mut extractor = Extractor::default();
        extractor.extract(&Document {
            text,
            ..Document::default()
        });
        let features = extractor.features(View::Words);
        features.iter().map(|feature| feature.id).collect()
    }

    fn place(key: u64) -> u32 {
        super::super::extractor::place(View::Words, key)
    }

    fn reads(text: &str, word: &str) -> bool {
        words(text).contains(&place(word.chars().fold(0, extend)))
    }

    #[test]
    fn a_word_with_letters_crossed_out_is_read() {
        for (text, word) in [
            ("oh f*ck off", "fuck"),
            ("F**KING", "fucking"),
            ("sh%t", "shit"),
            ("s#|t!", "shit"),
            ("PU$$Y", "pussy"),
            ("so ein Arschl*ch", "arschloch"),
            ("ku*wy", "kurwy"),
            ("a**hole,", "asshole"),
        ] {
            assert!(reads(text, word), "{text}");
        }
    }

    #[test]
    fn ordinary_signs_cross_nothing_out() {
        let mark = place(tagged("masked", 0));
        for text in [
            "Q&A with R&B fans of AT&T",
            "C# and *emphasis* and **strong** words",
            "see tags#section, mail user@example.org",
            "lovely!and so on, 50% of it, $20",
            "2*3",
        ] {
            assert!(!words(text).contains(&mark), "{text}");
        }
        for text in ["f***", "b*tch", "d@mn", "Schei** Wetter"] {
            assert!(words(text).contains(&mark), "{text}");
        }
    }
}
