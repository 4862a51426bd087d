//! What statuses and scores are called: the names of sentences.

use crate::domain::{
    comment::Status,
    decision::Decision,
    score::{Band, SURE_OF_GENUINE, SURE_OF_SPAM},
};

/// A status as a tab's name.
#[must_use]
pub fn label(status: Status) -> String {
    format!("status-{}", status.as_str())
}

/// A decision by its name.
#[must_use]
pub fn decision(decision: Decision) -> String {
    format!("decision-{}", decision.as_str())
}

/// A band of scores.
#[must_use]
pub const fn band(band: Band) -> &'static str {
    match band {
        Band::Spam => "score-spam",
        Band::Uncertain => "score-uncertain",
        Band::Genuine => "score-genuine",
    }
}

/// A score.
#[must_use]
pub fn score(score: Option<f64>) -> &'static str {
    match score {
        None => "score-none",
        Some(score) if score >= SURE_OF_SPAM => "score-sure-spam",
        Some(score) if score <= SURE_OF_GENUINE => "score-sure-genuine",
        Some(score) => band(Band::of(score)),
    }
}
