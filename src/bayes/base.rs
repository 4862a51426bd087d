//! A model with all that is needed to go on learning from it: its sums, as the file keeps them, and what each
//! feature's trust differs by. Six bytes a feature, shared by every site that is taught on top of it.

use std::borrow::Cow;
use std::sync::Arc;

use super::compact::{self, Compact};
use super::file::{self, Header, ModelError, Parts};
use super::kinds::Kinds;
use super::question::Question;
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
    cells: Cells,
    /// The difference in trust that each byte stands for.
    differences: [f32; 256],
    totals: Totals,
}

/// What is known of every feature.
#[derive(Debug)]
enum Cells {
    Whole(Box<[Cell]>),
    /// In the file, where they lie.
    Compact(Arc<Compact>),
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
        if compact::is_compact(bytes) {
            return Self::from_compact(Cow::Owned(bytes.to_vec()));
        }
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
            cells: Cells::Whole(cells),
            differences,
            totals: Totals::default(),
        };
        content.totals = content.add_up();
        Ok(Self(Arc::new(content)))
    }

    /// Reads a file of a question with its kinds. One that is compiled in is not copied.
    ///
    /// # Errors
    /// As [`Compact::read`].
    pub fn from_compact(bytes: Cow<'static, [u8]>) -> Result<Self, ModelError> {
        let compact = Compact::read(bytes)?;
        let mut content = Content {
            version: compact.version().to_owned(),
            header: compact.header.model.clone(),
            differences: compact.differences,
            cells: Cells::Compact(Arc::new(compact)),
            totals: Totals::default(),
        };
        content.totals = content.add_up();
        Ok(Self(Arc::new(content)))
    }

    /// The question that it answers.
    #[must_use]
    pub fn question(&self) -> Question {
        match &self.0.cells {
            Cells::Whole(_) => self.0.header.question,
            Cells::Compact(compact) => compact.header.question,
        }
    }

    /// The kinds that came with it.
    #[must_use]
    pub fn kinds(&self) -> Option<Kinds> {
        match &self.0.cells {
            Cells::Whole(_) => None,
            Cells::Compact(compact) => Some(Kinds(compact.clone())),
        }
    }

    /// Where sums are kept as codes: what reads those of a feature, ham first, with the difference in its trust.
    pub(super) fn codes(&self) -> Option<impl Fn(u32) -> ([u8; 2], f32)> {
        let content = &*self.0;
        match &content.cells {
            Cells::Whole(_) => None,
            Cells::Compact(compact) => Some(move |id: u32| {
                let cell = compact.cell(id as usize).unwrap_or(&[0; _]);
                let &[ham, spam, difference, ..] = cell;
                let difference = content.differences[usize::from(difference)];
                ([ham, spam], difference)
            }),
        }
    }

    /// The sum that each code stands for, where sums are kept as codes.
    pub(super) fn decoded(&self) -> Option<&[f32; 256]> {
        match &self.0.cells {
            Cells::Whole(_) => None,
            Cells::Compact(compact) => Some(&compact.sums),
        }
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
        let cells = match &self.0.cells {
            Cells::Whole(cells) => size_of_val(&**cells),
            Cells::Compact(_) => size_of::<Compact>(),
        };
        size_of::<Content>() + cells
    }

    /// The sum of a feature in a class, in units, with a site's `own` units added, each of which counts `weight` times.
    pub(super) fn units(&self, class: usize, id: u32, own: i64, weight: f64) -> i64 {
        let units = to_units(f64::from(self.0.sum(class, id as usize)));
        match own {
            0 => units,
            own => units.saturating_add(to_units(from_units(own) * weight)),
        }
    }

    /// The same as a value, and at least nothing.
    pub(super) fn value(&self, class: usize, id: u32, own: i64, weight: f64) -> f64 {
        let sum = f64::from(self.0.sum(class, id as usize));
        if own != 0 || sum.abs() < WHOLE {
            from_units(self.units(class, id, own, weight)).max(0.0)
        } else {
            sum.max(0.0)
        }
    }

    /// By how much a feature's trust differs from that of its view.
    pub(super) fn difference(&self, id: u32) -> f32 {
        self.0.difference(id as usize)
    }

    pub(super) fn totals(&self) -> &Totals {
        &self.0.totals
    }

    /// The sums over the whole feature space.
    pub(super) fn sums(&self) -> Sums {
        let class = |class| (0..FEATURES).map(move |id| to_units(f64::from(self.0.sum(class, id))));
        Sums {
            cells: [class(0).collect(), class(1).collect()],
            texts: self.0.header.texts,
        }
    }

    /// The differences in trust, one per feature.
    pub(super) fn differences(&self) -> Vec<f32> {
        (0..FEATURES).map(|id| self.0.difference(id)).collect()
    }
}

impl Content {
    /// The sum of a feature in a class.
    fn sum(&self, class: usize, id: usize) -> f32 {
        match &self.cells {
            Cells::Whole(cells) => float(cells[id].sums[class]),
            Cells::Compact(compact) => compact
                .cell(id)
                .map_or(0.0, |cell| compact.sums[usize::from(cell[class])]),
        }
    }

    fn difference(&self, id: usize) -> f32 {
        let code = match &self.cells {
            Cells::Whole(cells) => cells[id].difference,
            Cells::Compact(compact) => compact.cell(id).map_or(0, |cell| cell[2]),
        };
        self.differences[usize::from(code)]
    }

    fn add_up(&self) -> Totals {
        [0, 1].map(|class| {
            VIEWS.map(|view| {
                let sums = view
                    .range()
                    .map(|id| to_units(f64::from(self.sum(class, id))));
                sums.map(|units| i128::from(units.max(0))).sum()
            })
        })
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
                assert_eq!(base.value(class, id, 0, 1.0).to_bits(), value.to_bits());
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
