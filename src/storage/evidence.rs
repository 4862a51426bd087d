//! The column in which a comment's evidence is kept: `1,links,timing,BASE64`.
//!
//! The version of the form, the checks that fired, the text's language (`in-de`) and the kind of abuse that it seems to be
//! (`abuse-insult`), for the queue's filter to find, then the rest in base64 of postcard's bytes. How abusive it seems has a column of its own. What the comment's own text, name and website say is quoted from them when it is read,
//! and the model's version from its column. What versions up to 0.1.0 stored is JSON with English
//! sentences and begins with `{`.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use crate::{
    bayes::{AbuseKind, STEPS, Sign, TokenWeight, rest},
    domain::{
        abuse::{AbuseScore, kind_of},
        evidence::{Check, Evidence, Finding, ModelEvidence},
        in_words::EvidenceInWords,
        reason::Because,
    },
    storage::{
        Result, StoreError,
        sql::{Column, ToValue, Value, get},
    },
};

/// What a column of this version begins with. Another form of [`Packed`] or of what it holds, but for variants
/// added at an end, needs another.
const VERSION: &str = "1,";
/// What a language's code follows.
const LANGUAGE: &str = "in-";
/// What a kind of abuse follows.
const ABUSE: &str = "abuse-";

#[derive(Serialize, Deserialize)]
struct Packed {
    model: Option<PackedModel>,
    checks: Vec<Finding>,
    because: Because,
}

/// Weights are whole steps of 1 / [`STEPS`]; the rest is what is missing from them to the sum.
#[derive(Serialize, Deserialize)]
struct PackedModel {
    log_odds: f64,
    bias: i32,
    tokens: Vec<PackedToken>,
}

/// A sign, its weight and its places.
type PackedToken = (Sign, i32, Vec<(u32, u32)>);

impl ToValue for Evidence {
    fn to_value(&self) -> Value {
        Value::Text(Some(pack(self)))
    }
}

/// Beside its own column it needs `model_version` and `abuse`.
impl Column for Evidence {
    fn read(row: &AnyRow, column: &str) -> Result<Self> {
        let column: String = get(row, column)?;
        let version = get(row, "model_version")?;
        let mut evidence = unpack(&column, version).ok_or(StoreError::Corrupt("evidence"))?;
        let steps: Option<f64> = get(row, "abuse")?;
        evidence.abuse = steps.map(|steps| AbuseScore::stored(steps, kind_in(&column)));
        Ok(evidence)
    }
}

fn pack(evidence: &Evidence) -> String {
    let packed = Packed {
        model: evidence.model.as_deref().map(pack_model),
        checks: evidence.checks.clone(),
        because: evidence.because.clone(),
    };
    // Writing numbers and strings to memory cannot fail.
    let bytes = postcard::to_stdvec(&packed).unwrap_or_default();
    let fired = Check::ALL.iter().filter(|check| {
        let mut findings = evidence.checks.iter();
        findings.any(|finding| finding.check == **check)
    });
    let mut column = VERSION.to_owned();
    for check in fired {
        column.extend([check.as_str(), ","]);
    }
    if let Some(language) = &evidence.language {
        column.extend([LANGUAGE, language, ","]);
    }
    if let Some(kind) = evidence.abuse.and_then(|abuse| abuse.kind) {
        column.extend([ABUSE, kind.as_str(), ","]);
    }
    BASE64_STANDARD_NO_PAD.encode_string(bytes, &mut column);
    column
}

#[expect(clippy::cast_possible_truncation, reason = "weights are small")]
fn pack_model(model: &ModelEvidence) -> PackedModel {
    let steps = |weight: f64| (weight * STEPS).round() as i32;
    let token = |token: &TokenWeight| {
        let sign = token.sign.clone();
        (sign, steps(token.weight), token.spans.clone())
    };
    PackedModel {
        log_odds: model.log_odds,
        bias: steps(model.bias),
        tokens: model.tokens.iter().map(token).collect(),
    }
}

fn unpack(column: &str, version: Option<String>) -> Option<Evidence> {
    let Some(packed) = column.strip_prefix(VERSION) else {
        let said: EvidenceInWords = serde_json::from_str(column).ok()?;
        return Some(said.into());
    };
    let mut words = packed.rsplit(',');
    let base64 = words.next()?;
    let language = words.find_map(|word| word.strip_prefix(LANGUAGE));
    let bytes = BASE64_STANDARD_NO_PAD.decode(base64).ok()?;
    let packed: Packed = postcard::from_bytes(&bytes).ok()?;
    let model = match packed.model {
        Some(model) => Some(unpack_model(model, version?).into()),
        None => None,
    };
    Some(Evidence {
        model,
        checks: packed.checks,
        because: packed.because,
        language: language.map(str::to_owned),
        abuse: None,
    })
}

/// The kind of abuse that a column names.
fn kind_in(column: &str) -> Option<AbuseKind> {
    let mut words = column.strip_prefix(VERSION)?.split(',');
    kind_of(words.find_map(|word| word.strip_prefix(ABUSE))?)
}

fn unpack_model(packed: PackedModel, version: String) -> ModelEvidence {
    let weight = |steps: i32| f64::from(steps) / STEPS;
    let token = |(sign, steps, spans)| TokenWeight {
        sign,
        weight: weight(steps),
        spans,
    };
    let bias = weight(packed.bias);
    let tokens: Vec<TokenWeight> = packed.tokens.into_iter().map(token).collect();
    ModelEvidence {
        version,
        log_odds: packed.log_odds,
        bias,
        rest: rest(packed.log_odds, bias, &tokens),
        tokens,
    }
}

/// The patterns for `LIKE` of the columns in which a check fired, of this form and of the one before. Neither
/// can be forged: base64 has no comma, and what an author wrote has its quotes escaped in JSON.
pub(super) fn fired(check: Check) -> [String; 2] {
    let check = check.as_str();
    [
        format!("{VERSION}%{check},%"),
        format!("{{%\"check\":\"{check}\"%"),
    ]
}

/// The pattern for `LIKE` of the columns of texts that seem to be of a kind of abuse.
pub(super) fn of_kind(kind: AbuseKind) -> String {
    format!("{VERSION}%{ABUSE}{},%", kind.as_str())
}

/// The pattern for `LIKE` of the columns of texts in a language.
pub(super) fn in_language(code: &str) -> String {
    format!("{VERSION}%{LANGUAGE}{code},%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bayes::Model,
        domain::{evidence::Verdict, reason::Reason},
        text::Document,
    };

    fn judged(text: &str) -> Evidence {
        let explained = Model::shipped().expect("a model").explain(&Document {
            text,
            ..Document::default()
        });
        Evidence {
            model: Some(
                ModelEvidence {
                    version: "shipped".to_owned(),
                    log_odds: explained.log_odds,
                    bias: explained.bias,
                    tokens: explained.tokens,
                    rest: explained.rest,
                }
                .into(),
            ),
            checks: vec![Finding {
                check: Check::Links,
                weight: 1.25,
                reason: Reason::TooManyLinks(4, 3),
                forces: Some(Verdict::Hold),
            }],
            because: Because::Finding(0),
            language: Some("en".to_owned()),
            abuse: None,
        }
    }

    #[test]
    fn the_kind_of_abuse_is_found_among_the_words() {
        let evidence = Evidence {
            abuse: Some(AbuseScore::stored(900.0, Some(AbuseKind::IdentityAttack))),
            ..judged("words")
        };
        let column = pack(&evidence);
        assert!(
            column.starts_with("1,links,in-en,abuse-identity_attack,"),
            "{column}"
        );
        assert_eq!(kind_in(&column), Some(AbuseKind::IdentityAttack));
        assert_eq!(kind_in("1,in-en,AA"), None);
        let read = unpack(&column, Some("shipped".to_owned())).expect("evidence");
        assert_eq!(read.language.as_deref(), Some("en"));
    }

    #[test]
    fn what_is_packed_is_read_again_to_the_last_bit() {
        let evidence = judged("Order cheap pills now http://pills.example.com/a, the gadget says");
        let column = pack(&evidence);
        assert!(column.starts_with("1,links,in-en,"), "{column}");
        let read = unpack(&column, Some("shipped".to_owned()));
        assert_eq!(read, Some(evidence));
        assert_eq!(unpack(&column, None), None, "a judgement without its model");
    }

    #[test]
    fn what_was_stored_by_this_form_stays_readable() {
        let column = "1,links,AAEFAAAAAAAA9D8OBAMBAQE";
        let evidence = unpack(column, None).expect("evidence");
        assert_eq!(evidence.checks, judged("").checks);
        assert_eq!(evidence.because, Because::NotJudged);
    }

    #[test]
    fn what_is_neither_form_is_corrupt() {
        for column in ["", "{", "1,", "1,links,?", "2,AAAA", "null"] {
            assert_eq!(unpack(column, None), None, "{column}");
        }
    }
}
