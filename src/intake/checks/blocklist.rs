//! What moderators no longer want to see: words, addresses, networks, domains. A rule says what
//! happens, whatever the score. How rules are compared with a submission is [`crate::rules`]'s.

use super::Facts;
use crate::{
    domain::{
        block::{BlockAction, BlockKind, BlockRule},
        evidence::{Check, Finding},
        website::Website,
    },
    rules::Subject,
};

const HOLD: f64 = 1.0;
const SPAM: f64 = 5.0;

/// Rules that are named among a comment's evidence; what more of them say changes nothing.
const NAMED: usize = 20;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let snapshot = facts.ground.directory.snapshot();
    let applies = |rule: &BlockRule| rule.applies(&facts.site.slug, facts.now);
    if !snapshot.rules.list().iter().any(applies) {
        return Vec::new();
    }
    let submission = facts.submission;
    let vault = &facts.ground.vault;
    let email = [
        vault.email_index(&submission.email),
        vault.mailbox_index(&submission.email),
    ];
    let subject = Subject {
        text: submission.text.as_str(),
        name: submission.name.as_str(),
        website: submission.website.as_ref().map(Website::as_str),
        email: &email,
        email_domain: Some(submission.email.domain()),
        sender: facts.sender,
    };
    let mut hits = snapshot.rules.hits(&subject, applies);
    hits.sort_by_key(|rule| rule.action != BlockAction::Spam);
    hits.into_iter().take(NAMED).map(finding).collect()
}

fn finding(rule: &BlockRule) -> Finding {
    let what = match rule.kind {
        BlockKind::Word => format!("a blocked word: {}", rule.pattern),
        BlockKind::Domain => format!("a blocked domain: {}", rule.pattern),
        BlockKind::Email => "a blocked email address".to_owned(),
        BlockKind::Network => "a blocked network".to_owned(),
    };
    Finding {
        check: Check::Blocklist,
        weight: if rule.action == BlockAction::Spam {
            SPAM
        } else {
            HOLD
        },
        reason: format!("It has {what}"),
        forces: Some(rule.action.into()),
    }
}
