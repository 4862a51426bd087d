//! The checks: each looks at one thing and may add a finding with a weight and a reason in plain
//! words. None of them throws a comment away. They are pure: what needs a key, the database or the
//! present rules is looked up before and handed in as a fact.
//!
//! A weight is the natural logarithm of how much likelier the finding is for spam than for genuine
//! comments, so that it adds to the model's log-odds. The numbers are judgements, not measurements:
//! what fires on genuine people too (a password manager fills honeypots) stays small enough that an
//! otherwise innocent comment is held, not called spam.

mod blocklist;
mod copies;
mod duplicate;
mod honeypot;
mod language;
mod links;
mod rate;
#[cfg(test)]
mod samples;
mod timing;

use std::time::Duration;

use super::{form_token::Checked, submission::Submission};
use crate::{
    config::IntakeSettings,
    domain::{
        arrival::{Lookback, Share, Signals},
        email::EmailIndex,
        evidence::Finding,
        network::SenderAddress,
        site::{Policy, Site},
        timestamp::Timestamp,
    },
    rules::Rules,
    text::language::Language,
};

/// What is known of a submission before the database is asked.
pub struct Facts<'a> {
    /// The site.
    pub site: &'a Site,
    /// The block rules, of every site.
    pub rules: &'a Rules,
    /// The submission.
    pub submission: &'a Submission,
    /// Who sent it, when that is known.
    pub sender: Option<&'a SenderAddress>,
    /// The keyed hashes of its address: as written, and as the mailbox it most likely leads to.
    pub email: [EmailIndex; 2],
    /// The keyed hashes of the networks it came from, and how many of each one's comments count as one.
    pub networks: Vec<(String, i64)>,
    /// What its form token says.
    pub token: &'a Checked,
    /// The time.
    pub now: Timestamp,
}

/// The checks that need nothing but the submission.
#[must_use]
pub fn run(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (policy, submission) = (&facts.site.policy, facts.submission);
    findings.extend(honeypot::check(submission));
    findings.extend(timing::check(policy, facts.token.opened));
    findings.extend(links::check(policy, submission.text.as_str()));
    findings.extend(blocklist::check(facts));
    findings
}

/// What is counted: the sender's networks, the mailbox, the uses of the form token.
#[must_use]
pub fn to_count(facts: &Facts<'_>, limits: &IntakeSettings) -> Vec<Share> {
    let mut counters = rate::counted(facts, limits);
    counters.extend(timing::counted(facts));
    counters
}

/// The hash by which a text is found again; `None` for a short one.
#[must_use]
pub fn fingerprint(text: &str) -> Option<i64> {
    duplicate::fingerprint(text)
}

/// The findings that need no more than a text and how often it was posted before, at most 10: all that can be known of what was posted
/// elsewhere long ago.
#[must_use]
pub fn of_text(policy: &Policy, text: &str, same_text: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(links::check(policy, text));
    findings.extend(duplicate::finding(same_text));
    findings
}

/// The finding for a language that the shipped model does not know; none where the site's own labels taught it.
#[must_use]
pub fn of_language(language: Option<Language>, learnt: bool) -> Option<Finding> {
    language::finding(language, learnt)
}

/// How far back the checks look.
#[must_use]
pub fn lookback(limits: &IntakeSettings, now: Timestamp) -> Lookback {
    Lookback {
        copies_since: now.minus(campaign_window(limits)),
        emails_since: now.minus(Duration::from_secs(limits.rate_window_seconds)),
        emails_at_most: limits
            .email_hard_limit
            .max(limits.email_soft_limit)
            .saturating_add(1),
        texts_since: now.minus(Duration::from_secs(
            limits.duplicate_window_hours.saturating_mul(60 * 60),
        )),
    }
}

/// How long comments are remembered to recognise near copies.
#[must_use]
pub fn campaign_window(limits: &IntakeSettings) -> Duration {
    Duration::from_hours(limits.campaign_window_days.saturating_mul(24))
}

/// The findings that need what the database knows.
#[must_use]
pub fn findings_of(signals: &Signals, limits: &IntakeSettings) -> Vec<Finding> {
    let mut findings = rate::findings(signals, limits);
    findings.extend(duplicate::finding(signals.same_text));
    let days = limits.campaign_window_days;
    findings.extend(copies::finding(signals.copies, signals.same_text, days));
    findings.extend(timing::finding(signals.token_uses));
    findings
}

/// Whether more comes from one sender than is taken in at all.
#[must_use]
pub fn is_too_many(signals: &Signals, limits: &IntakeSettings) -> bool {
    signals.network > limits.network_hard_limit || signals.email > limits.email_hard_limit
}
