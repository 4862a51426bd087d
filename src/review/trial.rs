//! Judging a text without keeping it: what the live model and a site's policy would make of it.
//!
//! The checks that need a sender, a form or a memory (rates, timing, repetition) have nothing to
//! look at here and stay silent.

use std::sync::Arc;

use crate::{
    bayes::probability,
    domain::{
        abuse::AbuseMode,
        evidence::{Evidence, Verdict},
        site::Site,
    },
    intake::{self, policy},
    learn::Learning,
    text::Document,
};

/// What a text would be judged as.
#[derive(Debug)]
pub struct Trial {
    /// Probability of spam; none when the model could not judge.
    pub score: Option<f64>,
    /// What the policy would make of it, for an author nobody knows.
    pub verdict: Verdict,
    /// Why.
    pub evidence: Evidence,
}

/// Judges. Takes some tens of microseconds of a core.
pub async fn judge(learning: &Learning, site: &Arc<Site>, document: &Document<'_>) -> Trial {
    let asks_abuse = site.policy.abuse != AbuseMode::Off;
    let opinion = intake::judge(learning, site, asks_abuse, document).await;
    let mut evidence = Evidence {
        abuse: opinion.abuse,
        model: opinion.model,
        checks: opinion.unknown.into_iter().collect(),
        language: opinion.language,
        ..Evidence::default()
    };
    let score = evidence.log_odds().map(probability);
    let (verdict, because) = policy::verdict(&site.policy, &evidence, score, opinion.untaught, 0);
    evidence.because = because;
    Trial {
        score,
        verdict,
        evidence,
    }
}
