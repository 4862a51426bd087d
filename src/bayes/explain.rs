//! The score taken apart into what each token of the text contributed, for people to read. A token's
//! weight is the sum of all features it brought: the word itself, its pairs, its pieces, its looks. Punctuation
//! and the commonest words of a language explain nothing to a person: what they weigh is in the rest.

use super::looks::Looks;
use super::model::Model;
use super::passage::{self, Passage};
use super::restraint::restraint;
use super::sign::{self, Sign};
use hamlet_text::Document;
use hamlet_text::commonness::{rarity, scale};
use hamlet_text::kind::Kind;
use hamlet_text::views::{
    CAPITALS, DIGITS, DISGUISES, EMAIL, Extractor, LENGTH, LINKS, LOOKS, MARKUP, NAME, SYMBOLS,
    VIEWS, View, WEBSITE, with_features,
};

/// What features may belong to beside the tokens.
const OWNERS: [u32; 11] = [
    LOOKS, LINKS, CAPITALS, LENGTH, SYMBOLS, DIGITS, DISGUISES, MARKUP, NAME, EMAIL, WEBSITE,
];
/// Rarity up to which a word is one of a language's commonest: every 25th text or more has it
/// ([`commonness`](hamlet_text::commonness)).
const COMMONEST: f32 = 4.2;

/// How many tokens are kept each way.
const KEPT: usize = 6;
/// Places of one token in the text that are kept.
const SPANS: usize = 16;
/// Steps per unit in which weights are given: nobody reads more, and each is kept with its comment.
pub const STEPS: f64 = 1e4;

/// A score and its parts: `bias + Σ tokens + rest == log_odds`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Calibrated log-odds of spam.
    pub log_odds: f64,
    /// Log-odds of a text that says nothing.
    pub bias: f64,
    /// The most telling tokens each way, the strongest first.
    pub tokens: Vec<TokenWeight>,
    /// Everything else together.
    pub rest: f64,
}

/// What one token contributed.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenWeight {
    /// What was read.
    pub sign: Sign,
    /// Log-odds, in steps of 1 / [`STEPS`]; above zero towards spam.
    pub weight: f64,
    /// Byte ranges in the submitted text, the first where the sign is quoted from; none for what is not in
    /// it.
    pub spans: Vec<(u32, u32)>,
}

impl Model {
    /// The score and its parts.
    #[must_use]
    pub fn explain(&self, document: &Document<'_>) -> Explanation {
        with_features(document, |text| self.explain_features(document, text))
    }

    /// As [`Model::explain`], of a text whose features were found: several questions share them.
    #[must_use]
    pub fn explain_features(&self, document: &Document<'_>, text: &Extractor) -> Explanation {
        explain(self, document, text)
    }
}

/// One thing that the score is made of: a token with its later copies, or a trait of the whole.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Digest of the token's text, equal for copies.
    key: u64,
    /// Index of the first token, or one of the special owners.
    owner: u32,
    weight: f64,
}

fn explain(model: &Model, document: &Document<'_>, text: &Extractor) -> Explanation {
    let (weights, views) = weigh(model, text);
    let whole = model.bias() + views.iter().sum::<f64>();
    let whole = whole + restraint(model.question(), text, &views, whole);
    let passage = passage::strongest(model, text, views, whole);
    let lift = passage.as_ref().map_or(0.0, |passage| passage.lift);
    let keys: Vec<u64> = text.tokens().iter().map(|token| text.key(token)).collect();
    let looks = Looks::of(text);
    let tokens = most_telling(parts(&weights, &keys), text)
        .map(|part| describe(&part, document, text, &looks, &keys))
        .chain(passage.map(|passage| place(passage, text)))
        .collect();
    balanced(Explanation {
        log_odds: whole + lift,
        bias: model.bias(),
        tokens,
        rest: 0.0,
    })
}

/// Rounds the parts and makes the rest what is missing from them to the sum.
fn balanced(mut explanation: Explanation) -> Explanation {
    let round = |value: f64| (value * STEPS).round() / STEPS;
    explanation.bias = round(explanation.bias);
    for token in &mut explanation.tokens {
        token.weight = round(token.weight);
    }
    explanation.rest = rest(explanation.log_odds, explanation.bias, &explanation.tokens);
    explanation
}

/// What is missing from rounded parts to their sum.
#[must_use]
pub fn rest(log_odds: f64, bias: f64, tokens: &[TokenWeight]) -> f64 {
    let named = |sum, token: &TokenWeight| sum + token.weight;
    log_odds - tokens.iter().fold(bias, named)
}

/// What features weigh together, by who brought them.
struct Weights {
    tokens: Vec<f64>,
    special: [(u32, f64); OWNERS.len()],
}

/// A passage by its place: its words stand in the text.
fn place(passage: Passage, text: &Extractor) -> TokenWeight {
    let tokens = &text.tokens()[passage.tokens];
    let ends = tokens.first().zip(tokens.last());
    TokenWeight {
        sign: Sign::Passage,
        weight: passage.lift,
        spans: ends
            .map(|(first, last)| text.text().span(first.start, last.end))
            .into_iter()
            .collect(),
    }
}

/// The weight of every token, and what each view gives.
fn weigh(model: &Model, text: &Extractor) -> (Weights, [f64; VIEWS.len()]) {
    let mut weights = Weights {
        tokens: vec![0.0; text.tokens().len()],
        special: OWNERS.map(|owner| (owner, 0.0)),
    };
    let views = VIEWS.map(|view| {
        if !model.question().reads(view) {
            return 0.0;
        }
        let features = text.features(view);
        let value = f64::from(scale(features.iter().map(|feature| feature.id)));
        let mut sum = 0.0_f32;
        for feature in features {
            let weight = model.weight(feature.id);
            sum += weight;
            if let Some(own) = weights.of(feature.token) {
                *own += f64::from(weight) * value;
            }
        }
        f64::from(sum) * value
    });
    (weights, views)
}

impl Weights {
    fn of(&mut self, owner: u32) -> Option<&mut f64> {
        if let Some(own) = self.tokens.get_mut(owner as usize) {
            return Some(own);
        }
        let mut special = self.special.iter_mut();
        special.find(|(name, _)| *name == owner).map(|(_, own)| own)
    }
}

/// Tokens with their copies taken together, and the traits of the whole.
fn parts(weights: &Weights, keys: &[u64]) -> Vec<Part> {
    let owned = weights.tokens.iter().zip(keys).zip(0_u32..);
    let mut parts: Vec<Part> = owned
        .map(|((&weight, &key), owner)| Part { key, owner, weight })
        .collect();
    parts.sort_unstable_by_key(|part| (part.key, part.owner));
    parts.dedup_by(|later, first| {
        let same = later.key == first.key;
        if same {
            first.weight += later.weight;
        }
        same
    });
    parts.extend(weights.special.map(|(owner, weight)| Part {
        key: u64::from(owner),
        owner,
        weight,
    }));
    parts
}

/// Would a person understand it as a reason?
fn is_telling(text: &Extractor, owner: u32) -> bool {
    let Some(token) = text.tokens().get(owner as usize) else {
        return true;
    };
    match token.kind {
        Kind::Symbol => false,
        Kind::Word => {
            let mut own = text.features(View::Words).iter();
            let word = own.find(|feature| feature.token == owner);
            word.is_none_or(|word| rarity(word.id) > COMMONEST)
        }
        _ => true,
    }
}

/// The parts that tell most each way, the strongest first. Whether a part is telling is asked of the strongest alone: to
/// answer it takes a look through all words.
fn most_telling(mut parts: Vec<Part>, text: &Extractor) -> impl Iterator<Item = Part> {
    parts.retain(|part| part.weight.abs() * STEPS >= 1.0);
    parts.sort_unstable_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    let mut room = [KEPT; 2];
    parts.into_iter().filter(move |part| {
        let way = &mut room[usize::from(part.weight > 0.0)];
        let fits = *way > 0 && is_telling(text, part.owner);
        *way -= usize::from(fits);
        fits
    })
}

fn describe(
    part: &Part,
    document: &Document<'_>,
    text: &Extractor,
    looks: &Looks,
    keys: &[u64],
) -> TokenWeight {
    let sign = match part.owner {
        NAME => Sign::Name,
        EMAIL => sign::of_address(document.email_domain.unwrap_or_default().trim()),
        WEBSITE => Sign::Website,
        owner => match text.tokens().get(owner as usize) {
            Some(token) => sign::of(token, text),
            None => looks.sign(owner, text),
        },
    };
    let spans = match text.tokens().get(part.owner as usize) {
        Some(_) => spans(part.key, keys, text),
        None => Vec::new(),
    };
    TokenWeight {
        sign,
        weight: part.weight,
        spans,
    }
}

/// Where a token and its copies stand in the submitted text.
fn spans(key: u64, keys: &[u64], text: &Extractor) -> Vec<(u32, u32)> {
    let copies = text
        .tokens()
        .iter()
        .zip(keys)
        .filter(|(_, own)| **own == key);
    copies
        .take(SPANS)
        .map(|(token, _)| text.text().span(token.start, token.end))
        .collect()
}
