//! Training runs and the models that come of them, as the registry lists them. A run and its model
//! share one identifier: first there is progress, then there are figures.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::bayes::Question;

use super::{id::id, site::SiteSlug, timestamp::Timestamp, word::with_words};

/// The name under which the model that ships with the program is activated.
pub const SHIPPED: &str = "shipped";

id! {
    /// A run's and a model's identifier.
    ModelId
}

/// Where a run or its model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum ModelStatus {
    /// The run waits for its turn.
    Queued,
    /// The run is under way.
    Training,
    /// The run ended without a model; `failure` says why.
    Failed,
    /// Trained and measured, never in use.
    Candidate,
    /// In use.
    Live,
    /// Was in use.
    Retired,
}

impl ModelStatus {
    /// Whether the run has not ended yet.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Training)
    }

    /// Whether there is a model that could be put into use.
    #[must_use]
    pub const fn is_trained(self) -> bool {
        matches!(self, Self::Candidate | Self::Live | Self::Retired)
    }
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Phase {
    /// It waits.
    Waiting,
    /// It reads the samples.
    Reading,
    /// It fits the model.
    Fitting,
    /// It measures candidate and live model on samples that neither was trained on.
    Measuring,
    /// It has ended.
    Done,
}

with_words!(ModelStatus, Phase);

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Samples gone through in this phase.
    pub done: i64,
    /// Samples to go through in this phase.
    pub total: i64,
}

/// A model's figures on held-out samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// Share of the spam at or above the site's spam threshold.
    pub caught: f64,
    /// Share of the ham at or above the site's spam threshold: wrongly blocked.
    pub blocked: f64,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Matthews' correlation coefficient at probability one half.
    pub mcc: f64,
    /// Mean logarithmic loss, in nats.
    pub log_loss: f64,
    /// Expected calibration error over 15 bins.
    pub calibration_error: f64,
}

/// Candidate against live on the same held-out samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// Held-out ham.
    pub ham: u64,
    /// Held-out spam.
    pub spam: u64,
    /// The site's spam threshold at the time.
    pub threshold: f64,
    /// The candidate.
    pub candidate: Measured,
    /// What was live, with the same labels taught to it that the candidate was trained on.
    pub live: Measured,
    /// The live model's version.
    pub live_version: String,
}

/// Whether a candidate may go into use, and if not, why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gate {
    /// Whether it may, without force.
    pub passed: bool,
    /// What stands against it, one plain sentence each.
    pub reasons: Vec<String>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Ham trained on.
    pub ham: u64,
    /// Spam trained on.
    pub spam: u64,
    /// Of these, left out because an equal or nearly equal one was there.
    pub duplicates: u64,
    /// Candidate against live.
    pub comparison: Comparison,
    /// Whether it may go into use.
    pub gate: Gate,
}

/// A training run and its model.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ModelView)]
pub struct ModelEntry {
    /// Identifier.
    pub id: ModelId,
    /// The site it is for.
    pub site: SiteSlug,
    /// What it answers.
    pub question: Question,
    /// Where it stands.
    pub status: ModelStatus,
    /// The model's version, once there is one.
    pub version: Option<String>,
    /// How far the run is.
    pub progress: Progress,
    /// Times the run was begun: more than one when an instance was stopped meanwhile.
    pub attempts: i64,
    /// Who asked for it: a moderator's or token's name.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When the run began, last.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it.
    pub report: Option<Report>,
    /// Why there is no model.
    pub failure: Option<String>,
    /// When it went into use, last.
    pub activated_at: Option<Timestamp>,
    /// Who put it into use.
    pub activated_by: Option<String>,
}
