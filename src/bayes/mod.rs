//! Naive Bayes for a question about a text. Pure: no I/O, no clock, no framework.
//!
//! A labelled text becomes a row of features ([`row`]). Training ([`train`]) adds rows into sums per class
//! ([`sums`]), linfa's multinomial naive Bayes turns the sums into log-ratios ([`naive`]), and a logistic layer learns
//! how far to trust each view ([`trust`]) and feature ([`refine`]); `fit` does these in order. The result is one weight
//! per feature ([`model`], kept as a [`file`], or with the kinds of a [`question`] as a [`compact`] one): a score (`score`) is a sparse dot product, and its explanation
//! ([`explain`], by [`sign`]s and by how a text `looks`) is the terms of that product; a long text is lifted where a passage of it reads like spam
//! (`passage`). What one site's labels add is in [`lessons`], what
//! they make of a [`base`] in [`taught`].
//!
//! What is not here: what a text is made of ([`hamlet_text`]), where labels come from, where models are kept, what is
//! done with a score.

pub mod base;
mod cells;
pub mod compact;
pub mod explain;
pub mod file;
mod fit;
pub mod kinds;
pub mod label;
mod lazy;
mod lbfgs;
pub mod lessons;
mod levels;
mod looks;
pub mod model;
pub mod naive;
pub mod odds;
pub mod options;
mod passage;
#[cfg(test)]
mod properties;
pub mod question;
pub mod refine;
mod restraint;
pub mod row;
mod score;
pub mod sign;
pub mod sums;
pub mod taught;
pub mod train;
pub mod trained;
pub mod trust;

pub use explain::{Explanation, STEPS, TokenWeight, rest};
pub use file::ModelError;
pub use kinds::{KindScore, Kinds};
pub use label::Label;
pub use model::Model;
pub use odds::{log_loss, probability};
pub use question::{AbuseKind, Question};
pub use sign::Sign;
