//! The shape view: what a text looks like without being read. Length, capitals, links, symbols,
//! scripts, tricks, and the sequence of kinds of tokens.

use super::extractor::{
    CAPITALS, DIGITS, DISGUISES, Extractor, LENGTH, LINKS, LOOKS, MARKUP, SYMBOLS, tagged,
};
use super::view::View;
use crate::glyphs::{ATTRIBUTE, CAPITAL, DISGUISED, Glyph, Traits};
use crate::hosts;
use crate::keys::mix;
use crate::kind::Kind;

/// Digits from which a number may be somebody's.
const LONG_NUMBER: usize = 5;
/// Its place after the kinds.
const LONG_NUMBER_KIND: u64 = 32;

pub(super) fn add(extractor: &mut Extractor) {
    let tokens = std::mem::take(&mut extractor.tokens);
    let text = std::mem::take(&mut extractor.text);
    let mut counts = Counts::default();
    let mut previous = u64::MAX;
    for (index, token) in tokens.iter().enumerate() {
        let glyphs = &text.glyphs[token.start..token.end];
        let at = u32::try_from(index).unwrap_or(LOOKS);
        counts.count(token.kind, glyphs);
        let look = look(token.kind, glyphs);
        extractor.put(View::Shape, look, at);
        if glyphs.iter().any(|g| g.marks & DISGUISED != 0) {
            extractor.put(View::Shape, tagged("disguised", token.kind as u64), at);
        }
        if token.kind == Kind::Link {
            add_link(extractor, glyphs, at);
        }
        let kind = sort(token.kind, glyphs);
        extractor.put(
            View::Shape,
            tagged("kinds", previous.wrapping_mul(31).wrapping_add(kind)),
            at,
        );
        previous = kind;
    }
    extractor.put(View::Shape, tagged("last", previous), LOOKS);
    add_counts(extractor, &text.traits, &counts);
    extractor.tokens = tokens;
    extractor.text = text;
}

/// A token's kind in the sequence of kinds. Numbers long enough to call or to write to are one of their own: `7` at the
/// end of a sentence is not what `555 0134` is there.
fn sort(kind: Kind, glyphs: &[Glyph]) -> u64 {
    let long = kind == Kind::Number
        && glyphs.iter().filter(|g| g.folded.is_ascii_digit()).count() >= LONG_NUMBER;
    if long { LONG_NUMBER_KIND } else { kind as u64 }
}

/// A token without its letters: kind, capitals, length.
fn look(kind: Kind, glyphs: &[Glyph]) -> u64 {
    let capitals = glyphs.iter().filter(|g| g.marks & CAPITAL != 0).count();
    let case = match capitals {
        0 => 0,
        1 if glyphs[0].marks & CAPITAL != 0 => 1,
        n if n == glyphs.len() => 2,
        _ => 3,
    };
    let length = match kind {
        Kind::Word | Kind::Number | Kind::Symbol => glyphs.len().min(12) as u64,
        _ => steps(glyphs.len()),
    };
    let symbol = if kind == Kind::Symbol {
        glyphs[0].folded as u64
    } else {
        0
    };
    mix(tagged("look", kind as u64) ^ (case << 8) ^ (length << 16) ^ (symbol << 32))
}

fn add_link(extractor: &mut Extractor, glyphs: &[Glyph], at: u32) {
    let parts = hosts::parts(glyphs);
    let path = glyphs.len() - parts.host_end;
    let dots = glyphs[parts.host..parts.host_end]
        .iter()
        .filter(|g| g.folded == '.')
        .count() as u64;
    let dashes = glyphs[parts.host..parts.host_end]
        .iter()
        .filter(|g| g.folded == '-')
        .count() as u64;
    let digits = glyphs[parts.host..parts.host_end]
        .iter()
        .filter(|g| g.folded.is_ascii_digit())
        .count() as u64;
    let hidden = u64::from(glyphs[0].marks & ATTRIBUTE != 0);
    extractor.put(
        View::Shape,
        tagged("scheme", u64::from(parts.scheme) * 2 + hidden),
        at,
    );
    extractor.put(View::Shape, tagged("path", steps(path)), at);
    extractor.put(
        View::Shape,
        tagged("host", dots.min(4) * 64 + dashes.min(4) * 8 + digits.min(4)),
        at,
    );
}

/// What is counted over the tokens.
#[derive(Default)]
struct Counts {
    kinds: [u64; 10],
    letters: u64,
    shouted: u64,
    marks: [u64; 4],
}

impl Counts {
    fn count(&mut self, kind: Kind, glyphs: &[Glyph]) {
        self.kinds[kind as usize] += 1;
        if kind == Kind::Word {
            self.letters += glyphs.len() as u64;
            let shouted = glyphs.len() > 2 && glyphs.iter().all(|g| g.marks & CAPITAL != 0);
            self.shouted += u64::from(shouted);
        }
        if kind == Kind::Symbol {
            let place = ['!', '?', '.', '$']
                .iter()
                .position(|c| *c == glyphs[0].folded);
            if let Some(place) = place {
                self.marks[place] += glyphs.len() as u64;
            }
        }
    }
}

fn add_counts(extractor: &mut Extractor, traits: &Traits, counts: &Counts) {
    let words = counts.kinds[Kind::Word as usize];
    let length = u64::from(traits.letters + traits.digits + traits.symbols + traits.spaces);
    let share = |part: u32, whole: u32| fine(f64::from(part) / f64::from(whole.max(1)));
    let mut put = |tag: &str, value: u64, owner: u32| {
        extractor.put(View::Shape, tagged(tag, value), owner);
    };
    put("length", steps_half(length), LENGTH);
    put("words", steps_half(words), LENGTH);
    put("breaks", steps(traits.breaks as usize), LENGTH);
    put("capitals", share(traits.capitals, traits.letters), CAPITALS);
    put(
        "digits",
        share(traits.digits, traits.letters + traits.digits),
        DIGITS,
    );
    put(
        "symbols",
        share(traits.symbols, traits.letters + traits.symbols),
        SYMBOLS,
    );
    put("foreign", share(traits.foreign, traits.letters), LOOKS);
    put(
        "word length",
        counts.letters.checked_div(words).unwrap_or(0).min(12),
        LOOKS,
    );
    put("shouted", counts.shouted.min(6), CAPITALS);
    for (place, &count) in counts.kinds.iter().enumerate() {
        if place != Kind::Word as usize {
            put("kind", place as u64 * 16 + count.min(5), kind_owner(place));
        }
    }
    for (place, &count) in counts.marks.iter().enumerate() {
        put("mark", place as u64 * 16 + count.min(6), SYMBOLS);
    }
    for (place, (count, owner)) in tricks(traits).into_iter().enumerate() {
        if count > 0 {
            put("trait", place as u64 * 16 + steps(count as usize), owner);
        }
    }
    let links = counts.kinds[Kind::Link as usize].min(3);
    put(
        "links by length",
        links * 64 + steps(usize::try_from(words).unwrap_or(0)),
        LINKS,
    );
}

/// Who has the number of tokens of a kind.
fn kind_owner(kind: usize) -> u32 {
    match kind {
        kind if kind == Kind::Link as usize => LINKS,
        kind if kind == Kind::Number as usize => DIGITS,
        kind if kind == Kind::Symbol as usize => SYMBOLS,
        _ => LOOKS,
    }
}

/// The counts of tricks and of markup. A feature is made of its place: new ones are added at the end.
fn tricks(traits: &Traits) -> [(u32, u32); 7] {
    [
        (traits.invisible, DISGUISES),
        (traits.stacked, DISGUISES),
        (traits.styled, DISGUISES),
        (traits.lookalikes, DISGUISES),
        (traits.entities, MARKUP),
        (traits.tags, MARKUP),
        (traits.anchors, MARKUP),
    ]
}

/// 0, 1, 2, 3–4, 5–8 … as 0, 1, 2, 3, 4 …: binary steps.
fn steps(count: usize) -> u64 {
    u64::from(usize::BITS - count.saturating_sub(1).leading_zeros()) + u64::from(count > 0)
}

/// Steps half as wide as binary ones.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a coarse logarithm of a count"
)]
fn steps_half(count: u64) -> u64 {
    (((count + 1) as f64).log2() * 2.0) as u64
}

/// A share in steps that are narrow near zero, where most texts are.
fn fine(share: f64) -> u64 {
    [
        0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.45, 0.6, 0.8, 0.99,
    ]
    .iter()
    .filter(|limit| share > **limit)
    .count() as u64
}
