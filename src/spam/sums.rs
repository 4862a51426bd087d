//! The trainable state of naive Bayes: for each class and feature, the sum of the feature's values
//! over the labelled texts. Sums add (a new label), subtract (an undo, an erasure) and blend (the
//! shipped sums with a site's own). They are kept in fixed point, so that adding is exact and does
//! not depend on order: what was added can be taken away without a trace.

use super::Label;
use super::train::Row;
use super::views::FEATURES;

/// The value of one unit: 2⁻²⁴.
const UNIT: f64 = 1.0 / 16_777_216.0;

/// A value in units. Values are sums of 1/√n times a weight: far below the 2³⁹ that would overflow.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
pub(super) fn to_units(value: f64) -> i64 {
    (value / UNIT).round() as i64
}

/// Units as a value.
#[expect(clippy::cast_precision_loss, reason = "sums stay below 2^53 units")]
pub(super) fn from_units(units: i64) -> f64 {
    units as f64 * UNIT
}

/// Sums per class over the whole feature space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// In units, ham first, each in the order of the feature space.
    cells: [Vec<i64>; 2],
    /// Weighted number of texts, in units.
    texts: [i64; 2],
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            cells: [vec![0; FEATURES], vec![0; FEATURES]],
            texts: [0; 2],
        }
    }
}

/// Adds or takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A label was given.
    Add,
    /// A label was taken back.
    Remove,
}

/// The value of each of `n` features of a row of length one: 1/√n.
#[expect(clippy::cast_precision_loss, reason = "feature counts are small")]
#[must_use]
pub fn unit_length(n: usize) -> f64 {
    1.0 / (n.max(1) as f64).sqrt()
}

impl Sums {
    /// Adds an extracted row, or takes it away.
    pub fn change_row(&mut self, row: &Row, weight: f64, change: Change) {
        let sign = if change == Change::Add { 1 } else { -1 };
        let class = row.label().index();
        for ids in row.views() {
            let value = sign * to_units(weight * unit_length(ids.len()));
            for &id in ids {
                self.cells[class][id as usize] += value;
            }
        }
        self.texts[class] += sign * to_units(weight);
    }

    /// Adds `other`, cell by cell.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, |mine, other| mine + other);
    }

    /// Takes `other` away, cell by cell.
    pub fn without(&mut self, other: &Self) {
        self.combine(other, |mine, other| mine - other);
    }

    /// Adds `other` times `weight`.
    pub fn blend(&mut self, other: &Self, weight: f64) {
        self.combine(other, |mine, other| {
            mine + to_units(from_units(other) * weight)
        });
    }

    fn combine(&mut self, other: &Self, join: impl Fn(i64, i64) -> i64) {
        for class in 0..2 {
            for (mine, other) in self.cells[class].iter_mut().zip(&other.cells[class]) {
                *mine = join(*mine, *other);
            }
            self.texts[class] = join(self.texts[class], other.texts[class]);
        }
    }

    /// The weighted number of texts of a class.
    #[must_use]
    pub fn texts(&self, label: Label) -> f64 {
        from_units(self.texts[label.index()])
    }

    /// The sums of a class as values, over a range of the feature space.
    pub fn values(
        &self,
        label: Label,
        range: std::ops::Range<usize>,
    ) -> impl Iterator<Item = f64> + '_ {
        self.cells[label.index()][range]
            .iter()
            .map(|units| from_units(*units))
    }

    /// The raw sums, for the file.
    pub(super) fn units(&self) -> ([&[i64]; 2], [i64; 2]) {
        ([&self.cells[0], &self.cells[1]], self.texts)
    }

    /// Sums from raw units, each class's cells as long as the feature space.
    pub(super) fn from_raw(cells: [Vec<i64>; 2], texts: [i64; 2]) -> Option<Self> {
        let whole = cells.iter().all(|class| class.len() == FEATURES);
        whole.then_some(Self { cells, texts })
    }
}
