//! A model: a bias and a weight for each feature, compiled, or worked out from what a site was taught. Immutable,
//! shared between threads. How it scores is in [`super::score`], how weights come about in [`super::train`] and
//! [`super::taught`], how they are kept in [`super::file`].

use std::borrow::Cow;

use super::base::Base;
use super::compact;
use super::file::{self, ModelError};
use super::lazy::Lazy;
use super::question::Question;
use hamlet_text::commonness::rarity;
use hamlet_text::views::View;

/// The model compiled into the program.
static SHIPPED: &[u8] = include_bytes!("../../models/shipped.hamlet");

/// A model, ready to score.
#[derive(Clone, Debug)]
pub struct Model {
    version: String,
    question: Question,
    bias: f64,
    weights: Weights,
}

#[derive(Clone, Debug)]
enum Weights {
    /// Weight times rarity of each feature.
    Compiled(Vec<f32>),
    Lazy(Box<Lazy>),
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
        if compact::is_compact(bytes) {
            return Base::from_compact(Cow::Owned(bytes.to_vec()))?.untaught();
        }
        let parts = file::read(bytes)?;
        let header = &parts.header;
        let question = header.question;
        Self::new(
            parts.version(),
            question,
            header.trust.bias,
            parts.weights(),
        )
    }

    /// A model from its weights, one per feature.
    pub(super) fn new(
        version: String,
        question: Question,
        bias: f64,
        mut weights: Vec<f32>,
    ) -> Result<Self, ModelError> {
        file::check(bias, &weights)?;
        weights
            .iter_mut()
            .zip(0..)
            .for_each(|(weight, id)| *weight *= rarity(id));
        Ok(Self {
            version,
            question,
            bias,
            weights: Weights::Compiled(weights),
        })
    }

    /// A model that works its weights out.
    pub(super) fn lazy(version: String, question: Question, bias: f64, weights: Lazy) -> Self {
        Self {
            version,
            question,
            bias,
            weights: Weights::Lazy(Box::new(weights)),
        }
    }

    /// A short stable identifier: the model's name and the start of its digest.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it answers.
    #[must_use]
    pub fn question(&self) -> Question {
        self.question
    }

    pub(super) fn bias(&self) -> f64 {
        self.bias
    }

    /// What some features of a view add up to: the weight of each times its rarity.
    pub(super) fn sum(&self, view: View, ids: impl Iterator<Item = u32>) -> f32 {
        match &self.weights {
            Weights::Compiled(weights) => ids
                .map(|id| weights.get(id as usize).copied().unwrap_or(0.0))
                .sum(),
            Weights::Lazy(weights) => {
                let weight = weights.of_view(view.index());
                ids.map(|id| weight(id) * rarity(id)).sum()
            }
        }
    }

    /// Weight times rarity of a feature.
    pub(super) fn weight(&self, id: u32) -> f32 {
        match &self.weights {
            Weights::Compiled(weights) => weights.get(id as usize).copied().unwrap_or(0.0),
            Weights::Lazy(weights) => weights.weight(id) * rarity(id),
        }
    }
}
