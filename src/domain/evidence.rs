//! Why a comment was judged as it was: what the model read, which checks fired, and what the
//! policy made of it, as codes and numbers. Stored with the comment when it is judged and never rewritten:
//! the order of variants and fields of what can be serialised here is part of the stored form.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reason::{Because, Reason};
use crate::bayes::TokenWeight;

/// What the policy made of score and evidence on arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Published at once.
    Publish,
    /// Held for a person.
    Hold,
    /// Kept apart as spam, recoverable.
    Spam,
}

impl Verdict {
    /// The word kept in the database and shown outside.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Hold => "hold",
            Self::Spam => "spam",
        }
    }

    /// Reads the word that [`Verdict::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Publish, Self::Hold, Self::Spam]
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }
}

/// Which check a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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

impl Check {
    /// Every check.
    pub const ALL: [Self; 6] = [
        Self::Honeypot,
        Self::Timing,
        Self::Duplicate,
        Self::Rate,
        Self::Blocklist,
        Self::Links,
    ];

    /// Reads the word that [`Check::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.as_str() == word)
    }

    /// The word used in the API and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Honeypot => "honeypot",
            Self::Timing => "timing",
            Self::Duplicate => "duplicate",
            Self::Rate => "rate",
            Self::Blocklist => "blocklist",
            Self::Links => "links",
        }
    }
}

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

/// A score in words, for people.
#[must_use]
pub fn score_in_words(score: Option<f64>) -> &'static str {
    match score {
        None => "not judged",
        Some(p) if p >= 0.95 => "almost certainly spam",
        Some(p) if p >= 0.75 => "probably spam",
        Some(p) if p > 0.25 => "uncertain",
        Some(p) if p > 0.05 => "probably genuine",
        Some(_) => "almost certainly genuine",
    }
}
