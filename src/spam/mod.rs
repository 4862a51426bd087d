//! Naive Bayes over text. Pure: no I/O, no clock, no framework.

use serde::{Deserialize, Serialize};

/// Interface being written on its own branch.
#[expect(missing_docs, reason = "replaced by the model's own branch")]
pub struct Document<'a> {
    pub text: &'a str,
    pub name: Option<&'a str>,
    pub email_domain: Option<&'a str>,
    pub website: Option<&'a str>,
}

#[derive(Debug, thiserror::Error)]
#[error("no model")]
#[expect(missing_docs, reason = "replaced by the model's own branch")]
pub struct ModelError;

#[expect(missing_docs, reason = "replaced by the model's own branch")]
pub struct Model;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "replaced by the model's own branch")]
pub struct Explanation {
    pub log_odds: f64,
    pub bias: f64,
    pub tokens: Vec<TokenWeight>,
    pub rest: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "replaced by the model's own branch")]
pub struct TokenWeight {
    pub says: String,
    pub weight: f64,
    pub spans: Vec<(u32, u32)>,
}

#[expect(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "replaced by the model's own branch"
)]
impl Model {
    pub fn shipped() -> Result<Model, ModelError> {
        Ok(Model)
    }
    pub fn from_bytes(_: &[u8]) -> Result<Model, ModelError> {
        Err(ModelError)
    }
    pub fn version(&self) -> &str {
        "none"
    }
    pub fn score(&self, _: &Document<'_>) -> f64 {
        0.0
    }
    pub fn explain(&self, _: &Document<'_>) -> Explanation {
        Explanation {
            log_odds: 0.0,
            bias: 0.0,
            tokens: vec![],
            rest: 0.0,
        }
    }
}
