//! Statuses, decisions and scores as the desk's pages say them: the names of sentences.

use crate::domain::{abuse::AbuseFilter, comment::Status, decision::Decision};
pub use crate::words::names::{band, label, score};

/// What was done to so many comments by a decision, as a sentence.
#[must_use]
pub const fn decided(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "js-decided-approve",
        Decision::Spam => "js-decided-spam",
        Decision::Reject => "js-decided-reject",
        Decision::Trash => "js-decided-trash",
        Decision::Hold => "js-decided-hold",
    }
}

/// What somebody did to one comment, in the midst of a sentence.
#[must_use]
pub const fn did(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "js-did-approve",
        Decision::Spam => "js-did-spam",
        Decision::Reject => "js-did-reject",
        Decision::Trash => "js-did-trash",
        Decision::Hold => "js-did-hold",
    }
}

/// A decision by its name.
#[must_use]
pub const fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "decision-approve",
        Decision::Spam => "decision-spam",
        Decision::Reject => "decision-reject",
        Decision::Trash => "decision-trash",
        Decision::Hold => "decision-hold",
    }
}

/// A decision as a button says it about all that match.
#[must_use]
pub const fn verb(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "js-verb-approve",
        Decision::Spam => "js-verb-spam",
        Decision::Reject => "js-verb-reject",
        Decision::Trash => "js-verb-trash",
        Decision::Hold => "js-verb-hold",
    }
}

/// A status in the midst of a sentence.
#[must_use]
pub const fn now(status: Status) -> &'static str {
    match status {
        Status::Pending => "js-now-pending",
        Status::Approved => "js-now-approved",
        Status::Spam => "js-now-spam",
        Status::Rejected => "js-now-rejected",
        Status::Trash => "js-now-trash",
    }
}

/// How abusive, or of which kind, for a list to choose from. A kind's name is that of the filter by it.
#[must_use]
pub const fn abuse_filter(filter: AbuseFilter) -> &'static str {
    match filter {
        AbuseFilter::Likely => "abuse-likely",
        AbuseFilter::Sure => "abuse-sure",
        AbuseFilter::Severe => "abuse-severe",
        AbuseFilter::Insult => "abuse-insult",
        AbuseFilter::Threat => "abuse-threat",
        AbuseFilter::IdentityAttack => "abuse-identity-attack",
        AbuseFilter::Obscene => "abuse-obscene",
        AbuseFilter::Sexual => "abuse-sexual",
    }
}
