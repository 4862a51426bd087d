//! How much comes from one network or one address. Above the soft limit it counts as evidence;
//! above the hard one the client is told to come back later, and nothing is lost on its side.

use std::time::Duration;

use super::Facts;
use crate::{
    config::Intake,
    domain::{
        arrival::{Counted, MAILBOX, NETWORK, Share, Signals},
        evidence::{Check, Finding},
    },
};

const BASE: f64 = 1.0;
const PER_LIMIT: f64 = 0.5;
const MOST: f64 = 3.0;

/// The counters of the sender's network, of the wider ones around it, and, where the address has a tag or
/// dots that do not count, of the mailbox: those spellings together are limited as one address is.
pub(super) fn counted(facts: &Facts<'_>) -> Vec<Share> {
    let window = Duration::from_secs(facts.app.settings.intake.rate_window_seconds);
    let (vault, site) = (&facts.app.vault, &facts.site.slug);
    let counted = |kind, counted| Counted {
        site: site.to_string(),
        kind,
        counted,
        expires_at: facts.now.plus(window).millis(),
    };
    let networks = facts.sender.map(|sender| vault.network_keys(site, sender));
    let networks = networks.into_iter().flatten().map(|(key, share)| Share {
        counted: counted(NETWORK, key),
        of: share,
    });
    // An address that is its own mailbox is found among the comments: a counter for each would cost a post a
    // third more writing.
    let email = &facts.submission.email;
    let mailbox = (email.mailbox() != email.normalized()).then(|| Share {
        counted: counted(MAILBOX, vault.mailbox_index(email).0),
        of: 1,
    });
    networks.chain(mailbox).collect()
}

pub(super) fn findings(signals: &Signals, limits: &Intake) -> Vec<Finding> {
    let network = (signals.network, limits.network_soft_limit, "network");
    let email = (signals.email, limits.email_soft_limit, "email address");
    let each = [network, email].into_iter();
    each.filter(|(count, soft, _)| count > soft)
        .map(|(count, soft, whose)| finding(count, soft, whose, limits))
        .collect()
}

fn finding(count: i64, soft: i64, whose: &str, limits: &Intake) -> Finding {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let weight = (BASE + PER_LIMIT * (count - soft) as f64 / soft.max(1) as f64).min(MOST);
    let minutes = limits.rate_window_seconds.div_ceil(60);
    Finding {
        check: Check::Rate,
        weight,
        reason: format!("{count} comments came from this {whose} within {minutes} minutes"),
        forces: None,
    }
}
