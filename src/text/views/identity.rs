//! The identity view: what the author said about themselves. Kept apart from the text, because a
//! name that is a slogan and a text that is one are different evidence.

use super::extractor::{EMAIL, Extractor, NAME, WEBSITE, tagged};
use super::view::View;
use crate::classes::is_letter_or_digit;
use crate::document::Document;
use crate::glyphs::Glyph;
use crate::hosts;
use crate::keys::{extend, mix};
use crate::normalize::normalize;

/// Longer names and websites are cut: nobody is called that.
const LONGEST: usize = 200;

pub(super) fn add(extractor: &mut Extractor, document: &Document<'_>) {
    let mut glyphs = std::mem::take(&mut extractor.identity);
    if let Some(name) = given(document.name) {
        normalize(name, &mut glyphs);
        let mut words = 0;
        for word in glyphs
            .glyphs
            .split(|g| !is_letter_or_digit(g.folded))
            .filter(|word| !word.is_empty())
        {
            words += 1;
            put(extractor, NAME, "name", super::words::key(word));
            put_pieces(extractor, NAME, "name piece", word);
        }
        put(extractor, NAME, "name words", words);
        let digits = glyphs.traits.digits.min(4);
        put(extractor, NAME, "name digits", u64::from(digits));
    }
    if let Some(domain) = given(document.email_domain) {
        put(extractor, EMAIL, "email", key(&domain.to_lowercase()));
    }
    if let Some(website) = given(document.website) {
        normalize(website, &mut glyphs);
        let parts = hosts::parts(&glyphs.glyphs);
        let mut host = std::mem::take(&mut extractor.host);
        host.clear();
        host.extend(
            glyphs.glyphs[parts.host..parts.host_end]
                .iter()
                .map(|g| g.folded),
        );
        put(
            extractor,
            WEBSITE,
            "website",
            key(&host[hosts::registrable(&host)..]),
        );
        let labels =
            glyphs.glyphs[parts.host..parts.host_end].split(|g| matches!(g.folded, '.' | '-'));
        for label in labels.filter(|label| label.len() > 2) {
            put(extractor, WEBSITE, "website word", super::words::key(label));
            put_pieces(extractor, WEBSITE, "website piece", label);
        }
        put(
            extractor,
            WEBSITE,
            "website ending",
            key(host.rsplit('.').next().unwrap_or_default()),
        );
        put(
            extractor,
            WEBSITE,
            "website path",
            u64::from(glyphs.glyphs.len() > parts.host_end + 1),
        );
        extractor.host = host;
    }
    extractor.identity = glyphs;
}

/// Pieces of three and four letters, the borders of the word included.
fn put_pieces(extractor: &mut Extractor, owner: u32, tag: &str, word: &[Glyph]) {
    let border = std::iter::once(' ');
    let letters: Vec<char> = border
        .clone()
        .chain(word.iter().take(24).map(|g| g.folded))
        .chain(border)
        .collect();
    for size in 3..=4 {
        for piece in letters.windows(size) {
            put(
                extractor,
                owner,
                tag,
                piece.iter().fold(1, |key, c| extend(key, *c)),
            );
        }
    }
}

pub(super) fn given(field: Option<&str>) -> Option<&str> {
    let field = field?.trim();
    let end = field
        .char_indices()
        .nth(LONGEST)
        .map_or(field.len(), |(at, _)| at);
    (end > 0).then_some(&field[..end])
}

fn key(text: &str) -> u64 {
    text.chars().fold(1, extend)
}

fn put(extractor: &mut Extractor, owner: u32, tag: &str, value: u64) {
    extractor.put(View::Identity, tagged(tag, mix(value)), owner);
}
