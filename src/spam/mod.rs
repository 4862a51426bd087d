//! Naive Bayes over text. Pure: no I/O, no clock, no framework.
//!
//! A text becomes glyphs ([`normalize`]), glyphs become typed tokens ([`tokens`]), tokens become
//! hashed features in a few views ([`views`]). Training adds the features of labelled texts into
//! sums per class ([`sums`]), linfa's multinomial naive Bayes turns the sums into log-ratios
//! ([`bayes`]), and a logistic layer learns how far to trust each view ([`trust`]) and feature
//! ([`refine`]). The result is one weight per feature ([`model`]): a score is a sparse dot product
//! and its explanation ([`explain`]) is the terms of that product; a long text is lifted where a passage
//! of it reads like spam ([`passage`]).
//!
//! What is not here: where labels come from, where models are kept, what is done with a score.

pub mod bayes;
pub mod commonness;
pub mod evaluate;
pub mod explain;
pub mod file;
pub mod fit;
pub mod glyphs;
pub mod hosts;
mod lbfgs;
pub mod lessons;
pub(crate) mod lookalikes;
pub mod markup;
pub mod model;
pub mod normalize;
mod passage;
pub mod plots;
#[cfg(test)]
mod properties;
pub mod refine;
pub mod report;
pub mod row;
pub mod sums;
pub mod tokens;
pub mod train;
pub mod trust;
pub mod views;

use serde::{Deserialize, Serialize};

pub use explain::{Explanation, TokenWeight};
pub use file::ModelError;
pub use model::Model;

/// What is scored: the text and what its author said about themselves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Document<'a> {
    /// The comment as submitted: markup, entities and all.
    pub text: &'a str,
    /// The author's name as typed.
    pub name: Option<&'a str>,
    /// The part of the email address after the `@`.
    pub email_domain: Option<&'a str>,
    /// The author's website as typed.
    pub website: Option<&'a str>,
}

/// What a person said a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Wanted, or at least genuine.
    Ham,
    /// Unwanted advertising, fraud, link dropping.
    Spam,
}

impl Label {
    /// The word used in files, in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ham => "ham",
            Self::Spam => "spam",
        }
    }

    /// Reads the word that [`Label::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ham, Self::Spam]
            .into_iter()
            .find(|label| label.as_str() == word)
    }

    /// The class's place in arrays of two: ham 0, spam 1.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Ham => 0,
            Self::Spam => 1,
        }
    }
}

/// The logistic function: log-odds to probability.
#[must_use]
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
