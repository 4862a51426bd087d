//! A base, and what a site's labels added to it: learnt as they come, and made into a model at once, because the
//! model works its weights out when it is asked for them ([`super::lazy`]). A site takes the memory of its own
//! labels. When lessons are read, and which model is in use, is not decided here.

use super::base::{Base, Totals};
use super::file::ModelError;
use super::label::Label;
use super::lazy::Lazy;
use super::lessons::Lessons;
use super::model::Model;
use super::naive::{self, FitError};
use super::sums::Change;
use hamlet_text::Document;
use hamlet_text::views::VIEWS;

/// A base with a site's lessons. Copies share what they hold.
#[derive(Clone, Debug)]
pub struct Taught {
    base: Base,
    lessons: Lessons,
    /// What base and lessons add up to.
    totals: Totals,
}

impl Taught {
    /// A base and what was learnt before.
    #[must_use]
    pub fn new(base: Base, lessons: Lessons) -> Self {
        let mut totals = *base.totals();
        for label in [Label::Ham, Label::Spam] {
            for (id, units) in lessons.cells(label) {
                note(&mut totals, &base, label.index(), id, [0, units]);
            }
        }
        Self {
            base,
            lessons,
            totals,
        }
    }

    /// Learns and forgets texts, in one go.
    pub fn teach<'a>(&mut self, changes: impl Iterator<Item = (Document<'a>, Label, Change)>) {
        let (base, totals) = (&self.base, &mut self.totals);
        let question = base.question();
        self.lessons.teach(question, changes, |class, id, units| {
            note(totals, base, class, id, units);
        });
    }

    /// What it is learnt on.
    #[must_use]
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// What was learnt.
    #[must_use]
    pub fn lessons(&self) -> &Lessons {
        &self.lessons
    }

    /// The memory that its model takes beside base and lessons, in bytes: where sums are kept as codes, what each of them comes to here.
    #[must_use]
    pub fn model_bytes(&self) -> usize {
        let codes = self.base.decoded().map(|sums| sums.len());
        codes.map_or(0, |codes| codes * 2 * VIEWS.len() * size_of::<f64>())
    }

    /// The model that follows. Its version names the base and the lessons.
    ///
    /// # Errors
    /// [`FitError::Calibration`] for a base of which a weight might be no number.
    pub fn model(&self) -> Result<Model, FitError> {
        let lazy = Lazy::new(self.base.clone(), self.lessons.clone(), &self.totals);
        let lazy = lazy.ok_or_else(|| {
            let problem = "a weight is not a finite number, or is far too large";
            FitError::Calibration(problem.to_owned())
        })?;
        let bias = self.base.header().trust.bias;
        let version = version(&self.base, &self.lessons);
        Ok(Model::lazy(version, self.base.question(), bias, lazy))
    }
}

/// Keeps the totals: the site's units of a feature were `units[0]` and are `units[1]` now.
fn note(totals: &mut Totals, base: &Base, class: usize, id: u32, units: [i64; 2]) {
    let [before, after] = units.map(|own| i128::from(base.units(class, id, own).max(0)));
    let mut views = VIEWS.iter();
    if let Some(view) = views.position(|view| view.range().contains(&(id as usize))) {
        totals[class][view] += after - before;
    }
}

/// Names the base and the lessons.
fn version(base: &Base, lessons: &Lessons) -> String {
    format!("{}+{:08x}", base.version(), lessons.digest() >> 32)
}

impl Base {
    /// The model as it was trained, which works its weights out where the file lies.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`].
    pub fn untaught(&self) -> Result<Model, ModelError> {
        let lazy = Lazy::new(self.clone(), Lessons::default(), self.totals());
        let lazy = lazy.ok_or(ModelError::NotFinite)?;
        let bias = self.header().trust.bias;
        Ok(Model::lazy(
            self.version().to_owned(),
            self.question(),
            bias,
            lazy,
        ))
    }

    /// The model after these lessons. Its version names the base and the lessons.
    ///
    /// # Errors
    /// See [`Taught::model`].
    pub fn taught(&self, lessons: &Lessons) -> Result<Model, FitError> {
        Taught::new(self.clone(), lessons.clone()).model()
    }

    /// The same model, fitted by linfa over the whole feature space. It takes tens of milliseconds and 2 MB: what
    /// is worked out for the features of one text is compared with it.
    ///
    /// # Errors
    /// See [`FitError`].
    pub fn compiled(&self, lessons: &Lessons) -> Result<Model, FitError> {
        let mut sums = self.sums();
        for label in [Label::Ham, Label::Spam] {
            let class = label.index();
            for (id, own) in lessons.cells(label) {
                sums.cells[class][id as usize] = self.units(class, id, own);
            }
        }
        let header = self.header();
        let ratios = naive::all_log_ratios(&sums, &header.alpha)?;
        let weights = header.trust.weights(&ratios, &self.differences());
        let version = version(self, lessons);
        Model::new(version, self.question(), header.trust.bias, weights)
            .map_err(|error| FitError::Calibration(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_shows_in_the_next_score_and_taking_it_back_leaves_no_trace() {
        let base = Base::from_bytes(Model::shipped_bytes()).expect("the shipped model");
        let text = Document {
            text: "our zorblax newsletter has moved, read it at zorblax.example",
            ..Document::default()
        };
        let mut lessons = Lessons::default();
        let before = base.taught(&lessons).expect("a model").score(&text);
        lessons.learn(&text, Label::Spam);
        let after = base.taught(&lessons).expect("a model").score(&text);
        assert!(after > before + 1.0, "{before} {after}");
        lessons.forget(&text, Label::Spam);
        assert_eq!(lessons, Lessons::default());
        assert!(lessons.is_empty());
        assert_eq!(lessons.digest(), Lessons::default().digest());
    }
}
