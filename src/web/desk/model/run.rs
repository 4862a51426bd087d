//! A training run and its model, as the model's page shows them.

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
    /// The name of its sentence, the candidate's figure, the live model's, and the class of the first: better, worse, or neither where both
    /// are written alike.
    pub(super) figures: Vec<(&'static str, String, String, &'static str)>,
    /// The name of the sentence that says what to make of it; none for one in use, or without figures.
    pub(super) verdict: Option<&'static str>,
}

impl Run {
    pub(super) fn of(entry: ModelEntry, words: &Words, now: Timestamp) -> Self {
        let progress = entry.progress;
        Self {
            asked: age(words, entry.requested_at, now),
            percent: progress.done * 100 / progress.total.max(1),
            phase: phase(progress.phase),
            verdict: verdict(&entry),
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

fn verdict(entry: &ModelEntry) -> Option<&'static str> {
    let report = entry.report.as_ref()?;
    if entry.status == ModelStatus::Live {
        return None;
    }
    Some(if report.gate.passed {
        "model-verdict-use"
    } else {
        "model-verdict-keep"
    })
}

/// The class of a figure beside another.
fn beside(new: &str, old: &str, better: bool) -> &'static str {
    match better {
        _ if new == old => "",
        true => " good-ink",
        false => " bad-ink",
    }
}

fn figures(report: &Report) -> Vec<(&'static str, String, String, &'static str)> {
    let (new, old) = (report.comparison.candidate, report.comparison.live);
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let plain = |figure: f64| format!("{figure:.3}");
    let line = |name, new: String, old: String, better| {
        let class = beside(&new, &old, better);
        (name, new, old, class)
    };
    let share = |name, new, old, better| line(name, percent(new), percent(old), better);
    let figure = |name, new, old, better| line(name, plain(new), plain(old), better);
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
