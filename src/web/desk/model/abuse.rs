//! The part of the model's page that shows what holding by abuse would have done.

use crate::{
    domain::site::Site,
    sites::abuse::{self, AbuseEffect},
    web::desk::{charts, prelude::*},
};

/// What holding by abuse would have done to the latest comments.
pub(super) struct AbuseTried {
    pub(super) comments: usize,
    pub(super) scores: String,
    pub(super) effects: Vec<AbuseEffect>,
    pub(super) threshold: f64,
    /// Who looked last, and when.
    pub(super) seen: Option<(String, String)>,
}

impl AbuseTried {
    pub(super) async fn of(app: &App, words: &Words, site: &Site) -> Result<Self, Problem> {
        let tried = abuse::latest(&app.sites, &site.slug).await?;
        let seen = app.store.abuse_trial(&site.slug).await?;
        let threshold = site.policy.abuse_threshold;
        Ok(Self {
            comments: tried.len(),
            scores: charts::abuse_scores(&tried),
            effects: abuse::THRESHOLDS
                .map(|at| abuse::effect(&tried, at))
                .to_vec(),
            threshold,
            seen: seen.map(|seen| (seen.by, age(words, seen.at, app.now()))),
        })
    }
}
