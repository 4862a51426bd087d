//! The trainable state of naive Bayes: for each class and feature, the sum of the feature's values
//! over the labelled texts. Sums add (a new label), subtract (an undo, an erasure) and blend (the
//! shipped sums with a site's own). They are kept in fixed point, so that adding is exact and does
//! not depend on order: what was added can be taken away without a trace.

use super::label::Label;
use super::row::Row;
use hamlet_text::views::{FEATURES, is_rare};

/// The value of one unit: 2⁻²⁴.
const UNIT: f64 = 1.0 / 16_777_216.0;

/// A value in units. Values are at most 1 times a weight, summed: far below the 2³⁹ that would
/// overflow.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
pub(super) fn to_units(value: f64) -> i64 {
    (value / UNIT).round() as i64
}

/// Units as a value.
#[expect(clippy::cast_precision_loss, reason = "sums stay below 2^53 units")]
pub(super) fn from_units(units: i64) -> f64 {
    units as f64 * UNIT
}

/// Adds or takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A label was given.
    Add,
    /// A label was taken back.
    Remove,
}

impl Change {
    pub(super) const fn sign(self) -> i64 {
        match self {
            Self::Add => 1,
            Self::Remove => -1,
        }
    }
}

/// Sums per class over the whole feature space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// In units, ham first, each in the order of the feature space.
    pub(super) cells: [Vec<i64>; 2],
    /// Weighted number of texts, in units.
    pub(super) texts: [i64; 2],
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            cells: [vec![0; FEATURES], vec![0; FEATURES]],
            texts: [0; 2],
        }
    }
}

impl Sums {
    /// Adds a text, or takes it away. Pieces that share their places with a hundred others say nothing where there are many
    /// texts, and are left out; a site's few lessons keep them.
    pub fn change(&mut self, row: &Row, change: Change) {
        let class = row.label().index();
        let cells = &mut self.cells[class];
        let weight = f64::from(row.weight);
        row.each(|id, value| {
            if !is_rare(id) {
                cells[id as usize] += change.sign() * to_units(f64::from(value) * weight);
            }
        });
        self.texts[class] += change.sign() * to_units(weight);
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

    /// The sums of a class as values, over a range of the feature space. What more was taken away
    /// than had been added (of a base that keeps three digits) counts as nothing.
    pub fn values(
        &self,
        label: Label,
        range: std::ops::Range<usize>,
    ) -> impl Iterator<Item = f64> + '_ {
        self.cells[label.index()][range]
            .iter()
            .map(|units| from_units(*units).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hamlet_text::Document;

    #[test]
    fn what_is_added_can_be_taken_away_without_a_trace() {
        let row = |text, label| {
            Row::of(
                &Document {
                    text,
                    ..Document::default()
                },
                label,
                0.7,
            )
        };
        let mut sums = Sums::default();
        sums.change(&row("hello there, a first text", Label::Ham), Change::Add);
        let before = sums.clone();
        let other = row("buy now http://x.example 日本語", Label::Spam);
        sums.change(&other, Change::Add);
        assert_ne!(sums, before);
        sums.change(&other, Change::Remove);
        assert_eq!(sums, before);
    }
}
