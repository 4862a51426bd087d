//! What judges abuse on a site: a score, its reasons, and of which kinds a text is, from features that were found once. It is
//! evidence for people; nothing is decided by it here.

use std::sync::Arc;

use crate::{
    bayes::{AbuseKind, KindScore, Kinds, Model, Question},
    domain::site::SiteSlug,
    learn::{
        Learning,
        live::{LiveError, SiteModel},
        shipped,
    },
    text::views::Extractor,
};

/// Judges abuse on one site. Cheap to copy; it stays as it is while the site goes on learning.
#[derive(Debug, Clone)]
pub struct AbuseJudge {
    live: Arc<SiteModel>,
    kinds: Kinds,
}

impl AbuseJudge {
    /// Calibrated log-odds that a text is abusive, of its features.
    #[must_use]
    pub fn score(&self, features: &Extractor) -> f64 {
        self.live.model.score_features(features)
    }

    /// Calibrated log-odds of every kind but [`AbuseKind::Toxicity`], which is [`AbuseJudge::score`]. What a site has learnt does not
    /// move them: a label says that a text is abusive, not how.
    #[must_use]
    pub fn kinds(&self, features: &Extractor) -> Vec<KindScore> {
        self.kinds.score_features(features)
    }

    /// The languages (ISO 639-1) in which a kind is known.
    #[must_use]
    pub fn languages(&self, kind: AbuseKind) -> &[String] {
        self.kinds.languages(kind)
    }

    /// The model behind the score, which explains it.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.live.model
    }
}

/// What judges abuse on a site now.
///
/// # Errors
/// [`LiveError`]; then nothing is known of a text's abuse.
pub async fn judge(learning: &Learning, site: &SiteSlug) -> Result<AbuseJudge, LiveError> {
    Ok(AbuseJudge {
        live: learning.model_of(Question::Abuse, site).await?,
        kinds: shipped::kinds()?,
    })
}
