//! Evidence in words: what the API shows and exports carry, and what was stored before there were codes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    evidence::{Check, Evidence, Finding, ModelEvidence, Verdict},
    reason::{Because, Reason},
};
use crate::bayes::{Sign, TokenWeight};

/// Everything that was known when the comment was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceInWords {
    /// The model's part; absent when no model could judge, and then the comment was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelInWords>,
    /// The checks that fired.
    pub checks: Vec<FindingInWords>,
    /// Why the policy decided as it did, in plain words.
    pub because: String,
    /// The code of the text's language (ISO 639), where the text says enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// One check that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingInWords {
    /// The check.
    pub check: Check,
    /// What it adds to the comment's log-odds of spam (natural logarithm).
    pub weight: f64,
    /// The reason in plain words, without any personal data.
    pub reason: String,
    /// A verdict this finding forces whatever the score (a block rule can), if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forces: Option<Verdict>,
}

/// What the model read in the comment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelEvidence)]
pub struct ModelInWords {
    /// The model's version.
    pub version: String,
    /// The model's own log-odds of spam: `bias + Σ tokens + rest`.
    pub log_odds: f64,
    /// What every comment starts with.
    pub bias: f64,
    /// The most telling tokens, each way.
    pub tokens: Vec<TokenInWords>,
    /// The sum of all other tokens.
    pub rest: f64,
}

/// What one token contributed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = TokenWeight)]
pub struct TokenInWords {
    /// In plain words: `links to bit.ly`, `says 'subscribe'`.
    pub says: String,
    /// Log-odds, in steps of 0.0001; above zero towards spam.
    pub weight: f64,
    /// Byte ranges in the submitted text; none for what is not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<(u32, u32)>,
}

impl From<EvidenceInWords> for Evidence {
    fn from(said: EvidenceInWords) -> Self {
        let finding = |said: FindingInWords| Finding {
            check: said.check,
            weight: said.weight,
            reason: Reason::Sentence(said.reason),
            forces: said.forces,
        };
        Self {
            model: said.model.map(|model| ModelEvidence::from(model).into()),
            checks: said.checks.into_iter().map(finding).collect(),
            because: Because::Sentence(said.because),
            language: said.language,
            abuse: None,
        }
    }
}

impl From<ModelInWords> for ModelEvidence {
    fn from(said: ModelInWords) -> Self {
        let token = |said: TokenInWords| TokenWeight {
            sign: Sign::Sentence(said.says),
            weight: said.weight,
            spans: said.spans,
        };
        Self {
            version: said.version,
            log_odds: said.log_odds,
            bias: said.bias,
            tokens: said.tokens.into_iter().map(token).collect(),
            rest: said.rest,
        }
    }
}
