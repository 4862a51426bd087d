//! Any text through the normaliser, the tokeniser and the model: bounded, in order, and pointing at whole
//! characters of what was submitted.

use std::sync::LazyLock;

use hamlet::bayes::Model;
use hamlet::text::Document;
use hamlet::text::glyphs::Glyphs;
use hamlet::text::kind::Kind;
use hamlet::text::normalize::normalize;
use hamlet::text::tokens::{Token, tokenize};

use super::pieces;

pub(super) static SHIPPED: LazyLock<Model> =
    LazyLock::new(|| Model::shipped().expect("the shipped model"));

/// The widest character there is, U+FDFA, is of 3 bytes and stands for 18.
const GLYPHS_A_BYTE: usize = 6;

/// The text; then its author's name, mail domain and website.
pub fn check(data: &[u8]) {
    let [text, name, domain, website] = pieces(data);
    let folded = folded(&text);
    cut(&text, &folded);
    again(&folded);
    let given = |field| Some(field).filter(|field: &&str| !field.is_empty());
    let document = Document {
        text: &text,
        name: given(&name),
        email_domain: given(&domain),
        website: given(&website),
    };
    explained(&SHIPPED, &document);
}

fn folded(text: &str) -> Glyphs {
    let mut glyphs = Glyphs::default();
    normalize(text, &mut glyphs);
    assert_eq!(glyphs.length as usize, text.len());
    assert!(
        glyphs.glyphs.len() <= GLYPHS_A_BYTE * text.len(),
        "{} glyphs",
        glyphs.glyphs.len()
    );
    let mut last = 0;
    for glyph in &glyphs.glyphs {
        assert!(
            glyph.at >= last && text.is_char_boundary(glyph.at as usize),
            "{glyph:?}"
        );
        last = glyph.at;
    }
    glyphs
}

/// The tokens lie one behind another, and each stands for a piece of the text.
fn cut(text: &str, glyphs: &Glyphs) {
    let mut tokens: Vec<Token> = Vec::new();
    tokenize(glyphs, &mut tokens);
    let mut end = 0;
    for token in &tokens {
        assert!(
            token.start < token.end && token.end <= glyphs.glyphs.len(),
            "{token:?}"
        );
        if token.kind != Kind::Spelled {
            assert!(token.start >= end, "{token:?} begins before {end}");
            let between = &glyphs.glyphs[end..token.start];
            assert!(
                between.iter().all(|glyph| glyph.folded.is_whitespace()),
                "left out before {token:?}"
            );
            end = token.end;
        }
        let (from, to) = glyphs.span(token.start, token.end);
        let quoted = text.get(from as usize..to as usize);
        assert!(
            quoted.is_some_and(|quoted| !quoted.is_empty()),
            "{from}..{to} of {text:?}"
        );
    }
    let first = tokens.clone();
    tokenize(glyphs, &mut tokens);
    assert_eq!(tokens, first, "what was in the buffer mattered");
}

/// Folding comes to rest: after the second time nothing changes any more, as far as there is no markup
/// left: entities and tags are undone once, as a browser does. The first does not always do, because a
/// letter that stands for several is not looked at again: U+0149 becomes an apostrophe as typesetters write
/// it and an n.
fn again(glyphs: &Glyphs) {
    let written = |glyphs: &Glyphs| {
        glyphs
            .glyphs
            .iter()
            .map(|glyph| glyph.folded)
            .collect::<String>()
    };
    let once = written(glyphs);
    let twice = written(&folded(&once));
    if !once.contains(['&', '<']) && !twice.contains(['&', '<']) {
        assert_eq!(written(&folded(&twice)), twice);
    }
}

/// A score is finite, and what explains it adds up to it and quotes whole characters.
pub(super) fn explained(model: &Model, document: &Document<'_>) {
    let explanation = model.explain(document);
    assert!(explanation.log_odds.is_finite(), "{}", explanation.log_odds);
    assert_eq!(
        model.score(document).to_bits(),
        explanation.log_odds.to_bits()
    );
    let told: f64 = explanation.tokens.iter().map(|token| token.weight).sum();
    let sum = explanation.bias + told + explanation.rest;
    let largest = explanation
        .tokens
        .iter()
        .fold(1.0_f64, |most, token| most.max(token.weight.abs()));
    assert!(
        (sum - explanation.log_odds).abs() <= 1e-9 * largest,
        "{explanation:?}"
    );
    for (from, to) in explanation.tokens.iter().flat_map(|token| &token.spans) {
        assert!(
            document.text.get(*from as usize..*to as usize).is_some(),
            "{from}..{to}"
        );
    }
}
