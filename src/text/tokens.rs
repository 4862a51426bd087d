//! Glyphs cut into typed tokens: words, numbers, links, addresses, mentions, tags, pictures, runs of
//! writing without spaces. A token says what it is and where it stands; which features it brings is
//! the business of [`super::views`]. To change how a link is recognised, this is the file.

use super::glyphs::{Glyph, Glyphs};
use super::hosts::Addresses;
use super::kind::Kind;
use crate::classes::{is_letter, is_letter_or_digit};

/// A token: `start..end` are places in the glyphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first glyph.
    pub start: usize,
    /// One past its last glyph.
    pub end: usize,
}

/// Letters a word spelled out must have at least.
const SPELLED_LETTERS: usize = 4;

/// Cuts `text` into tokens, replacing what was in `out`.
pub fn tokenize(text: &Glyphs, out: &mut Vec<Token>) {
    out.clear();
    let glyphs = &text.glyphs[..];
    let mut addresses = Addresses::default();
    let mut at = 0;
    while at < glyphs.len() {
        let c = glyphs[at].folded;
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (kind, length) = token_at(glyphs, at, c, &mut addresses);
        out.push(Token {
            kind,
            start: at,
            end: at + length,
        });
        at += length;
    }
    join_spelled(glyphs, out);
}

fn token_at(glyphs: &[Glyph], at: usize, c: char, addresses: &mut Addresses) -> (Kind, usize) {
    let rest = &glyphs[at..];
    if is_unspaced(c) {
        return (Kind::Unspaced, run(rest, |g| is_unspaced(g.folded)));
    }
    if is_letter_or_digit(c) {
        if let Some(found) = addresses.at(glyphs, at) {
            return found;
        }
        return word_or_number(rest);
    }
    let named = rest.get(1).is_some_and(|g| is_letter(g.folded));
    match c {
        '@' if named => (Kind::Mention, 1 + run(&rest[1..], |g| is_name(g.folded))),
        '#' if named => (Kind::Hashtag, 1 + run(&rest[1..], |g| is_name(g.folded))),
        _ if is_picture(c) => (Kind::Picture, 1),
        _ => (Kind::Symbol, run(rest, |g| g.folded == c)),
    }
}

/// How many glyphs from the start satisfy `keep`.
fn run(glyphs: &[Glyph], keep: impl Fn(&Glyph) -> bool) -> usize {
    glyphs.iter().position(|g| !keep(g)).unwrap_or(glyphs.len())
}

fn word_or_number(rest: &[Glyph]) -> (Kind, usize) {
    let mut length = 0;
    let mut lettered = false;
    while let Some(glyph) = rest.get(length) {
        let c = glyph.folded;
        let joins = match c {
            '\'' => lettered && follows(rest, length, is_letter),
            '.' | ',' | ':' | '-' | '/' => {
                !lettered && follows(rest, length, |c| c.is_ascii_digit())
            }
            _ if is_unspaced(c) => false,
            _ => is_letter_or_digit(c) || is_vowel_sign(c) || (c == '_' && !spelled(rest)),
        };
        if !joins {
            break;
        }
        lettered |= is_letter(c);
        length += 1;
    }
    (
        if lettered { Kind::Word } else { Kind::Number },
        length.max(1),
    )
}

/// Do single letters with underscores between them begin here?
fn spelled(rest: &[Glyph]) -> bool {
    rest.len() > 3 && rest[1].folded == '_' && rest[3].folded == '_'
}

fn follows(rest: &[Glyph], at: usize, wanted: impl Fn(char) -> bool) -> bool {
    rest.get(at + 1).is_some_and(|g| wanted(g.folded))
}

fn is_name(c: char) -> bool {
    is_letter_or_digit(c) || c == '_'
}

/// Vowel signs and joiners of scripts whose words are more than alphabetic characters.
fn is_vowel_sign(c: char) -> bool {
    !c.is_ascii() && unicode_normalization::char::is_combining_mark(c)
}

/// Writing without spaces between words: Han, kana, Thai, Lao, Myanmar, Khmer.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    !c.is_ascii()
        && matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
            | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Emoji and other pictographs, by block.
#[must_use]
pub fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{25A0}'..='\u{27BF}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Puts words spelled out letter by letter together: one more token over the letters, which stay.
fn join_spelled(glyphs: &[Glyph], tokens: &mut Vec<Token>) {
    let single = |t: &Token| t.kind == Kind::Word && t.end - t.start == 1;
    if tokens.iter().filter(|t| single(t)).count() < SPELLED_LETTERS {
        return;
    }
    let mut first: Option<usize> = None;
    let mut letters = 0;
    let count = tokens.len();
    for index in 0..=count {
        let token = (index < count).then(|| tokens[index]);
        match (token.filter(single), first) {
            (Some(letter), Some(from)) if letter.start == from + 2 * letters => letters += 1,
            (_, Some(from)) if letters >= SPELLED_LETTERS => {
                tokens.push(Token {
                    kind: Kind::Spelled,
                    start: from,
                    end: from + 2 * letters - 1,
                });
                (first, letters) = (None, 0);
            }
            (Some(letter), _) => (first, letters) = (Some(letter.start), 1),
            // The separators in between are tokens of their own when they are symbols or pictures.
            (None, Some(_))
                if token.is_some_and(|t| {
                    matches!(t.kind, Kind::Symbol | Kind::Picture) && t.end - t.start == 1
                }) => {}
            (None, _) => (first, letters) = (None, 0),
        }
    }
    debug_assert!(tokens.iter().all(|t| t.end <= glyphs.len()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;

    fn cut(text: &str) -> Vec<(Kind, String)> {
        let mut glyphs = Glyphs::default();
        normalize(text, &mut glyphs);
        let mut tokens = Vec::new();
        tokenize(&glyphs, &mut tokens);
        tokens
            .iter()
            .map(|t| {
                (
                    t.kind,
                    glyphs.glyphs[t.start..t.end]
                        .iter()
                        .map(|g| g.folded)
                        .collect(),
                )
            })
            .collect()
    }

    fn kinds(text: &str) -> Vec<Kind> {
        cut(text).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn each_kind_is_told_apart() {
        use Kind::{Email, Hashtag, Link, Mention, Number, Picture, Symbol, Unspaced, Word};
        assert_eq!(
            kinds("don't see http://a.example/b?c=1, ok"),
            [Word, Word, Link, Symbol, Word]
        );
        assert_eq!(
            kinds("@you #win 1,000 😀"),
            [Mention, Hashtag, Number, Picture]
        );
        assert_eq!(kinds("me@site.org or www.site.org"), [Email, Word, Link]);
        assert_eq!(kinds("日本語 test!!"), [Unspaced, Word, Symbol]);
    }

    #[test]
    fn links_are_found_without_a_scheme_and_sentences_are_not_links() {
        assert_eq!(cut("see bit.ly/x now")[1], (Kind::Link, "bit.ly/x".into()));
        assert_eq!(cut("cheap-shoes.com")[0].0, Kind::Link);
        assert_eq!(
            kinds("the end.So it goes"),
            [
                Kind::Word,
                Kind::Word,
                Kind::Symbol,
                Kind::Word,
                Kind::Word,
                Kind::Word
            ]
        );
    }

    #[test]
    fn spelled_words_are_put_together() {
        assert!(cut("f r e e money").contains(&(Kind::Spelled, "f r e e".into())));
        assert!(cut("f.r.e.e money").contains(&(Kind::Spelled, "f.r.e.e".into())));
        assert!(!kinds("a b c").contains(&Kind::Spelled));
    }
}
