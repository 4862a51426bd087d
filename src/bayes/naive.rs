//! Multinomial naive Bayes, by linfa. A multinomial likelihood depends on the texts only through the
//! sums of each feature per class, so linfa is handed one row per class and fits in O(features)
//! memory what it would have fitted from all the texts.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_bayes::{MultinomialNb, MultinomialNbParams, NaiveBayesError};
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::HashMap;

use super::label::Label;
use super::sums::Sums;
use hamlet_text::views::{VIEWS, View};

/// Why a fit failed.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// linfa refused.
    #[error("naive Bayes could not be fitted: {0}")]
    Bayes(#[from] NaiveBayesError),
    /// linfa's model does not have the shape of the version this was written for.
    #[error("the fitted model could not be read: {0}")]
    Shape(#[from] postcard::Error),
    /// One class has no text at all.
    #[error("both spam and ham are needed to learn from, and one of them is missing")]
    OneClass,
    /// The logistic layer did not converge.
    #[error("the scores could not be calibrated: {0}")]
    Calibration(String),
}

/// The parts of linfa's fitted model that its public interface keeps to itself.
#[derive(Deserialize)]
struct Fitted {
    class_info: HashMap<usize, ClassInfo>,
}

#[derive(Deserialize)]
struct ClassInfo {
    #[serde(rename = "class_count")]
    _count: usize,
    #[serde(rename = "prior")]
    _prior: f64,
    #[serde(rename = "feature_count")]
    _sums: Array1<f64>,
    feature_log_prob: Array1<f64>,
}

/// Fits linfa's model on the sums of one view, both classes scaled to the same total so that a
/// feature never seen says nothing.
///
/// # Errors
/// [`FitError::Bayes`] for a negative `alpha`.
pub fn fit(sums: &Sums, view: View, alpha: f64) -> Result<MultinomialNb<f64, usize>, FitError> {
    let range = view.range();
    let total = |label| sums.values(label, range.clone()).sum::<f64>();
    let totals = [total(Label::Ham), total(Label::Spam)];
    let common = f64::midpoint(totals[0], totals[1]);
    let mut rows = Vec::with_capacity(2 * view.size());
    for label in [Label::Ham, Label::Spam] {
        let own = totals[label.index()];
        let scale = if own > 0.0 { common / own } else { 0.0 };
        rows.extend(sums.values(label, range.clone()).map(|value| value * scale));
    }
    let rows = Array2::from_shape_vec((2, view.size()), rows)
        .map_err(|error| FitError::Calibration(error.to_string()))?;
    let classes = Array1::from(vec![Label::Ham.index(), Label::Spam.index()]);
    Ok(MultinomialNbParams::new()
        .alpha(alpha)
        .fit(&DatasetBase::new(rows, classes))?)
}

/// The log-ratio of every feature of one view: log P(feature | spam) − log P(feature | ham).
///
/// # Errors
/// As [`fit`], and [`FitError::Shape`] when linfa's model has another shape than expected.
pub fn log_ratios(sums: &Sums, view: View, alpha: f64) -> Result<Vec<f32>, FitError> {
    let model = fit(sums, view, alpha)?;
    let fitted: Fitted = postcard::from_bytes(&postcard::to_stdvec(&model)?)?;
    let class = |label: Label| {
        fitted
            .class_info
            .get(&label.index())
            .ok_or(FitError::OneClass)
    };
    let (ham, spam) = (class(Label::Ham)?, class(Label::Spam)?);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a weight of seven digits is enough"
    )]
    let ratios = spam
        .feature_log_prob
        .iter()
        .zip(&ham.feature_log_prob)
        .map(|(s, h)| (s - h) as f32);
    Ok(ratios.collect())
}

/// The log-ratios of all views, in the order of the feature space.
///
/// # Errors
/// As [`log_ratios`].
pub fn all_log_ratios(sums: &Sums, alpha: &[f64; VIEWS.len()]) -> Result<Vec<f32>, FitError> {
    let views: Vec<Vec<f32>> = VIEWS
        .par_iter()
        .map(|view| log_ratios(sums, *view, alpha[view.index()]))
        .collect::<Result<_, _>>()?;
    Ok(views.concat())
}
