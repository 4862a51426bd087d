//! The score taken apart into what each token of the text contributed, for people to read. A token's
//! weight is the sum of all features it brought: the word itself, its pairs, its pieces, its looks.

use serde::{Deserialize, Serialize};

use super::Document;
use super::commonness::scale;
use super::model::Model;
use super::tokens::{Kind, Token};
use super::views::{EMAIL, Extractor, LOOKS, NAME, VIEWS, WEBSITE};

/// How many tokens are kept each way.
const KEPT: usize = 8;
/// Tokens quoted to the reader are cut after this many characters.
const QUOTED: usize = 60;
/// Places of one token in the text that are kept.
const SPANS: usize = 16;

/// A score and its parts: `bias + Σ tokens + rest == log_odds`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenWeight {
    /// In plain words: `links to bit.ly`, `says 'subscribe'`.
    pub says: String,
    /// Log-odds; above zero towards spam.
    pub weight: f64,
    /// Byte ranges in the submitted text.
    pub spans: Vec<(u32, u32)>,
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

pub(super) fn explain(model: &Model, document: &Document<'_>, text: &Extractor) -> Explanation {
    let (mut parts, log_odds) = weigh(model, text);
    parts.sort_unstable_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    let mut kept = Vec::with_capacity(2 * KEPT);
    let mut room = [KEPT; 2];
    for part in &parts {
        let way = &mut room[usize::from(part.weight > 0.0)];
        if *way > 0 && part.weight != 0.0 {
            *way -= 1;
            kept.push(describe(part, document, text));
        }
    }
    let bias = model.bias();
    let told: f64 = kept.iter().map(|token| token.weight).sum();
    Explanation {
        log_odds,
        bias,
        tokens: kept,
        rest: log_odds - bias - told,
    }
}

/// The weight of every token, copies taken together, and the score.
fn weigh(model: &Model, text: &Extractor) -> (Vec<Part>, f64) {
    let tokens = text.tokens();
    let mut weights = vec![0.0; tokens.len()];
    let mut special = [(LOOKS, 0.0), (NAME, 0.0), (EMAIL, 0.0), (WEBSITE, 0.0)];
    let mut log_odds = model.bias();
    for view in VIEWS {
        let features = text.features(view);
        let value = f64::from(scale(features.iter().map(|feature| feature.id)));
        let mut sum = 0.0_f32;
        for feature in features {
            let weight = model.weight(feature.id);
            sum += weight;
            let weight = f64::from(weight) * value;
            if let Some(own) = weights.get_mut(feature.token as usize) {
                *own += weight;
            } else if let Some((_, own)) = special
                .iter_mut()
                .find(|(owner, _)| *owner == feature.token)
            {
                *own += weight;
            }
        }
        log_odds += f64::from(sum) * value;
    }
    let mut parts: Vec<Part> = special
        .into_iter()
        .map(|(owner, weight)| Part {
            key: u64::from(owner),
            owner,
            weight,
        })
        .collect();
    let owned = tokens.iter().zip(weights).zip(0_u32..);
    parts.extend(owned.map(|((token, weight), owner)| Part {
        key: text.key(token),
        owner,
        weight,
    }));
    merge_copies(&mut parts);
    (parts, log_odds)
}

fn merge_copies(parts: &mut Vec<Part>) {
    parts.sort_unstable_by_key(|part| (part.key, part.owner));
    parts.dedup_by(|later, first| {
        let same = later.key == first.key;
        if same {
            first.weight += later.weight;
        }
        same
    });
}

fn describe(part: &Part, document: &Document<'_>, text: &Extractor) -> TokenWeight {
    let quote = |field: Option<&str>| shorten(field.unwrap_or_default().trim());
    let (says, spans) = match part.owner {
        LOOKS => (
            "how it looks: length, capitals, links, symbols".to_owned(),
            Vec::new(),
        ),
        NAME => (format!("the name '{}'", quote(document.name)), Vec::new()),
        EMAIL => (
            format!("an email address at {}", quote(document.email_domain)),
            Vec::new(),
        ),
        WEBSITE => (
            format!("the website {}", quote(document.website)),
            Vec::new(),
        ),
        index => {
            let token = text.tokens()[index as usize];
            (phrase(&token, document.text, text), spans(part.key, text))
        }
    };
    TokenWeight {
        says,
        weight: part.weight,
        spans,
    }
}

fn phrase(token: &Token, submitted: &str, text: &Extractor) -> String {
    let (from, to) = text.text().span(token.start, token.end);
    let written = shorten(
        submitted
            .get(from as usize..to as usize)
            .unwrap_or_default(),
    );
    match token.kind {
        Kind::Link => format!("links to {}", shorten(&text.host(token))),
        Kind::Email => "gives an email address".to_owned(),
        Kind::Mention => format!("addresses '{written}'"),
        Kind::Hashtag => format!("is tagged '{written}'"),
        Kind::Number => format!("has the number '{written}'"),
        Kind::Picture | Kind::Symbol => format!("has '{written}'"),
        Kind::Spelled => format!("spells out '{written}'"),
        Kind::Word | Kind::Unspaced => format!("says '{written}'"),
    }
}

fn spans(key: u64, text: &Extractor) -> Vec<(u32, u32)> {
    let copies = text.tokens().iter().filter(|token| text.key(token) == key);
    copies
        .take(SPANS)
        .map(|token| text.text().span(token.start, token.end))
        .collect()
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
