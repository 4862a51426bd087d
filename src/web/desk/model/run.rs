//! A training run and its model, as the model's page tells of them.

use crate::{
    domain::{
        model::{ModelEntry, ModelStatus, Phase, Report},
        timestamp::Timestamp,
    },
    web::desk::item::age,
    words::Words,
};

/// A training run and its model, in words.
pub(super) struct Run {
    pub(super) entry: ModelEntry,
    pub(super) asked: String,
    /// From 0 to 100.
    pub(super) percent: i64,
    /// The name of the sentence that says what it does.
    pub(super) phase: &'static str,
    /// The name of its sentence, the candidate's figure, the live model's, and whether the candidate's is better.
    pub(super) figures: Vec<(&'static str, String, String, bool)>,
}

impl Run {
    pub(super) fn of(entry: ModelEntry, words: &Words, now: Timestamp) -> Self {
        let progress = entry.progress;
        Self {
            asked: age(words, entry.requested_at, now),
            percent: progress.done * 100 / progress.total.max(1),
            phase: phase(progress.phase),
            figures: entry.report.as_ref().map(figures).unwrap_or_default(),
            entry,
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.entry.status == ModelStatus::Live
    }
}

/// The name of the sentence that says what a run does.
pub(super) const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "model-phase-waiting",
        Phase::Reading => "model-phase-reading",
        Phase::Fitting => "model-phase-fitting",
        Phase::Measuring => "model-phase-measuring",
        Phase::Done => "model-phase-done",
    }
}

fn figures(report: &Report) -> Vec<(&'static str, String, String, bool)> {
    let (new, old) = (report.comparison.candidate, report.comparison.live);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let plain = |figure: f64| format!("{figure:.3}");
    let share = |name, new, old, better| (name, percent(new), percent(old), better);
    let figure = |name, new, old, better| (name, plain(new), plain(old), better);
    let is_calibrated = new.calibration_error <= old.calibration_error;
    vec![
        share(
            "model-spam-caught",
            new.caught,
            old.caught,
            new.caught >= old.caught,
        ),
        share(
            "model-genuine-blocked",
            new.blocked,
            old.blocked,
            new.blocked <= old.blocked,
        ),
        figure("model-figure-auc", new.auc, old.auc, new.auc >= old.auc),
        figure(
            "model-figure-log-loss",
            new.log_loss,
            old.log_loss,
            new.log_loss <= old.log_loss,
        ),
        figure(
            "model-figure-calibration",
            new.calibration_error,
            old.calibration_error,
            is_calibrated,
        ),
    ]
}
