//! The compiled model: a bias and one weight per feature. Immutable, shared between threads. How it scores is in
//! [`super::score`], how weights come about in [`super::train`], how they are kept in [`super::file`].

use super::file::{self, ModelError};
use hamlet_text::commonness::rarity;

/// The largest weight and bias, either way: thousands of times what training gives, and so small that no
/// text has features enough for an infinite sum.
const LARGEST: f32 = 1e6;

/// The model compiled into the program.
const SHIPPED: &[u8] = include_bytes!("../../models/shipped.hamlet");

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

    pub(super) fn bias(&self) -> f64 {
        self.bias
    }

    pub(super) fn weight(&self, id: u32) -> f32 {
        self.weights.get(id as usize).copied().unwrap_or(0.0)
    }
}
