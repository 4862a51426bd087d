//! The compiled model: a bias and one weight per feature. Immutable, shared between threads; scoring
//! a document is one pass over its features and allocates nothing per token. How weights come about
//! is in [`super::train`], how they are kept in [`super::file`].

use std::cell::RefCell;

use super::Document;
use super::commonness::{rarity, scale};
use super::explain::{self, Explanation};
use super::file::{self, ModelError};
use super::passage;
use super::views::{Extractor, VIEWS};

/// The largest weight and bias, either way: thousands of times what training gives, and so small that no
/// text has features enough for an infinite sum.
const LARGEST: f32 = 1e6;

/// The model compiled into the program.
const SHIPPED: &[u8] = include_bytes!("../../models/shipped.hamlet");

thread_local! {
    static EXTRACTOR: RefCell<Extractor> = RefCell::new(Extractor::default());
}

/// Extracts `document` with this thread's extractor and hands it to `work`.
pub(super) fn with_features<T>(
    document: &Document<'_>,
    work: impl FnOnce(&mut Extractor) -> T,
) -> T {
    EXTRACTOR.with_borrow_mut(|extractor| {
        extractor.extract(document);
        work(extractor)
    })
}

/// Refuses a bias and weights of which a sum might be no number.
pub(super) fn check(bias: f64, weights: &[f32]) -> Result<(), ModelError> {
    let sane = weights.iter().all(|weight| weight.abs() <= LARGEST);
    if sane && bias.abs() <= f64::from(LARGEST) {
        Ok(())
    } else {
        Err(ModelError::NotFinite)
    }
}

/// A spam model, ready to score.
#[derive(Clone, Debug)]
pub struct Model {
    version: String,
    bias: f64,
    /// Weight times rarity of each feature.
    weights: Vec<f32>,
}

impl Model {
    /// The model that ships with the program.
    ///
    /// # Errors
    /// None in practice: a test loads it.
    pub fn shipped() -> Result<Self, ModelError> {
        Self::from_bytes(SHIPPED)
    }

    /// The bytes of the model that ships with the program, as a base to train on.
    #[must_use]
    pub fn shipped_bytes() -> &'static [u8] {
        SHIPPED
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// A file that is no model, of another format version, truncated, altered, or with a weight that
    /// is not a finite number or is so large that a score might be none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let parts = file::read(bytes)?;
        Self::new(parts.version(), parts.header.trust.bias, parts.weights())
    }

    /// A model from its weights, one per feature.
    pub(super) fn new(
        version: String,
        bias: f64,
        mut weights: Vec<f32>,
    ) -> Result<Self, ModelError> {
        check(bias, &weights)?;
        weights
            .iter_mut()
            .zip(0..)
            .for_each(|(weight, id)| *weight *= rarity(id));
        Ok(Self {
            version,
            bias,
            weights,
        })
    }

    /// A short stable identifier: the model's name and the start of its digest.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The log-odds of spam, calibrated: the probability is [`super::probability`] of it. Always
    /// finite.
    #[must_use]
    pub fn score(&self, document: &Document<'_>) -> f64 {
        with_features(document, |text| self.score_features(text))
    }

    /// The score and its parts.
    #[must_use]
    pub fn explain(&self, document: &Document<'_>) -> Explanation {
        with_features(document, |text| explain::explain(self, document, text))
    }

    pub(super) fn bias(&self) -> f64 {
        self.bias
    }

    pub(super) fn weight(&self, id: u32) -> f32 {
        self.weights.get(id as usize).copied().unwrap_or(0.0)
    }

    pub(super) fn score_features(&self, text: &Extractor) -> f64 {
        let views = VIEWS.map(|view| {
            let features = text.features(view);
            let sum: f32 = features.iter().map(|feature| self.weight(feature.id)).sum();
            f64::from(sum) * f64::from(scale(features.iter().map(|feature| feature.id)))
        });
        let whole = self.bias() + views.iter().sum::<f64>();
        whole + passage::strongest(self, text, views, whole).map_or(0.0, |passage| passage.lift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_loads_and_tells_spam_from_ham() {
        let model = Model::shipped().expect("the shipped model");
        let score = |text| {
            model.score(&Document {
                text,
                ..Document::default()
            })
        };
        assert!(
            score("Cheap garcinia diet pills!!! Order now http://buy-slim-pills.example.com/offer")
                > 2.0
        );
        assert!(
            score("I think the second paragraph answers your question, thanks for the correction.")
                < -2.0
        );
    }

    #[test]
    fn an_explanation_adds_up_and_its_spans_lie_in_the_text() {
        let model = Model::shipped().expect("the shipped model");
        let text = "Ｓubscribe &amp; visit http://a.example/x?y=1 frее <b>money</b> subscribe 日本語 \u{200B}é";
        let document = Document {
            text,
            name: Some("Ann"),
            email_domain: Some("a.example"),
            website: Some("a.example"),
        };
        let explanation = model.explain(&document);
        let told: f64 = explanation.tokens.iter().map(|token| token.weight).sum();
        assert!((explanation.bias + told + explanation.rest - explanation.log_odds).abs() < 1e-9);
        assert!((explanation.log_odds - model.score(&document)).abs() < 1e-9);
        for (from, to) in explanation.tokens.iter().flat_map(|token| &token.spans) {
            assert!(
                text.get(*from as usize..*to as usize)
                    .is_some_and(|quoted| !quoted.is_empty())
            );
        }
    }

    #[test]
    fn an_empty_document_has_a_finite_score() {
        let model = Model::shipped().expect("the shipped model");
        assert!(model.score(&Document::default()).is_finite());
    }
}
