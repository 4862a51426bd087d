//! Measuring: candidate and live model on the samples that neither was trained on, the shipped
//! model on all, and each source's labels by a model taught by all others.

use std::sync::Arc;

use super::{
    collected::{Collected, SourceLabels},
    gate::{self, Measurements, Opposed},
};
use crate::{
    bayes::naive::FitError,
    bayes::row::Sample,
    bayes::{Model, Question},
    bayes::{base::Base, lessons::Lessons},
    domain::model::{Comparison, Gate, Measured},
    evaluation::figures::{Confusion, Figures, Scored},
};

/// A source with fewer labels is not held against the others, nor are those held against it.
const ENOUGH: i64 = 20;

/// Sources held against the others at most: those with the most labels.
const MOST_SOURCES: usize = 10;

/// Log-odds of which a model is sure: a probability of 95 % either way.
const SURE: f64 = 2.944;

/// What measuring needs.
pub(super) struct Subjects {
    /// What they answer.
    pub(super) question: Question,
    /// The candidate, as it was written.
    pub(super) candidate: Model,
    /// What is live, taught what the candidate was trained on.
    pub(super) live: Arc<Model>,
    /// The live model's version.
    pub(super) live_version: String,
    /// The model that ships with the program.
    pub(super) shipped: Base,
    /// The probability from which a text is taken to be what is looked for.
    pub(super) threshold: f64,
    /// The samples.
    pub(super) collected: Collected,
}

impl Subjects {
    /// Measures, and judges the candidate by it.
    pub(super) fn measure(&self) -> Result<(Comparison, Gate), FitError> {
        let held_out = || self.collected.held_out.samples();
        let candidate = scored(&self.candidate, held_out());
        let live = scored(&self.live, held_out());
        let shipped = self.shipped.taught(&Lessons::default())?;
        let all = self.collected.sources.values();
        let all = all.flat_map(|source| source.share.samples());
        let comparison = Comparison {
            ham: count(&candidate, false),
            spam: count(&candidate, true),
            threshold: self.threshold,
            candidate: self.figures(&candidate),
            live: self.figures(&live),
            live_version: self.live_version.clone(),
        };
        let gate = gate::judge(&Measurements {
            question: self.question,
            comparison: &comparison,
            candidate: &candidate,
            live: &live,
            shipped_auc: Figures::of(&scored(&shipped, all)).auc,
            labels: self.collected.labels,
            opposed: &self.opposed()?,
        });
        Ok((comparison, gate))
    }

    fn figures(&self, scored: &[Scored]) -> Measured {
        let figures = Figures::of(scored);
        let at = Confusion::at(scored, gate::log_odds(self.threshold));
        Measured {
            caught: share(at.caught, at.caught + at.missed),
            blocked: share(at.blocked, at.blocked + at.passed),
            auc: figures.auc,
            mcc: figures.mcc,
            log_loss: figures.log_loss,
            calibration_error: figures.calibration_error,
        }
    }

    /// Each larger source's labels, as a model sees them that was taught by all others.
    fn opposed(&self) -> Result<Vec<Opposed>, FitError> {
        let sources = &self.collected.sources;
        let mut largest: Vec<_> = sources
            .iter()
            .filter(|(_, source)| labels(&source.lessons) >= ENOUGH)
            .collect();
        largest.sort_by_key(|(_, source)| std::cmp::Reverse(labels(&source.lessons)));
        let mut opposed = Vec::new();
        for ((_, name), source) in largest.into_iter().take(MOST_SOURCES) {
            let mut others = Lessons::default();
            for other in sources.values() {
                if !std::ptr::eq(other, source) {
                    others.merge(&other.lessons);
                }
            }
            if labels(&others) >= ENOUGH {
                let model = self.shipped.taught(&others)?;
                opposed.push(held_against(&model, name, source));
            }
        }
        Ok(opposed)
    }
}

fn held_against(model: &Model, name: &str, source: &SourceLabels) -> Opposed {
    let scored = scored(model, source.share.samples());
    let contradicted = scored.iter().filter(|(score, spam)| {
        let against = if *spam { -score } else { *score };
        against >= SURE
    });
    Opposed {
        name: name.to_owned(),
        labels: scored.len() as u64,
        contradicted: contradicted.count() as u64,
    }
}

fn labels(lessons: &Lessons) -> i64 {
    use crate::bayes::Label::{Ham, Spam};
    lessons.count(Ham) + lessons.count(Spam)
}

fn scored<'a>(model: &Model, samples: impl Iterator<Item = &'a Sample>) -> Vec<Scored> {
    samples
        .map(|sample| (model.score(&sample.document()), sample.spam))
        .collect()
}

fn count(scored: &[Scored], spam: bool) -> u64 {
    scored.iter().filter(|one| one.1 == spam).count() as u64
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
