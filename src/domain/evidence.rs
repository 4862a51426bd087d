//! Why a comment was judged as it was: what the model read, which checks fired, and what the
//! policy made of it, as codes and numbers. Stored with the comment when it is judged and never rewritten:
//! the order of variants and fields of what can be serialised here is part of the stored form.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::{
    abuse::AbuseScore,
    reason::{Because, Reason},
    word::with_words,
};
use crate::bayes::TokenWeight;

/// What the policy made of score and evidence on arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Verdict {
    /// Published at once.
    Publish,
    /// Held for a person.
    Hold,
    /// Kept apart as spam, recoverable.
    Spam,
}

/// Which check a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Check {
    /// A field that people do not see was filled in.
    Honeypot,
    /// The form token is missing, forged, too young or too old.
    Timing,
    /// The same text was posted before.
    Duplicate,
    /// Many comments from one network or one address.
    Rate,
    /// A blocked word, address, network or domain.
    Blocklist,
    /// More links than the site allows.
    Links,
    /// A language that the model does not know.
    Language,
    /// Near copies are on other pages or sites, or by others.
    Copies,
}

with_words!(Verdict, Check);

/// One check that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// What it adds to the comment's log-odds of spam (natural logarithm).
    pub weight: f64,
    /// What it found, without any personal data.
    pub reason: Reason,
    /// A verdict this finding forces whatever the score (a block rule can), if any.
    pub forces: Option<Verdict>,
}

/// What the model read in the comment.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelEvidence {
    /// The model's version.
    pub version: String,
    /// The model's own log-odds of spam: `bias + Σ tokens + rest`.
    pub log_odds: f64,
    /// What every comment starts with.
    pub bias: f64,
    /// The most telling tokens, each way.
    pub tokens: Vec<TokenWeight>,
    /// The sum of all other tokens.
    pub rest: f64,
}

/// Everything that was known when the comment was judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The model's part; absent when no model could judge, and then the comment was held.
    pub model: Option<Arc<ModelEvidence>>,
    /// The checks that fired.
    pub checks: Vec<Finding>,
    /// Why the policy decided as it did.
    pub because: Because,
    /// The code of the text's language, of two letters or three, where the text says enough.
    pub language: Option<String>,
    /// How abusive the text seemed; none where the site does not ask, or where no model knows the text's language. It is no part
    /// of the score of spam.
    pub abuse: Option<AbuseScore>,
}

impl Evidence {
    /// The comment's log-odds of spam: the model's plus what each finding adds. `None` without a
    /// usable model.
    #[must_use]
    pub fn log_odds(&self) -> Option<f64> {
        let model = self.model.as_ref()?.log_odds;
        let sum = model
            + self
                .checks
                .iter()
                .map(|finding| finding.weight)
                .sum::<f64>();
        sum.is_finite().then_some(sum)
    }
}
