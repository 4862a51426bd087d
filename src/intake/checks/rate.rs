//! How much comes from one network or one address. Above the soft limit it counts as evidence;
//! above the hard one the client is told to come back later, and nothing is lost on its side.

use std::time::Duration;

use super::Facts;
use crate::{
    config::Intake,
    domain::evidence::{Check, Finding},
    storage::counters::Counted,
};

const NETWORK: &str = "network";
const EMAIL: &str = "email";

const BASE: f64 = 1.0;
const PER_LIMIT: f64 = 0.5;
const MOST: f64 = 3.0;

pub(super) fn counted(facts: &Facts<'_>) -> Vec<Counted> {
    let window = Duration::from_secs(facts.app.settings.intake.rate_window_seconds);
    let site = facts.site.slug.to_string();
    let expires_at = facts.now.plus(window).millis();
    let vault = &facts.app.vault;
    let email = Counted {
        site: site.clone(),
        kind: EMAIL,
        counted: vault.email_index(&facts.submission.email).0,
        expires_at,
    };
    let network = facts.sender.map(|sender| Counted {
        site,
        kind: NETWORK,
        counted: vault.network_key(&facts.site.slug, sender),
        expires_at,
    });
    std::iter::once(email).chain(network).collect()
}

pub(super) fn finding(kind: &str, count: i64, limits: &Intake) -> Option<Finding> {
    let (soft, whose) = match kind {
        NETWORK => (limits.network_soft_limit, "network"),
        EMAIL => (limits.email_soft_limit, "email address"),
        _ => return None,
    };
    if count <= soft {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let weight = (BASE + PER_LIMIT * (count - soft) as f64 / soft.max(1) as f64).min(MOST);
    let minutes = limits.rate_window_seconds.div_ceil(60);
    Some(Finding {
        check: Check::Rate,
        weight,
        reason: format!("{count} comments came from this {whose} within {minutes} minutes"),
        forces: None,
    })
}

pub(super) fn is_too_many(kind: &str, count: i64, limits: &Intake) -> bool {
    match kind {
        NETWORK => count > limits.network_hard_limit,
        EMAIL => count > limits.email_hard_limit,
        _ => false,
    }
}
