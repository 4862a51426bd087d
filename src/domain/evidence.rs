//! Why a comment was judged as it was: what the model read, which checks fired, and what the
//! policy made of it. Stored with the comment when it is judged and never rewritten.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{bayes::TokenWeight, words::words};

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
}

words!(Verdict, Check);

/// One check that fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// The model's part; absent when no model could judge, and then the comment was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ModelEvidence>)]
    pub model: Option<Arc<ModelEvidence>>,
    /// The checks that fired.
    pub checks: Vec<Finding>,
    /// Why the policy decided as it did, in plain words.
    pub because: String,
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

    /// The main reasons in plain words, strongest towards spam first: checks, then tokens.
    #[must_use]
    pub fn main_reasons(&self, max: usize) -> Vec<&str> {
        let tokens = self.model.iter().flat_map(|model| &model.tokens);
        let mut reasons: Vec<(f64, &str)> = self
            .checks
            .iter()
            .map(|finding| (finding.weight + 100.0, finding.reason.as_str()))
            .chain(tokens.map(|token| (token.weight, token.says.as_str())))
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        reasons.sort_by(|a, b| b.0.total_cmp(&a.0));
        reasons
            .into_iter()
            .take(max)
            .map(|(_, says)| says)
            .collect()
    }
}
