//! The meaning view: what a text is about ([`concepts`]), which ways of reaching somebody it gives, what kinds of
//! links it has, and how the author signs, with every pair of these. It needs no word of a language to have been
//! seen in training.

use super::extractor::{DISGUISES, Extractor, LENGTH, LINKS, LOOKS, NAME, WEBSITE, tagged};
use super::view::View;
use crate::classes::is_letter_or_digit;
use crate::concepts::{self, TOPICS};
use crate::document::Document;
use crate::glyphs::{ATTRIBUTE, Glyph, Glyphs};
use crate::hosts;
use crate::kind::Kind;
use crate::link_kinds::{self, LinkKind};
use crate::normalize::normalize;
use crate::tokens::Token;

/// What a text shows beside its concepts; each is a bit after theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Phone,
    Mention,
    Email,
    Wallet,
    Amount,
    Percent,
    Link,
    /// A link without path.
    BareLink,
    MessengerLink,
    Shortener,
    Reference,
    DeepLink,
    HyphenatedHost,
    Anchor,
    ManyLinks,
    EndsWithLink,
    LittleBesideLink,
    Disguised,
    Short,
    Asks,
    Website,
    WebsiteHyphenated,
    WebsiteConcept,
    NameConcept,
    NameLowerPhrase,
    NameLong,
    NameIsHost,
    WebsiteInText,
    EmailIsWebsite,
}

/// Pairs are made of so many signs at most, the first by number.
const PAIRED: usize = 16;
/// Digits of a telephone number.
const PHONE: std::ops::RangeInclusive<usize> = 8..=15;
/// Letters and digits of a wallet's address.
const WALLET: std::ops::RangeInclusive<usize> = 26..=64;

/// What was found so far: a bit for each concept and sign, and who brought it first.
#[derive(Debug)]
pub(super) struct Found {
    bits: u128,
    owners: [u32; 128],
}

impl Default for Found {
    fn default() -> Self {
        Self {
            bits: 0,
            owners: [LOOKS; 128],
        }
    }
}

impl Found {
    fn put(&mut self, place: usize, owner: u32) {
        if self.bits & (1 << place) == 0 {
            self.bits |= 1 << place;
            self.owners[place] = owner;
        }
    }

    fn sign(&mut self, sign: Sign, owner: u32) {
        self.put(concepts::COUNT + sign as usize, owner);
    }

    fn concepts(&mut self, set: concepts::Set, owner: u32) {
        let mut rest = set;
        while rest != 0 {
            self.put(rest.trailing_zeros() as usize, owner);
            rest &= rest - 1;
        }
    }
}

pub(super) fn add(extractor: &mut Extractor, document: &Document<'_>) {
    let tokens = std::mem::take(&mut extractor.tokens);
    let text = std::mem::take(&mut extractor.text);
    let mut found = Found::default();
    let mut links = 0;
    let mut words = 0;
    let mut digits = 0;
    for (index, token) in tokens.iter().enumerate() {
        let glyphs = &text.glyphs[token.start..token.end];
        let at = u32::try_from(index).unwrap_or(LOOKS);
        digits = count_digits(&mut found, digits, token.kind, glyphs, at);
        match token.kind {
            Kind::Word | Kind::Hashtag => {
                words += 1;
                found.concepts(word_concepts(&text.glyphs, token), at);
                if WALLET.contains(&glyphs.len())
                    && glyphs.iter().any(|g| g.folded.is_ascii_digit())
                {
                    found.sign(Sign::Wallet, at);
                }
            }
            Kind::Unspaced => {
                words += glyphs.len() / 2;
                for start in token.start..token.end {
                    found.concepts(TOPICS.at(&text.glyphs[..token.end], start, true), at);
                }
            }
            Kind::Spelled => {
                let letters: Vec<Glyph> = glyphs.iter().step_by(2).copied().collect();
                found.concepts(TOPICS.at(&letters, 0, false), at);
            }
            Kind::Mention => found.sign(Sign::Mention, at),
            Kind::Email => found.sign(Sign::Email, at),
            Kind::Link => {
                links += 1;
                add_link(&mut found, glyphs, at);
            }
            Kind::Symbol => add_symbol(&mut found, &text.glyphs, token, at),
            Kind::Number | Kind::Picture => {}
        }
    }
    add_whole(&mut found, &text, &tokens, links, words);
    add_author(extractor, &mut found, document, &text);
    put_all(extractor, &found);
    extractor.tokens = tokens;
    extractor.text = text;
}

/// The concepts of a word, and in scripts that write articles and prepositions with it, of what follows them.
fn word_concepts(glyphs: &[Glyph], token: &Token) -> concepts::Set {
    let start = if token.kind == Kind::Hashtag {
        token.start + 1
    } else {
        token.start
    };
    let mut found = TOPICS.at(glyphs, start, false);
    if matches!(glyphs[start].folded, '\u{0590}'..='\u{06FF}') {
        for skip in 1..=2 {
            if token.end - start > skip + 2 {
                found |= TOPICS.at(glyphs, start + skip, false);
            }
        }
    }
    found
}

/// Adds the digits of a number to those right before it, which make up a telephone number together.
fn count_digits(found: &mut Found, before: usize, kind: Kind, glyphs: &[Glyph], at: u32) -> usize {
    match kind {
        Kind::Number => {
            let digits = before + glyphs.iter().filter(|g| g.folded.is_ascii_digit()).count();
            if PHONE.contains(&digits) {
                found.sign(Sign::Phone, at);
            }
            digits
        }
        Kind::Symbol if matches!(glyphs[0].folded, '+' | '(' | ')' | '-' | '.') => before,
        _ => 0,
    }
}

fn add_symbol(found: &mut Found, glyphs: &[Glyph], token: &Token, at: u32) {
    let digit = |place: Option<usize>| {
        place
            .and_then(|place| glyphs.get(place))
            .is_some_and(|g| g.folded.is_ascii_digit())
    };
    let beside =
        digit(token.start.checked_sub(1)) || digit(Some(token.end)) || digit(Some(token.end + 1));
    match glyphs[token.start].folded {
        '$' | '€' | '£' | '¥' | '₽' | '₹' | '₺' | '₴' | '₩' | '฿' | '₫' | '₪' | '৳' if beside =>
        {
            found.sign(Sign::Amount, at);
        }
        '%' if beside => found.sign(Sign::Percent, at),
        _ => {}
    }
}

fn add_link(found: &mut Found, glyphs: &[Glyph], at: u32) {
    let parts = hosts::parts(glyphs);
    let host = &glyphs[parts.host..parts.host_end];
    let path = &glyphs[parts.host_end..];
    found.sign(Sign::Link, at);
    match link_kinds::of(host, path) {
        LinkKind::Messenger => found.sign(Sign::MessengerLink, at),
        LinkKind::Shortener => found.sign(Sign::Shortener, at),
        LinkKind::Reference => found.sign(Sign::Reference, at),
        LinkKind::Deep => found.sign(Sign::DeepLink, at),
        LinkKind::Bare => found.sign(Sign::BareLink, at),
        LinkKind::Other => {}
    }
    if host.iter().any(|g| g.folded == '-') {
        found.sign(Sign::HyphenatedHost, at);
    }
    if glyphs[0].marks & ATTRIBUTE != 0 {
        found.sign(Sign::Anchor, at);
    }
    found.concepts(host_concepts(host), at);
}

/// The concepts that the words of a host begin with.
fn host_concepts(host: &[Glyph]) -> concepts::Set {
    let mut set = 0;
    let mut start = 0;
    while start < host.len() {
        let length = host[start..]
            .iter()
            .position(|g| matches!(g.folded, '.' | '-'))
            .unwrap_or(host.len() - start);
        if length > 2 {
            set |= TOPICS.at(&host[..start + length], start, true);
        }
        start += length + 1;
    }
    set
}

fn add_whole(found: &mut Found, text: &Glyphs, tokens: &[Token], links: usize, words: usize) {
    let traits = &text.traits;
    if links > 1 {
        found.sign(Sign::ManyLinks, LINKS);
    }
    if links > 0 && words < 5 {
        found.sign(Sign::LittleBesideLink, LINKS);
    }
    if tokens.last().is_some_and(|last| last.kind == Kind::Link) {
        found.sign(Sign::EndsWithLink, LINKS);
    }
    if traits.invisible + traits.styled + traits.lookalikes > 0 || traits.stacked > 2 {
        found.sign(Sign::Disguised, DISGUISES);
    }
    if words < 6 {
        found.sign(Sign::Short, LENGTH);
    }
    if text.glyphs.iter().any(|g| matches!(g.folded, '?' | '؟')) {
        found.sign(Sign::Asks, LOOKS);
    }
}

/// How the author signs.
fn add_author(
    extractor: &mut Extractor,
    found: &mut Found,
    document: &Document<'_>,
    text: &Glyphs,
) {
    let mut host = String::new();
    if let Some(website) = super::identity::given(document.website) {
        let mut glyphs = std::mem::take(&mut extractor.identity);
        normalize(website, &mut glyphs);
        let parts = hosts::parts(&glyphs.glyphs);
        let letters = &glyphs.glyphs[parts.host..parts.host_end];
        host.extend(letters.iter().map(|g| g.folded));
        found.sign(Sign::Website, WEBSITE);
        if letters.iter().any(|g| g.folded == '-') {
            found.sign(Sign::WebsiteHyphenated, WEBSITE);
        }
        if host_concepts(letters) != 0 {
            found.sign(Sign::WebsiteConcept, WEBSITE);
        }
        let name = host.split('.').next().unwrap_or_default();
        if name.len() > 3 && contains(&text.glyphs, name) {
            found.sign(Sign::WebsiteInText, WEBSITE);
        }
        if document
            .email_domain
            .is_some_and(|domain| domain.eq_ignore_ascii_case(&host))
        {
            found.sign(Sign::EmailIsWebsite, WEBSITE);
        }
        extractor.identity = glyphs;
    }
    if let Some(name) = super::identity::given(document.name) {
        add_name(extractor, found, name, &host);
    }
}

fn add_name(extractor: &mut Extractor, found: &mut Found, name: &str, host: &str) {
    let mut glyphs = std::mem::take(&mut extractor.identity);
    normalize(name, &mut glyphs);
    let (mut words, mut start, mut in_host) = (0, 0, 0);
    let mut set = 0;
    let letters = &glyphs.glyphs;
    while start < letters.len() {
        let length = letters[start..]
            .iter()
            .position(|g| !is_letter_or_digit(g.folded))
            .unwrap_or(letters.len() - start);
        if length > 0 {
            words += 1;
            set |= TOPICS.at(
                letters,
                start,
                crate::tokens::is_unspaced(letters[start].folded),
            );
            let word: String = letters[start..start + length]
                .iter()
                .map(|g| g.folded)
                .collect();
            in_host += usize::from(length > 3 && host.contains(&word));
        }
        start += length + 1;
    }
    if set != 0 {
        found.sign(Sign::NameConcept, NAME);
    }
    if words > 1 && glyphs.traits.capitals == 0 && glyphs.traits.foreign == 0 {
        found.sign(Sign::NameLowerPhrase, NAME);
    }
    if words > 3 {
        found.sign(Sign::NameLong, NAME);
    }
    if in_host > 0 {
        found.sign(Sign::NameIsHost, NAME);
    }
    extractor.identity = glyphs;
}

/// Does `word` stand anywhere among the glyphs?
fn contains(glyphs: &[Glyph], word: &str) -> bool {
    let first = word.chars().next();
    (0..glyphs.len()).any(|start| {
        Some(glyphs[start].folded) == first
            && word
                .chars()
                .zip(&glyphs[start..])
                .filter(|(c, g)| *c == g.folded)
                .count()
                == word.chars().count()
    })
}

/// Each sign, each pair of them, and how many there are.
fn put_all(extractor: &mut Extractor, found: &Found) {
    let mut places = [0_usize; PAIRED];
    let mut count = 0;
    let mut rest = found.bits;
    while rest != 0 {
        let place = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        let owner = found.owners[place];
        extractor.put(View::Meaning, tagged("sign", place as u64), owner);
        if count < PAIRED {
            for &other in &places[..count] {
                extractor.put(
                    View::Meaning,
                    tagged("pair", (other * 128 + place) as u64),
                    owner,
                );
            }
            places[count] = place;
        }
        count += 1;
    }
    let steps = [0, 1, 2, 3, 5, 8, 12]
        .iter()
        .filter(|limit| count > **limit)
        .count();
    extractor.put(View::Meaning, tagged("signs", steps as u64), LOOKS);
}
