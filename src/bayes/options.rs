//! What can be chosen about a training run, and how rows are put into folds.

use super::question::Question;
use super::row::Row;
use hamlet_text::views::{VIEWS, mix};

/// What can be chosen about a training run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the model.
    pub name: String,
    /// What it answers: which views of a text are read.
    pub question: Question,
    /// Number of folds for out-of-fold scores, at least 2.
    pub folds: usize,
    /// Smoothing of each view. It must shrink as the feature space grows.
    pub alpha: [f64; VIEWS.len()],
    /// L2 penalty of the trust per view.
    pub penalty: f64,
    /// Inverse of the L2 penalty of the trust per feature.
    pub freedom: f64,
    /// The same on top of a base, where the starting point is already good.
    pub freedom_on_base: f64,
    /// How often a site's own text may count beside one of the base's: cross-validation picks one.
    pub lesson_weights: Vec<f64>,
    /// What remains of calibrated log-odds, at most 1: texts unlike all that the model was trained on deserve less confidence
    /// than those it was calibrated on.
    pub confidence: f64,
    /// Log-odds added to every score after that: how much rarer spam is where the model will be used than it was among the
    /// texts.
    pub shift: f64,
    /// Features kept for the logistic layers, over all rows (4 bytes each).
    pub kept_cells: usize,
    /// Beyond this many features over all rows, one fold is scored for calibration instead of every one: quicker, and the
    /// slope of the scores is less sure.
    pub calibrated_cells: usize,
    /// Picks the folds and the sample kept.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "site".to_owned(),
            question: Question::Spam,
            folds: 5,
            alpha: [0.05; VIEWS.len()],
            penalty: 1.0,
            freedom: 3.0,
            freedom_on_base: 10.0,
            lesson_weights: vec![16.0, 64.0, 256.0],
            confidence: 1.0,
            shift: 0.0,
            kept_cells: 6_000_000,
            calibrated_cells: 2_000_000,
            seed: 1,
        }
    }
}

impl Options {
    /// The fold that `row` belongs to: equal and nearly equal texts share one.
    pub(super) fn fold(&self, row: &Row) -> usize {
        let spread = mix(row.fingerprint ^ mix(self.seed));
        usize::try_from(spread % self.folds as u64).unwrap_or(0)
    }
}
