//! A model with all that is needed to go on learning from it: its sums, as the file keeps them, and what each
//! feature's trust differs by. Six bytes a feature, shared by every site that is taught on top of it.

use std::sync::Arc;

use super::file::{self, Header, ModelError, Parts};
use super::sums::{Sums, from_units, to_units};
use hamlet_text::views::{FEATURES, VIEWS};

/// Sums at least so large are multiples of a unit, as they are.
const WHOLE: f64 = 1.0 / 131_072.0;
/// The largest sum taken: far beyond that of any number of texts.
const LARGEST: f32 = 1_073_741_824.0;

/// What each class and view adds up to, in units: ham first.
pub(super) type Totals = [[i128; VIEWS.len()]; 2];

/// A model to learn on from. Copies share what they hold.
#[derive(Clone, Debug)]
pub struct Base(Arc<Content>);

#[derive(Debug)]
struct Content {
    version: String,
    header: Header,
    cells: Box<[Cell]>,
    /// The difference in trust that each byte stands for.
    differences: [f32; 256],
    totals: Totals,
}

/// What is known of a feature, as the file keeps it.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The upper halves of the sums, ham and spam.
    sums: [u16; 2],
    difference: u8,
}

impl Base {
    /// Reads a model file to learn on from.
    ///
    /// # Errors
    /// As [`super::model::Model::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let parts: Parts<'_> = file::read(bytes)?;
        file::check(parts.header.trust.bias, &parts.weights())?;
        let differences = parts.difference_of_each_byte();
        let cells: Box<[Cell]> = parts
            .cells()
            .map(|(sums, difference)| Cell { sums, difference })
            .collect();
        let sums = cells.iter().flat_map(|cell| cell.sums.map(float));
        if !sums.map(f32::abs).all(|sum| sum <= LARGEST)
            || !differences.iter().all(|value| value.is_finite())
            || !parts.header.trust.is_finite()
            || !parts.header.lesson_weight.is_finite()
        {
            return Err(ModelError::NotFinite);
        }
        let mut content = Content {
            version: parts.version(),
            header: parts.header,
            cells,
            differences,
            totals: Totals::default(),
        };
        content.totals = content.add_up();
        Ok(Self(Arc::new(content)))
    }

    /// The model's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// What the model says about itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The memory that it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Content>() + size_of_val(&*self.0.cells)
    }

    /// The sum of a feature in a class, in units, with a site's `own` units added, each of which counts as many times
    /// as the base says.
    pub(super) fn units(&self, class: usize, id: u32, own: i64) -> i64 {
        let units = self.0.cells[id as usize].units(class);
        match own {
            0 => units,
            own => units.saturating_add(to_units(from_units(own) * self.0.header.lesson_weight)),
        }
    }

    /// The same as a value, and at least nothing.
    pub(super) fn value(&self, class: usize, id: u32, own: i64) -> f64 {
        let sum = f64::from(float(self.0.cells[id as usize].sums[class]));
        if own != 0 || sum.abs() < WHOLE {
            from_units(self.units(class, id, own)).max(0.0)
        } else {
            sum.max(0.0)
        }
    }

    /// By how much a feature's trust differs from that of its view.
    pub(super) fn difference(&self, id: u32) -> f32 {
        self.0.differences[usize::from(self.0.cells[id as usize].difference)]
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.0.totals
    }

    /// The sums over the whole feature space.
    pub(super) fn sums(&self) -> Sums {
        let class = |class| self.0.cells.iter().map(move |cell| cell.units(class));
        Sums {
            cells: [class(0).collect(), class(1).collect()],
            texts: self.0.header.texts,
        }
    }

    /// The differences in trust, one per feature.
    pub(super) fn differences(&self) -> Vec<f32> {
        let cells = self.0.cells.iter();
        cells
            .map(|cell| self.0.differences[usize::from(cell.difference)])
            .collect()
    }
}

impl Content {
    fn add_up(&self) -> Totals {
        [0, 1].map(|class| {
            VIEWS.map(|view| {
                let cells = self.cells[view.range()].iter();
                cells.map(|cell| i128::from(cell.units(class).max(0))).sum()
            })
        })
    }
}

impl Cell {
    fn units(self, class: usize) -> i64 {
        to_units(f64::from(float(self.sums[class])))
    }
}

/// The float whose upper half this is.
fn float(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

const _: () = assert!(FEATURES <= 1 << 24, "more would not fit the totals");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;

    #[test]
    fn a_base_has_the_sums_and_differences_of_its_file() {
        let bytes = include_bytes!("../../models/shipped.hamlet");
        let (base, parts) = (
            Base::from_bytes(bytes).expect("a base"),
            file::read(bytes).expect("its parts"),
        );
        assert_eq!(base.sums(), parts.sums());
        assert_eq!(base.differences(), parts.differences());
        for label in [Label::Ham, Label::Spam] {
            let class = label.index();
            let values = parts.sums();
            for (id, value) in (0..).zip(values.values(label, 0..FEATURES)) {
                assert_eq!(base.value(class, id, 0).to_bits(), value.to_bits());
            }
            for view in VIEWS {
                let total: f64 = values.values(label, view.range()).sum();
                #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
                let own = base.totals()[class][view.index()] as f64 / 16_777_216.0;
                assert_eq!(own.to_bits(), total.to_bits());
            }
        }
    }
}
