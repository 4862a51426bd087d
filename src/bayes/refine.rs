//! Trust per feature: how much more or less than its view's trust each single feature deserves, learnt
//! by a logistic regression whose inputs are the features' log-ratios and whose starting point is the
//! score that trust per view gives. The penalty pulls towards no difference, so a feature that little
//! is known of keeps the trust of its view.

use rayon::prelude::*;

use super::lbfgs::minimize;
use super::row::Row;
use hamlet_text::commonness::rarity;
use hamlet_text::views::FEATURES;

/// Iterations of the optimiser; more gained nothing under cross-validation.
const ITERATIONS: usize = 40;
/// Relative gain at which it stops.
const TOLERANCE: f64 = 1e-5;
/// Parts the rows are cut into, however many threads there are: the order of adding is then fixed.
const PARTS: usize = 8;

/// A row of the regression: its features, and the score it has so far.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The text.
    pub row: &'a Row,
    /// Log-odds by trust per view, from a model that had not seen the text.
    pub offset: f64,
}

/// Fits the differences: one per feature, zero where nothing was seen, and a shift of the bias.
/// `freedom` is the inverse of the L2 penalty.
#[must_use]
pub fn fit(rows: &[Placed<'_>], ratios: &[f32], freedom: f64) -> (Vec<f32>, f64) {
    let columns = Columns::of(rows, ratios);
    let size = columns.values.len() + 1;
    let found = minimize(size, ITERATIONS, TOLERANCE, |point, gradient| {
        columns.loss(rows, freedom, point, gradient)
    });
    let mut differences = vec![0.0; FEATURES];
    for (id, &place) in columns.places.iter().enumerate() {
        if place != ABSENT {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let difference = found[place as usize] as f32;
            differences[id] = difference;
        }
    }
    (differences, found[size - 1])
}

const ABSENT: u32 = u32::MAX;

/// The features that the rows have, numbered from zero.
struct Columns {
    /// Place of each feature of the feature space among the columns.
    places: Vec<u32>,
    /// Log-ratio times rarity of each column.
    values: Vec<f64>,
}

impl Columns {
    fn of(rows: &[Placed<'_>], ratios: &[f32]) -> Self {
        let mut places = vec![ABSENT; FEATURES];
        let mut values = Vec::new();
        for placed in rows {
            placed.row.each(|id, _| {
                let place = &mut places[id as usize];
                if *place == ABSENT && ratios[id as usize] != 0.0 {
                    *place = u32::try_from(values.len()).unwrap_or(ABSENT);
                    values.push(f64::from(ratios[id as usize]) * f64::from(rarity(id)));
                }
            });
        }
        Self { places, values }
    }

    /// Penalised logistic loss and its gradient.
    fn loss(&self, rows: &[Placed<'_>], freedom: f64, point: &[f64], gradient: &mut [f64]) -> f64 {
        let bias = point[self.values.len()];
        let weights: Vec<f64> = point
            .iter()
            .zip(&self.values)
            .map(|(difference, value)| difference * value)
            .collect();
        let parts: Vec<(f64, Vec<f64>)> = rows
            .par_chunks(rows.len().div_ceil(PARTS).max(1))
            .map(|rows| {
                let mut slopes = vec![0.0; point.len()];
                let loss = rows
                    .iter()
                    .map(|placed| self.row_loss(placed, &weights, bias, &mut slopes))
                    .sum();
                (loss, slopes)
            })
            .collect();
        let mut loss = 0.0;
        gradient.fill(0.0);
        for (part, slopes) in parts {
            loss += part;
            gradient
                .iter_mut()
                .zip(slopes)
                .for_each(|(sum, slope)| *sum += slope);
        }
        for ((slope, value), difference) in gradient.iter_mut().zip(&self.values).zip(point) {
            *slope = *slope * value + difference / freedom;
            loss += difference * difference / freedom / 2.0;
        }
        loss
    }

    /// One row's loss; its slope is added to `slopes`, without the columns' values.
    fn row_loss(&self, placed: &Placed<'_>, weights: &[f64], bias: f64, slopes: &mut [f64]) -> f64 {
        let mut score = placed.offset + bias;
        for (ids, scale) in placed.row.views() {
            let known = ids
                .iter()
                .map(|id| self.places[*id as usize])
                .filter(|place| *place != ABSENT);
            score += known.map(|place| weights[place as usize]).sum::<f64>() * f64::from(scale);
        }
        let sign = if placed.row.spam { 1.0 } else { -1.0 };
        let margin = sign * score;
        let weight = f64::from(placed.row.weight);
        let slope = -sign * weight / (1.0 + margin.exp());
        for (ids, scale) in placed.row.views() {
            let slope = slope * f64::from(scale);
            for place in ids
                .iter()
                .map(|id| self.places[*id as usize])
                .filter(|place| *place != ABSENT)
            {
                slopes[place as usize] += slope;
            }
        }
        slopes[self.values.len()] += slope;
        weight * ((-margin).max(0.0) + (-margin.abs()).exp().ln_1p())
    }
}
