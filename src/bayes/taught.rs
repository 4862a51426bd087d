//! A base, and what a site's labels added to it: learnt as they come, and made into a model at once, because the
//! model works its weights out when it is asked for them ([`super::lazy`]). A site takes the memory of its own
//! labels. When lessons are read, and which model is in use, is not decided here.

use std::collections::BTreeMap;

use super::base::{Base, Totals};
use super::file::ModelError;
use super::label::Label;
use super::lazy::Lazy;
use super::lessons::Lessons;
use super::model::Model;
use super::naive::{self, FitError};
use super::sums::{Change, from_units, to_units};
use hamlet_text::Document;
use hamlet_text::views::{VIEWS, View};

/// Labels that a class may have beyond those of the other and still count in full. Measured with `new_sites shares`.
const MORE: f64 = 5.0;

/// How the labels of a site count beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counting {
    /// Those of the class with more of them count as much as the other's and [`MORE`] do, all together. Most labels of most
    /// sites are of one class, and what all of a site's comments have in common would be evidence of it.
    Balanced,
    /// Each as the base says. The base may have been trained on some that are to be forgotten, each as it counted then.
    Alike,
}

/// A base with a site's lessons. Copies share what they hold.
#[derive(Clone, Debug)]
pub struct Taught {
    base: Base,
    counting: Counting,
    lessons: Lessons,
    own: Own,
}

/// What lessons by themselves add up to.
#[derive(Clone, Debug, Default)]
struct Own {
    totals: Totals,
    /// The sums, by class and feature, that are below nothing: more was forgotten than learnt since, which the base knows.
    below: BTreeMap<(usize, u32), i64>,
}

impl Own {
    /// Keeps them: a class's units of a feature were `before` and are `after` now.
    fn note(&mut self, class: usize, id: u32, [before, after]: [i64; 2]) {
        self.totals[class][view_of(id)] += i128::from(after) - i128::from(before);
        if after < 0 {
            self.below.insert((class, id), after);
        } else if before < 0 {
            self.below.remove(&(class, id));
        }
    }

    /// What a base and the lessons add up to, a lesson of each class counting `weights` times. No sum is less than nothing.
    fn on(&self, base: &Base, weights: [f64; 2]) -> Totals {
        let mut totals = *base.totals();
        for (class, weight) in weights.into_iter().enumerate() {
            for (total, own) in totals[class].iter_mut().zip(self.totals[class]) {
                *total += weighed(own, weight);
            }
        }
        for (&(class, id), &own) in &self.below {
            let weight = weights[class];
            let alone = base.units(class, id, 0, weight).max(0);
            let counted = i128::from(alone) + weighed(own.into(), weight);
            let both = base.units(class, id, own, weight).max(0);
            totals[class][view_of(id)] += i128::from(both) - counted;
        }
        totals.map(|class| class.map(|total| total.max(0)))
    }
}

impl Taught {
    /// A base that knows none of the site's labels, and what was learnt before.
    #[must_use]
    pub fn new(base: Base, lessons: Lessons) -> Self {
        Self::counting(base, Counting::Balanced, lessons)
    }

    /// A base that was trained on labels of the site, and what is to be forgotten of them.
    #[must_use]
    pub fn trained(base: Base, forgotten: Lessons) -> Self {
        Self::counting(base, Counting::Alike, forgotten)
    }

    /// The same base, and all that was learnt and forgotten since.
    #[must_use]
    pub fn with(&self, lessons: Lessons) -> Self {
        Self::counting(self.base.clone(), self.counting, lessons)
    }

    fn counting(base: Base, counting: Counting, lessons: Lessons) -> Self {
        let mut own = Own::default();
        for label in [Label::Ham, Label::Spam] {
            for (id, units) in lessons.cells(label) {
                own.note(label.index(), id, [0, units]);
            }
        }
        Self {
            base,
            counting,
            lessons,
            own,
        }
    }

    /// Learns and forgets texts, in one go.
    pub fn teach<'a>(&mut self, changes: impl Iterator<Item = (Document<'a>, Label, Change)>) {
        let own = &mut self.own;
        let question = self.base.question();
        self.lessons.teach(question, changes, |class, id, units| {
            own.note(class, id, units);
        });
    }

    /// How many times a label of each class counts, ham first.
    fn weights(&self) -> [f64; 2] {
        let weight = self.base.header().lesson_weight;
        match self.counting {
            Counting::Alike => [weight; 2],
            Counting::Balanced => balance(&self.lessons).map(|share| share * weight),
        }
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
        let weights = self.weights();
        let totals = self.own.on(&self.base, weights);
        let lazy = Lazy::new(self.base.clone(), self.lessons.clone(), weights, &totals);
        let lazy = lazy.ok_or_else(|| {
            let problem = "a weight is not a finite number, or is far too large";
            FitError::Calibration(problem.to_owned())
        })?;
        let bias = self.base.header().trust.bias;
        let version = version(&self.base, &self.lessons);
        Ok(Model::lazy(version, self.base.question(), bias, lazy))
    }
}

/// The place of the view that a feature is in.
fn view_of(id: u32) -> usize {
    let holds = |view: &View| view.range().contains(&(id as usize));
    VIEWS.iter().position(holds).unwrap_or_default()
}

/// A total of units, each counting `weight` times.
#[expect(
    clippy::cast_precision_loss,
    reason = "totals of a site stay below 2^53 units"
)]
fn weighed(units: i128, weight: f64) -> i128 {
    i128::from(to_units(units as f64 * from_units(1) * weight))
}

/// What part of its weight a label of each class has, ham first, at most 1.
#[expect(clippy::cast_precision_loss, reason = "counts of labels")]
fn balance(lessons: &Lessons) -> [f64; 2] {
    let [ham, spam] = [Label::Ham, Label::Spam].map(|label| lessons.count(label).max(0) as f64);
    [(ham, spam), (spam, ham)].map(|(own, other)| ((other + MORE) / own).min(1.0))
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
        let weights = [self.header().lesson_weight; 2];
        let lazy = Lazy::new(self.clone(), Lessons::default(), weights, self.totals());
        let lazy = lazy.ok_or(ModelError::NotFinite)?;
        let bias = self.header().trust.bias;
        Ok(Model::lazy(
            self.version().to_owned(),
            self.question(),
            bias,
            lazy,
        ))
    }

    /// The model after these lessons, of which it was trained on none. Its version names the base and the lessons.
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
        let weights = Taught::new(self.clone(), lessons.clone()).weights();
        for label in [Label::Ham, Label::Spam] {
            let class = label.index();
            for (id, own) in lessons.cells(label) {
                sums.cells[class][id as usize] = self.units(class, id, own, weights[class]);
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

    fn document(text: &str) -> Document<'_> {
        Document {
            text,
            ..Document::default()
        }
    }

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

    /// Nearly all that comes to this site is about guitars, spam too.
    #[test]
    fn what_a_site_is_about_is_no_evidence_of_ham_because_most_of_its_labels_are() {
        let base = Base::from_bytes(Model::shipped_bytes()).expect("the shipped model");
        let spam = document(
            "Cheap guitar strings, fast delivery! Visit my guitar shop https://guitar-bargains.example",
        );
        let ham = document("Your lesson on the guitar helped me, I changed the strings twice");
        let score = |count: usize| {
            let mut taught = Taught::new(base.clone(), Lessons::default());
            for number in 0..count {
                let text = format!(
                    "The guitar strings of lesson {number} sound warm in my shop, visit us"
                );
                let change = (document(&text), Label::Ham, Change::Add);
                taught.teach(std::iter::once(change));
            }
            let model = taught.model().expect("a model");
            [model.score(&spam), model.score(&ham)]
        };
        let (cold, few, many) = (score(0), score(5), score(400));
        assert!(many[0] > few[0] - 0.5, "{cold:?} {few:?} {many:?}");
        assert!(many[1] < cold[1], "{cold:?} {few:?} {many:?}");
    }

    #[test]
    fn the_larger_class_counts_as_much_as_the_other_and_five_more() {
        let mut lessons = Lessons::default();
        let near = |shares: [f64; 2], wanted: [f64; 2]| {
            let pairs = shares.into_iter().zip(wanted);
            pairs
                .into_iter()
                .all(|(share, wanted)| (share - wanted).abs() < 1e-12)
        };
        assert!(near(balance(&lessons), [1.0, 1.0]));
        for number in 0..20 {
            let text = format!("text {number}");
            let document = Document {
                text: &text,
                ..Document::default()
            };
            lessons.learn(&document, Label::Ham);
            if number < 5 {
                lessons.learn(&document, Label::Spam);
            }
        }
        assert!(near(balance(&lessons), [0.5, 1.0]));
    }
}
