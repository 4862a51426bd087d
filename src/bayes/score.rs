//! A model's score of a document: one pass over its features, which allocates nothing per token.

use super::model::Model;
use super::passage;
use super::restraint::restraint;
use hamlet_text::Document;
use hamlet_text::commonness::scale;
use hamlet_text::views::{Extractor, VIEWS, with_features};

impl Model {
    /// The log-odds of spam, calibrated: the probability is [`super::odds::probability`] of it. Always
    /// finite.
    #[must_use]
    pub fn score(&self, document: &Document<'_>) -> f64 {
        with_features(document, |text| self.score_features(text))
    }

    /// What each view adds to a score, in the order of [`VIEWS`]; a view that the question does not read adds nothing.
    #[must_use]
    pub fn by_view(&self, text: &Extractor) -> [f64; VIEWS.len()] {
        VIEWS.map(|view| {
            if !self.question().reads(view) {
                return 0.0;
            }
            let features = text.features(view);
            let sum = self.sum(view, features.iter().map(|feature| feature.id));
            f64::from(sum) * f64::from(scale(features.iter().map(|feature| feature.id)))
        })
    }

    /// As [`Model::score`], of a text whose features were found: several questions share them.
    #[must_use]
    pub fn score_features(&self, text: &Extractor) -> f64 {
        let views = self.by_view(text);
        let whole = self.bias() + views.iter().sum::<f64>();
        let whole = whole + restraint(self.question(), text, &views, whole);
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
