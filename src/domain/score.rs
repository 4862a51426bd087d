//! What a score says: bands of the calibrated probability of spam, in [0, 1].

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::word::with_words;

/// From here on a score is sure of spam.
pub const SURE_OF_SPAM: f64 = 0.95;

/// Up to here a score is sure of a genuine comment.
pub const SURE_OF_GENUINE: f64 = 0.05;

/// Where a score leans to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Band {
    /// Probably spam.
    Spam,
    /// Neither.
    Uncertain,
    /// Probably genuine.
    Genuine,
}

with_words!(Band);

impl Band {
    /// The band of a score.
    #[must_use]
    pub fn of(score: f64) -> Self {
        match score {
            spam if spam >= Self::Spam.bounds().0 => Self::Spam,
            genuine if genuine <= Self::Genuine.bounds().1 => Self::Genuine,
            _ => Self::Uncertain,
        }
    }

    /// Its lowest and its highest score.
    #[must_use]
    pub const fn bounds(self) -> (f64, f64) {
        match self {
            Self::Spam => (0.75, 1.0),
            Self::Uncertain => (0.25, 0.75),
            Self::Genuine => (0.0, 0.25),
        }
    }

    /// In words, for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Spam => "probably spam",
            Self::Uncertain => "uncertain",
            Self::Genuine => "probably genuine",
        }
    }
}

/// A score in words, for people.
#[must_use]
pub fn in_words(score: Option<f64>) -> &'static str {
    match score {
        None => "not judged",
        Some(score) if score >= SURE_OF_SPAM => "almost certainly spam",
        Some(score) if score <= SURE_OF_GENUINE => "almost certainly genuine",
        Some(score) => Band::of(score).in_words(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_score_has_one_band_and_one_wording() {
        for (score, band, words) in [
            (0.0, Band::Genuine, "almost certainly genuine"),
            (0.05, Band::Genuine, "almost certainly genuine"),
            (0.06, Band::Genuine, "probably genuine"),
            (0.25, Band::Genuine, "probably genuine"),
            (0.26, Band::Uncertain, "uncertain"),
            (0.74, Band::Uncertain, "uncertain"),
            (0.75, Band::Spam, "probably spam"),
            (0.95, Band::Spam, "almost certainly spam"),
            (1.0, Band::Spam, "almost certainly spam"),
        ] {
            assert_eq!(
                (Band::of(score), in_words(Some(score))),
                (band, words),
                "{score}"
            );
        }
        assert_eq!(in_words(None), "not judged");
    }
}
