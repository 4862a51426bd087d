//! The checks: each looks at one thing and may add a finding with a weight and a reason in plain
//! words. None of them throws a comment away.
//!
//! A weight is the natural logarithm of how much likelier the finding is for spam than for genuine
//! comments, so that it adds to the model's log-odds. The numbers are judgements, not measurements:
//! what fires on genuine people too (a password manager fills honeypots) stays small enough that an
//! otherwise innocent comment is held, not called spam.

mod blocklist;
mod duplicate;
mod honeypot;
mod links;
mod rate;
mod timing;

use super::{form_token::Checked, submission::Submission};
use crate::{
    app::App,
    config::Intake,
    domain::{evidence::Finding, network::SenderAddress, site::Site, timestamp::Timestamp},
    storage::counters::Counted,
};

/// What is known of a submission before the database is asked.
pub struct Facts<'a> {
    /// The application.
    pub app: &'a App,
    /// The site.
    pub site: &'a Site,
    /// The submission.
    pub submission: &'a Submission,
    /// Who sent it, when that is known.
    pub sender: Option<&'a SenderAddress>,
    /// What its form token says.
    pub token: &'a Checked,
    /// The time.
    pub now: Timestamp,
}

/// The checks that need nothing but the submission.
#[must_use]
pub fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(honeypot::check(facts));
    findings.extend(timing::check(facts));
    findings.extend(links::check(facts));
    findings.extend(blocklist::check(facts));
    findings
}

/// What to count for the checks that need counts.
#[must_use]
pub fn counted(facts: &Facts<'_>) -> Vec<Counted> {
    let mut counted = rate::counted(facts);
    counted.extend(duplicate::counted(facts));
    counted
}

/// The findings that counts give; `counts[n]` belongs to `counted[n]`.
#[must_use]
pub fn findings_of(counted: &[Counted], counts: &[i64], limits: &Intake) -> Vec<Finding> {
    let each = counted.iter().zip(counts);
    each.filter_map(|(counted, count)| match counted.kind {
        duplicate::KIND => duplicate::finding(*count),
        kind => rate::finding(kind, *count, limits),
    })
    .collect()
}

/// Whether any count is above what is taken in at all.
#[must_use]
pub fn is_too_many(counted: &[Counted], counts: &[i64], limits: &Intake) -> bool {
    let mut each = counted.iter().zip(counts);
    each.any(|(counted, count)| rate::is_too_many(counted.kind, *count, limits))
}
