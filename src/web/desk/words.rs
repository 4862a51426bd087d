//! Statuses, decisions and scores as the desk's pages say them: the names of sentences. Each has the word itself in it, so
//! that a new one wants a sentence and nothing else; `tests/it/languages.rs` sees that all of them are there.

use crate::domain::{
    abuse::AbuseFilter, comment::Status, decision::Decision, evidence::Check, queue::Sort,
};
pub use crate::words::names::{band, decision, label, score};

/// What was done to so many comments by a decision, as a sentence.
#[must_use]
pub fn decided(decision: Decision) -> String {
    format!("js-decided-{}", decision.as_str())
}

/// What somebody did to one comment, in the midst of a sentence.
#[must_use]
pub fn did(decision: Decision) -> String {
    format!("js-did-{}", decision.as_str())
}

/// A decision as a button says it about all that match.
#[must_use]
pub fn verb(decision: Decision) -> String {
    format!("js-verb-{}", decision.as_str())
}

/// A status in the midst of a sentence.
#[must_use]
pub fn now(status: Status) -> String {
    format!("js-now-{}", status.as_str())
}

/// How abusive, or of which kind, for a list to choose from. A kind's name is that of the filter by it.
#[must_use]
pub fn abuse_filter(filter: AbuseFilter) -> String {
    format!("abuse-{}", filter.as_str().replace('_', "-"))
}

/// What a check noticed, for a list to choose from.
#[must_use]
pub fn check(check: Check) -> String {
    format!("check-{}", check.as_str())
}

/// An order of the queue.
#[must_use]
pub fn order(sort: Sort) -> String {
    format!("order-{}", sort.as_str())
}
