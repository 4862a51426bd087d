//! A model: a bias and a weight for each feature, compiled, or worked out from what a site was taught. Immutable,
//! shared between threads. How it scores is in [`super::score`], how weights come about in [`super::train`] and
//! [`super::taught`], how they are kept in [`super::file`].

use super::file::{self, ModelError};
use super::lazy::Lazy;
use hamlet_text::commonness::rarity;

/// The model compiled into the program.
const SHIPPED: &[u8] = include_bytes!("../../models/shipped.hamlet");

/// A spam model, ready to score.
#[derive(Clone, Debug)]
pub struct Model {
    version: String,
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
        let parts = file::read(bytes)?;
        Self::new(parts.version(), parts.header.trust.bias, parts.weights())
    }

    /// A model from its weights, one per feature.
    pub(super) fn new(
        version: String,
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
            bias,
            weights: Weights::Compiled(weights),
        })
    }

    /// A model that works its weights out.
    pub(super) fn lazy(version: String, bias: f64, weights: Lazy) -> Self {
        Self {
            version,
            bias,
            weights: Weights::Lazy(Box::new(weights)),
        }
    }

    /// A short stable identifier: the model's name and the start of its digest.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn bias(&self) -> f64 {
        self.bias
    }

    /// Weight times rarity of a feature.
    pub(super) fn weight(&self, id: u32) -> f32 {
        match &self.weights {
            Weights::Compiled(weights) => weights.get(id as usize).copied().unwrap_or(0.0),
            Weights::Lazy(weights) => weights.weight(id) * rarity(id),
        }
    }
}
