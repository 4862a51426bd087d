//! How good a model is, in figures, from pairs of log-odds and truth. Nothing is scored or printed
//! here; how they are drawn is in [`super::plots`].

use std::fmt;

use serde::Serialize;

use crate::bayes::{log_loss, probability};

/// A score and whether the text was spam.
pub type Scored = (f64, bool);

/// Shares of ham wrongly blocked at which the spam caught is reported.
pub const BUDGETS: [f64; 3] = [0.001, 0.005, 0.01];
/// Bins of the calibration error.
pub const BINS: usize = 15;

/// What came of one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Confusion {
    /// Spam called spam.
    pub caught: u64,
    /// Spam called ham.
    pub missed: u64,
    /// Ham called spam.
    pub blocked: u64,
    /// Ham called ham.
    pub passed: u64,
}

/// The best that can be caught without blocking more than a budget of ham.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtBudget {
    /// Largest share of ham that may be blocked.
    pub budget: f64,
    /// Probability at and above which a text is called spam.
    pub threshold: f64,
    /// Share of the spam caught.
    pub caught: f64,
    /// Share of the ham blocked.
    pub blocked: f64,
}

/// The figures of one evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Ham texts.
    pub ham: u64,
    /// Spam texts.
    pub spam: u64,
    /// At probability one half.
    pub confusion: Confusion,
    /// Share of texts called what they are, at one half.
    pub accuracy: f64,
    /// Matthews' correlation coefficient at one half (1975): −1 to 1, 0 for guessing.
    pub mcc: f64,
    /// Area under the ROC curve: the chance that a spam scores above a ham.
    pub auc: f64,
    /// Area under the precision-recall curve (average precision).
    pub average_precision: f64,
    /// Mean logarithmic loss, in nats.
    pub log_loss: f64,
    /// Expected calibration error over [`BINS`] bins of equal width.
    pub calibration_error: f64,
    /// Spam caught within [`BUDGETS`].
    pub caught: Vec<AtBudget>,
}

impl Confusion {
    /// Counts at a threshold in log-odds: at and above it is spam.
    #[must_use]
    pub fn at(scored: &[Scored], threshold: f64) -> Self {
        let mut counts = Self::default();
        for &(score, spam) in scored {
            let called = score >= threshold;
            *match (spam, called) {
                (true, true) => &mut counts.caught,
                (true, false) => &mut counts.missed,
                (false, true) => &mut counts.blocked,
                (false, false) => &mut counts.passed,
            } += 1;
        }
        counts
    }

    /// Matthews' correlation coefficient; 0 where a row or column is empty.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    pub fn mcc(&self) -> f64 {
        let [tp, fn_, fp, tn] =
            [self.caught, self.missed, self.blocked, self.passed].map(|n| n as f64);
        let scale = ((tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_)).sqrt();
        if scale > 0.0 {
            (tp * tn - fp * fn_) / scale
        } else {
            0.0
        }
    }

    /// Share of texts called what they are.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio(
            self.caught + self.passed,
            self.caught + self.missed + self.blocked + self.passed,
        )
    }
}

/// A share; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// One step of the curves: everything scoring at least `threshold` is called spam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Log-odds.
    pub threshold: f64,
    /// Spam at or above it.
    pub caught: u64,
    /// Ham at or above it.
    pub blocked: u64,
}

/// The curve's steps, one per distinct score, from the highest down.
#[must_use]
pub fn steps(scored: &[Scored]) -> Vec<Step> {
    let mut sorted = scored.to_vec();
    sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut steps: Vec<Step> = Vec::new();
    let (mut caught, mut blocked) = (0, 0);
    for (score, spam) in sorted {
        if spam {
            caught += 1;
        } else {
            blocked += 1;
        }
        let step = Step {
            threshold: score,
            caught,
            blocked,
        };
        match steps.last_mut() {
            #[expect(clippy::float_cmp, reason = "equal scores are one step")]
            Some(last) if last.threshold == score => *last = step,
            _ => steps.push(step),
        }
    }
    steps
}

impl Figures {
    /// Computes every figure.
    #[must_use]
    pub fn of(scored: &[Scored]) -> Self {
        let confusion = Confusion::at(scored, 0.0);
        let steps = steps(scored);
        let spam = confusion.caught + confusion.missed;
        let ham = confusion.blocked + confusion.passed;
        Self {
            ham,
            spam,
            confusion,
            accuracy: confusion.accuracy(),
            mcc: confusion.mcc(),
            auc: auc(&steps, spam, ham),
            average_precision: average_precision(&steps, spam),
            log_loss: log_loss(scored),
            calibration_error: calibration_error(scored),
            caught: BUDGETS
                .iter()
                .map(|budget| at_budget(&steps, spam, ham, *budget))
                .collect(),
        }
    }
}

/// The area under the ROC curve alone.
#[must_use]
pub fn auc_of(scored: &[Scored]) -> f64 {
    let spam = scored.iter().filter(|(_, spam)| *spam).count() as u64;
    auc(&steps(scored), spam, scored.len() as u64 - spam)
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
fn auc(steps: &[Step], spam: u64, ham: u64) -> f64 {
    if spam == 0 || ham == 0 {
        return 0.5;
    }
    let mut area = 0.0;
    let (mut caught, mut blocked) = (0, 0);
    for step in steps {
        area += (step.blocked - blocked) as f64 * (step.caught + caught) as f64 / 2.0;
        (caught, blocked) = (step.caught, step.blocked);
    }
    area / spam as f64 / ham as f64
}

fn average_precision(steps: &[Step], spam: u64) -> f64 {
    let mut before = 0;
    let mut sum = 0.0;
    for step in steps {
        sum += ratio(step.caught - before, spam) * ratio(step.caught, step.caught + step.blocked);
        before = step.caught;
    }
    sum
}

/// A bin of a calibration plot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Texts in it.
    pub count: u64,
    /// Of these, spam.
    pub spam: u64,
    /// Sum of the predicted probabilities.
    pub predicted: f64,
}

/// Texts by predicted probability, in [`BINS`] bins of equal width.
#[must_use]
pub fn bins(scored: &[Scored]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for &(score, spam) in scored {
        let predicted = probability(score);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a probability times 15"
        )]
        let place = ((predicted * BINS as f64) as usize).min(BINS - 1);
        let bin = &mut bins[place];
        bin.count += 1;
        bin.spam += u64::from(spam);
        bin.predicted += predicted;
    }
    bins
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
fn calibration_error(scored: &[Scored]) -> f64 {
    let off: f64 = bins(scored)
        .iter()
        .map(|bin| (bin.predicted - bin.spam as f64).abs())
        .sum();
    off / scored.len().max(1) as f64
}

/// The lowest threshold that blocks no more ham than the budget.
#[must_use]
pub fn at_budget(steps: &[Step], spam: u64, ham: u64, budget: f64) -> AtBudget {
    let within = steps
        .iter()
        .take_while(|step| ratio(step.blocked, ham) <= budget)
        .last();
    within.map_or(
        AtBudget {
            budget,
            threshold: 1.0,
            caught: 0.0,
            blocked: 0.0,
        },
        |step| AtBudget {
            budget,
            threshold: probability(step.threshold),
            caught: ratio(step.caught, spam),
            blocked: ratio(step.blocked, ham),
        },
    )
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Confusion {
            caught,
            missed,
            blocked,
            passed,
        } = self.confusion;
        writeln!(out, "  {:<24}{:>10}{:>10}", "", "called spam", "called ham")?;
        writeln!(out, "  {:<24}{caught:>10}{missed:>10}", "spam")?;
        writeln!(out, "  {:<24}{blocked:>10}{passed:>10}", "ham")?;
        writeln!(
            out,
            "  accuracy {:.4}   MCC {:.4}   AUC {:.4}",
            self.accuracy, self.mcc, self.auc
        )?;
        writeln!(
            out,
            "  log loss {:.4}   calibration error {:.4}",
            self.log_loss, self.calibration_error
        )?;
        for at in &self.caught {
            writeln!(
                out,
                "  {:.1} % of ham blocked at most: {:.1} % of spam caught (threshold {:.4})",
                at.budget * 100.0,
                at.caught * 100.0,
                at.threshold,
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_case_are_those_computed_by_hand() {
        let scored = [
            (2.0, true),
            (1.0, true),
            (0.5, false),
            (-1.0, true),
            (-2.0, false),
            (-3.0, false),
        ];
        let figures = Figures::of(&scored);
        assert_eq!(
            figures.confusion,
            Confusion {
                caught: 2,
                missed: 1,
                blocked: 1,
                passed: 2
            }
        );
        assert!((figures.auc - 8.0 / 9.0).abs() < 1e-12);
        assert!((figures.mcc - 1.0 / 3.0).abs() < 1e-12);
        assert!((figures.caught[0].caught - 2.0 / 3.0).abs() < 1e-12);
        assert!((figures.average_precision - (1.0 / 3.0 + 1.0 / 3.0 + 0.25)).abs() < 1e-12);
    }

    #[test]
    fn ties_count_half() {
        let figures = Figures::of(&[(0.0, true), (0.0, false)]);
        assert!((figures.auc - 0.5).abs() < 1e-12);
    }

    #[test]
    fn extreme_scores_stay_finite() {
        let figures = Figures::of(&[(-900.0, true), (900.0, false)]);
        assert!(figures.log_loss.is_finite() && (figures.calibration_error - 1.0).abs() < 1e-9);
    }
}
