//! How far to believe what naive Bayes says. It takes every feature for independent evidence, which
//! makes it overconfident, and the more so the more features agree. A logistic regression (linfa's)
//! on the log-odds that each view gave to texts it had not seen learns one trust per view; on top of
//! it [`super::refine`] learns where single features deserve another. The weight of a feature is its
//! log-ratio times its trust, so new labels move it at once, through the log-ratio, while trust only
//! changes with a training run.

use linfa::ParamGuard as _;
use linfa::composing::platt_scaling::{Platt, platt_newton_method};
use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::naive::FitError;
use super::row::Row;
use hamlet_text::commonness::rarity;
use hamlet_text::views::{FEATURES, VIEWS};

/// Texts of the rarer class below which scores are left uncalibrated.
const FEWEST: usize = 10;

/// What one view each says about a text, in log-odds.
pub type Columns = [f64; VIEWS.len()];

/// Trust per view, and the bias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// Factor on the log-ratios of each view.
    pub factors: [f64; VIEWS.len()],
    /// Log-odds of a text that says nothing.
    pub bias: f64,
}

impl Trust {
    /// Fits one factor per view on what the views said and what each text was.
    ///
    /// # Errors
    /// [`FitError::Calibration`] where the regression does not converge.
    pub fn fit(rows: &[Columns], spam: &[bool], penalty: f64) -> Result<Self, FitError> {
        let failed = |error: &dyn std::fmt::Display| FitError::Calibration(error.to_string());
        let matrix = Array2::from_shape_vec((rows.len(), VIEWS.len()), rows.concat())
            .map_err(|error| failed(&error))?;
        let targets: Array1<bool> = spam.iter().copied().collect();
        let layer = LogisticRegression::default()
            .alpha(penalty)
            .max_iterations(300)
            .gradient_tolerance(1e-3)
            .fit(&DatasetBase::new(matrix, targets))
            .map_err(|error| failed(&error))?;
        // linfa calls the class with more rows positive, whichever that is.
        let sign = if layer.labels().pos.class { 1.0 } else { -1.0 };
        let factors = std::array::from_fn(|view| sign * layer.params()[view]);
        let trust = Self {
            factors,
            bias: sign * layer.intercept(),
        };
        if trust.is_finite() {
            Ok(trust)
        } else {
            Err(failed(&"a factor is not a number"))
        }
    }

    /// Is every number one?
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.factors
            .iter()
            .chain([&self.bias])
            .all(|value| value.is_finite())
    }

    /// The weight of every feature: its log-ratio times the trust of its view and its own difference.
    #[must_use]
    pub fn weights(&self, ratios: &[f32], differences: &[f32]) -> Vec<f32> {
        let mut weights = Vec::with_capacity(FEATURES);
        for view in VIEWS {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let factor = self.factors[view.index()] as f32;
            let cells = ratios[view.range()].iter().zip(&differences[view.range()]);
            weights.extend(cells.map(|(ratio, difference)| ratio * (factor + difference)));
        }
        weights
    }

    /// Stretches and shifts the scores this trust gives.
    #[must_use]
    pub fn calibrated(&self, line: Line) -> Self {
        Self {
            factors: self.factors.map(|factor| factor * line.slope),
            bias: self.bias * line.slope + line.shift,
        }
    }
}

/// What each view says about `row`, given every feature's log-ratio.
#[must_use]
pub fn columns(row: &Row, ratios: &[f32]) -> Columns {
    let mut columns = [0.0; VIEWS.len()];
    for (column, (ids, scale)) in columns.iter_mut().zip(row.views()) {
        *column = ids
            .iter()
            .map(|&id| f64::from(ratios[id as usize] * rarity(id)))
            .sum::<f64>()
            * f64::from(scale);
    }
    columns
}

/// A straight line from one log-odds to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Factor.
    pub slope: f64,
    /// Summand.
    pub shift: f64,
}

impl Line {
    /// Leaves scores as they are.
    const SAME: Self = Self {
        slope: 1.0,
        shift: 0.0,
    };

    /// The line that calibrates `scored` (Platt 1999, with the corrections of Lin, Lin and Weng 2007;
    /// linfa's). With too few texts of a class to say, scores stay as they are.
    #[must_use]
    pub fn calibrating(scored: &[(f64, bool)]) -> Self {
        let spam = scored.iter().filter(|(_, spam)| *spam).count();
        if spam.min(scored.len() - spam) < FEWEST {
            return Self::SAME;
        }
        let Ok(options) = Platt::<f64, ()>::params().check() else {
            return Self::SAME;
        };
        let values: Array1<f64> = scored.iter().map(|(score, _)| *score).collect();
        let targets: Array1<bool> = scored.iter().map(|(_, spam)| *spam).collect();
        match platt_newton_method(values.view(), targets.view(), &options) {
            // linfa's probability is 1 / (1 + exp(A·score + B)).
            Ok((a, b)) if a.is_finite() && b.is_finite() && a < 0.0 => Self {
                slope: -a,
                shift: -b,
            },
            _ => Self::SAME,
        }
    }

    /// Applies the line.
    #[must_use]
    pub fn apply(self, log_odds: f64) -> f64 {
        self.slope * log_odds + self.shift
    }
}
