//! What one site's labels added since its model was trained, and the model that follows from it. A
//! label is heard at once: its features are added to the sums (or taken away again, when a decision is
//! undone or a person's data erased), and the log-ratios, computed anew, keep the trust that training
//! gave them. Where lessons are stored, and when a model is made from them, is not decided here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::file::{self, Header, ModelError, Parts};
use super::label::Label;
use super::model::{self, Model};
use super::naive::{self, FitError};
use super::row::Row;
use super::sums::{Change, Sums, from_units, to_units};
use hamlet_text::Document;
use hamlet_text::views::{FEATURES, mix};

/// Sums of a site's labels, for the features that they have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lessons {
    /// Ham and spam sums, in units.
    cells: BTreeMap<u32, [i64; 2]>,
    /// How many texts, ham and spam.
    texts: [i64; 2],
}

impl Lessons {
    /// Learns that `document` is `label`.
    pub fn learn(&mut self, document: &Document<'_>, label: Label) {
        self.change(&Row::of(document, label, 1.0), Change::Add);
    }

    /// Forgets that `document` was learnt as `label`, leaving no trace.
    pub fn forget(&mut self, document: &Document<'_>, label: Label) {
        self.change(&Row::of(document, label, 1.0), Change::Remove);
    }

    fn change(&mut self, row: &Row, change: Change) {
        let class = row.label().index();
        row.each(|id, value| {
            let cell = self.cells.entry(id).or_default();
            cell[class] += change.sign() * to_units(f64::from(value));
            if *cell == [0, 0] {
                self.cells.remove(&id);
            }
        });
        self.texts[class] += change.sign();
    }

    /// Adds what others hold, as if it had been learnt here.
    pub fn merge(&mut self, other: &Self) {
        for (id, more) in &other.cells {
            let cell = self.cells.entry(*id).or_default();
            for (mine, more) in cell.iter_mut().zip(more) {
                *mine += more;
            }
            if *cell == [0, 0] {
                self.cells.remove(id);
            }
        }
        for (mine, more) in self.texts.iter_mut().zip(other.texts) {
            *mine += more;
        }
    }

    /// How many labels there are of a class, net of those taken back.
    #[must_use]
    pub fn count(&self, label: Label) -> i64 {
        self.texts[label.index()]
    }

    /// Is there nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.texts == [0, 0]
    }

    /// A form to store it in.
    ///
    /// # Errors
    /// None in practice: there is no I/O and every value can be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FitError> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Reads what [`Lessons::to_bytes`] wrote.
    ///
    /// # Errors
    /// Bytes that are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FitError> {
        let lessons: Self = postcard::from_bytes(bytes)?;
        let inside = lessons
            .cells
            .last_key_value()
            .is_none_or(|(id, _)| (*id as usize) < FEATURES);
        if inside {
            Ok(lessons)
        } else {
            Err(postcard::Error::DeserializeBadEncoding.into())
        }
    }

    /// A digest: equal lessons, equal digest.
    fn digest(&self) -> u64 {
        let cells = self.cells.iter().map(|(id, cell)| {
            mix(u64::from(*id)) ^ mix(cell[0].cast_unsigned()) ^ cell[1].cast_unsigned()
        });
        cells.fold(0, |digest, cell| mix(digest ^ cell))
    }
}

/// A model with everything needed to go on learning from it.
#[derive(Clone, Debug)]
pub struct Base {
    version: String,
    pub(super) header: Header,
    pub(super) sums: Sums,
    pub(super) differences: Vec<f32>,
}

impl Base {
    /// Reads a model file to learn on from.
    ///
    /// # Errors
    /// As [`Model::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let parts: Parts<'_> = file::read(bytes)?;
        let differences = parts.differences();
        model::check(parts.header.trust.bias, &parts.weights())?;
        if !differences.iter().all(|value| value.is_finite())
            || !parts.header.trust.is_finite()
            || !parts.header.lesson_weight.is_finite()
        {
            return Err(ModelError::NotFinite);
        }
        Ok(Self {
            version: parts.version(),
            sums: parts.sums(),
            differences,
            header: parts.header,
        })
    }

    /// The model's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the model says about itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The model after these lessons. Its version names the base and the lessons.
    ///
    /// # Errors
    /// See [`FitError`].
    pub fn taught(&self, lessons: &Lessons) -> Result<Model, FitError> {
        let mut sums = self.sums.clone();
        let weight = self.header.lesson_weight;
        for (id, cell) in &lessons.cells {
            for (class, units) in cell.iter().enumerate() {
                let sum = &mut sums.cells[class][*id as usize];
                *sum = sum.saturating_add(to_units(from_units(*units) * weight));
            }
        }
        let ratios = naive::all_log_ratios(&sums, &self.header.alpha)?;
        let weights = self.header.trust.weights(&ratios, &self.differences);
        let version = format!("{}+{:08x}", self.version, lessons.digest() >> 32);
        Model::new(version, self.header.trust.bias, weights)
            .map_err(|error| FitError::Calibration(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document<'_> {
        Document {
            text,
            ..Document::default()
        }
    }

    #[test]
    fn a_label_shows_in_the_next_score_and_taking_it_back_leaves_no_trace() {
        let base = Base::from_bytes(Model::shipped_bytes()).expect("the shipped model");
        let text = document("our zorblax newsletter has moved, read it at zorblax.example");
        let mut lessons = Lessons::default();
        let before = base.taught(&lessons).expect("a model").score(&text);
        lessons.learn(&text, Label::Spam);
        let after = base.taught(&lessons).expect("a model").score(&text);
        assert!(after > before + 1.0, "{before} {after}");
        lessons.forget(&text, Label::Spam);
        assert_eq!(lessons, Lessons::default());
    }

    #[test]
    fn lessons_survive_being_stored_and_foreign_bytes_are_refused() {
        let mut lessons = Lessons::default();
        lessons.learn(&document("a text"), Label::Ham);
        let bytes = lessons.to_bytes().expect("bytes");
        assert_eq!(Lessons::from_bytes(&bytes).expect("lessons"), lessons);
        assert!(Lessons::from_bytes(&bytes[..bytes.len() / 2]).is_err());
    }
}
