//! How far to believe each view. Naive Bayes takes every feature for independent evidence, which
//! makes it overconfident, and the more so the more features agree. A logistic regression (linfa's)
//! on the log-odds that each view gave to texts it had not seen learns how much of that to believe;
//! its output is a calibrated probability. Within a view features are told apart by how much was
//! seen of them: a word met twice deserves another trust than one met a thousand times.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::bayes::FitError;
use super::views::{VIEWS, View};

/// How many bands of familiarity each view has.
pub const BANDS: usize = 4;
/// Columns of the logistic layer.
pub const COLUMNS: usize = VIEWS.len() * BANDS;
/// Limits between the bands: the summed value of a feature over both classes.
const LIMITS: [f64; BANDS - 1] = [0.5, 2.0, 12.0];

/// The band of a feature by its sum over both classes.
#[must_use]
pub fn band(sum: f64) -> usize {
    LIMITS.iter().filter(|limit| sum >= **limit).count()
}

/// The column of a view's band.
#[must_use]
pub const fn column(view: View, band: usize) -> usize {
    view.index() * BANDS + band
}

/// The logistic layer: one trust per view and band, and the bias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// Factor on the log-ratios, by [`column`].
    pub factors: Vec<f64>,
    /// Log-odds of a text that says nothing.
    pub bias: f64,
}

impl Trust {
    /// The layer before anything is known: every view believed a little.
    #[must_use]
    pub fn untrained() -> Self {
        Self {
            factors: vec![1.0; COLUMNS],
            bias: 0.0,
        }
    }

    /// The log-odds of a row.
    #[must_use]
    pub fn log_odds(&self, row: &[f32; COLUMNS]) -> f64 {
        self.bias
            + self
                .factors
                .iter()
                .zip(row)
                .map(|(factor, value)| factor * f64::from(*value))
                .sum::<f64>()
    }

    /// Fits the layer on rows of [`COLUMNS`] log-odds and what each row's text was.
    ///
    /// # Errors
    /// [`FitError::Calibration`] where the regression does not converge.
    pub fn fit(rows: &[[f32; COLUMNS]], spam: &[bool], penalty: f64) -> Result<Self, FitError> {
        let values = rows
            .iter()
            .flatten()
            .map(|value| f64::from(*value))
            .collect();
        let matrix = Array2::from_shape_vec((rows.len(), COLUMNS), values)
            .map_err(|error| FitError::Calibration(error.to_string()))?;
        let targets: Array1<bool> = spam.iter().copied().collect();
        let layer = LogisticRegression::default()
            .alpha(penalty)
            .max_iterations(300)
            .gradient_tolerance(1e-3)
            .fit(&DatasetBase::new(matrix, targets))
            .map_err(|error| FitError::Calibration(error.to_string()))?;
        // linfa calls the class with more rows positive, whichever that is.
        let sign = if layer.labels().pos.class { 1.0 } else { -1.0 };
        let factors: Vec<f64> = layer.params().iter().map(|factor| sign * factor).collect();
        let bias = sign * layer.intercept();
        if factors.iter().chain([&bias]).all(|value| value.is_finite()) {
            Ok(Self { factors, bias })
        } else {
            Err(FitError::Calibration("a factor is not a number".into()))
        }
    }
}
