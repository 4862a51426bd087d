//! What is imported, and what becomes of it.

use crate::domain::{arrival::NewComment, comment::Status, evidence::Evidence, sample::Vote};

/// What became of a comment that was handed over to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was imported before.
    Known,
    /// It is new, and stands where it was said to stand.
    New,
    /// It is new, and waits for a person although it was approved: what it answers is not public.
    Withheld,
    /// It is new, and waits until what it answers is known: [`Store::join_imported`] settles it.
    Waits,
}

/// A comment from another system, ready to be kept.
#[derive(Debug, Clone)]
pub struct ImportedComment {
    /// The comment; its parent is not set.
    pub comment: NewComment,
    /// Whether its date is its own, and not one that stands in.
    pub is_dated: bool,
    /// Where it stands.
    pub status: Status,
    /// Probability of spam, where it was judged.
    pub score: Option<f64>,
    /// Why.
    pub evidence: Evidence,
    /// Its id in its own system.
    pub foreign_id: String,
    /// The id there of the comment it answers.
    pub foreign_parent: Option<String>,
    /// What the other system's people said about it: a decision here replaces it.
    pub vote: Option<Vote>,
}

/// Imported replies that are looked through in one transaction.
pub(super) const STRETCH: i64 = 1000;
