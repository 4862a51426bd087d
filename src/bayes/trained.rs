//! What comes of a training run.

use super::file::{self, Header, ModelError};
use super::sums::Sums;

/// A trained model before it becomes a file.
#[derive(Debug)]
pub struct Trained {
    /// What the file will say about itself.
    pub header: Header,
    /// The sums.
    pub sums: Sums,
    /// Difference in trust of each feature.
    pub differences: Vec<f32>,
    /// Weight of each feature.
    pub weights: Vec<f32>,
    /// Out-of-fold log-odds and what the text was, for a sample of the data.
    pub held_out: Vec<(f64, bool)>,
}

impl Trained {
    /// The model file.
    ///
    /// # Errors
    /// See [`super::file::write`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        file::write(&self.header, &self.weights, &self.sums, &self.differences)
    }
}
