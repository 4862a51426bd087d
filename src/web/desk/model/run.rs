//! A training run and its model, as the model's page shows them.

use crate::{
    domain::{
        model::{ModelEntry, ModelStatus, Phase, Report},
        timestamp::Timestamp,
    },
    web::desk::item::age,
};

/// A training run and its model, in words.
pub(super) struct Run {
    pub(super) entry: ModelEntry,
    pub(super) asked: String,
    /// From 0 to 100.
    pub(super) percent: i64,
    pub(super) phase: &'static str,
    /// Name, the candidate's figure, the live model's, and the class of the first: better, worse, or neither where both
    /// are written alike.
    pub(super) figures: Vec<(&'static str, String, String, &'static str)>,
    /// The name of the sentence that says what to make of it; none for one in use, or without figures.
    pub(super) verdict: Option<&'static str>,
}

impl Run {
    pub(super) fn of(entry: ModelEntry, now: Timestamp) -> Self {
        let progress = entry.progress;
        Self {
            asked: age(crate::words::Words::english(), entry.requested_at, now),
            percent: progress.done * 100 / progress.total.max(1),
            phase: match progress.phase {
                Phase::Waiting => "waits for its turn",
                Phase::Reading => "reads the samples",
                Phase::Fitting => "fits the model",
                Phase::Measuring => "measures it against the live one",
                Phase::Done => "done",
            },
            verdict: verdict(&entry),
            figures: entry.report.as_ref().map(figures).unwrap_or_default(),
            entry,
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.entry.status == ModelStatus::Live
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
            "Spam caught",
            new.caught,
            old.caught,
            new.caught >= old.caught,
        ),
        share(
            "Genuine blocked",
            new.blocked,
            old.blocked,
            new.blocked <= old.blocked,
        ),
        figure("ROC area", new.auc, old.auc, new.auc >= old.auc),
        figure(
            "Log loss",
            new.log_loss,
            old.log_loss,
            new.log_loss <= old.log_loss,
        ),
        figure(
            "Calibration error",
            new.calibration_error,
            old.calibration_error,
            is_calibrated,
        ),
    ]
}
