//! How abusive a text seems: evidence that people look at and sort by, and by which a site's policy may hold a comment for
//! them. Nothing is published, put aside or discarded by it.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::word::with_words;
use crate::bayes::AbuseKind;

/// From here on a text seems abusive: its kind is worked out, and the queue shows it and can be sorted by it. The database's
/// index holds no comment below.
pub const LIKELY: f64 = 0.5;

/// From here on a text is almost surely abusive.
pub const SURE: f64 = 0.9;

/// Steps from 0 to 1 in which scores are kept: nobody reads more, and each is stored with its comment.
const STEPS: f64 = 1000.0;

/// How abusive a text seemed when it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AbuseScore {
    /// Whole steps of a thousandth.
    steps: f64,
    /// The kind that it seems to be most; none below [`LIKELY`], or where no kind is likely.
    pub kind: Option<AbuseKind>,
}

impl AbuseScore {
    /// From a probability in [0, 1].
    #[must_use]
    pub fn new(probability: f64) -> Self {
        let steps = (probability.clamp(0.0, 1.0) * STEPS).round();
        Self { steps, kind: None }
    }

    /// The same, of a kind.
    #[must_use]
    pub const fn of_kind(self, kind: Option<AbuseKind>) -> Self {
        Self { kind, ..self }
    }

    /// As it was stored.
    #[must_use]
    pub const fn stored(steps: f64, kind: Option<AbuseKind>) -> Self {
        Self { steps, kind }
    }

    /// The probability that the text is abusive, in [0, 1].
    #[must_use]
    pub fn probability(self) -> f64 {
        self.steps / STEPS
    }

    /// The same in thousandths, as it is stored.
    #[must_use]
    pub const fn steps(self) -> f64 {
        self.steps
    }

    /// Whether the text seems abusive.
    #[must_use]
    pub fn is_likely(self) -> bool {
        self.probability() >= LIKELY
    }
}

/// The kind with a word.
#[must_use]
pub fn kind_of(word: &str) -> Option<AbuseKind> {
    AbuseKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

/// What a site does with how abusive its comments seem.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum AbuseMode {
    /// It is not worked out.
    Off,
    /// Moderators see it.
    #[default]
    Show,
    /// Moderators see it, and a comment at or above the site's threshold is held for them.
    Hold,
}

/// Which comments are wanted by how abusive they seem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AbuseFilter {
    /// Likely abusive.
    Likely,
    /// Almost surely abusive.
    Sure,
    /// Likely, and above all very hateful.
    Severe,
    /// Likely, and above all an insult.
    Insult,
    /// Likely, and above all a threat.
    Threat,
    /// Likely, and above all against what people are.
    IdentityAttack,
    /// Likely, and above all obscene.
    Obscene,
    /// Likely, and above all sexual.
    Sexual,
}

with_words!(AbuseMode, AbuseFilter);

impl AbuseFilter {
    /// The least score, in thousandths as it is stored.
    #[must_use]
    pub fn least(self) -> f64 {
        let least = if self == Self::Sure { SURE } else { LIKELY };
        (least * STEPS).round()
    }

    /// The kind, where one is wanted.
    #[must_use]
    pub fn kind(self) -> Option<AbuseKind> {
        kind_of(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_kept_in_thousandths_and_thresholds_hold_to_the_last_one() {
        let score = AbuseScore::new(0.899_999);
        assert!(score.probability() >= SURE);
        assert!((AbuseScore::stored(score.steps(), None).probability() - 0.9).abs() < 1e-12);
        assert!(!AbuseScore::new(0.4994).is_likely());
    }

    #[test]
    fn every_kind_can_be_filtered_by() {
        let kinds: Vec<AbuseKind> = AbuseFilter::ALL
            .iter()
            .filter_map(|one| one.kind())
            .collect();
        assert_eq!(kinds, AbuseKind::ALL[1..]);
    }
}
