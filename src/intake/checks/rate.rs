//! How much comes from one network or one address. Above the soft limit it counts as evidence;
//! above the hard one the client is asked to come back later, and nothing is lost on its side.

use std::time::Duration;

use super::Facts;
use crate::{
    config::IntakeSettings,
    domain::{
        arrival::{Counted, MAILBOX, NETWORK, Share, Signals},
        evidence::{Check, Finding},
        reason::Reason,
    },
};

const BASE: f64 = 1.0;
const PER_LIMIT: f64 = 0.5;
const MOST: f64 = 3.0;

/// The counters of the sender's network, of the wider ones around it, and, where the address has a tag or
/// dots that do not count, of the mailbox: those spellings together are limited as one address is.
pub(super) fn counted(facts: &Facts<'_>, limits: &IntakeSettings) -> Vec<Share> {
    let window = Duration::from_secs(limits.rate_window_seconds);
    let counted = |kind, counted| Counted {
        site: facts.site.slug.to_string(),
        kind,
        counted,
        expires_at: facts.now.plus(window).millis(),
    };
    let networks = facts.networks.iter().map(|(key, share)| Share {
        counted: counted(NETWORK, key.clone()),
        of: *share,
    });
    // An address that is its own mailbox is found among the comments: a counter for each would cost a post a
    // third more writing.
    let [written, mailbox] = &facts.email;
    let mailbox = (mailbox != written).then(|| Share {
        counted: counted(MAILBOX, mailbox.0.clone()),
        of: 1,
    });
    networks.chain(mailbox).collect()
}

pub(super) fn findings(signals: &Signals, limits: &IntakeSettings) -> Vec<Finding> {
    type Say = fn(i64, u64) -> Reason;
    let network: (_, _, Say) = (
        signals.network,
        limits.network_soft_limit,
        Reason::ManyFromNetwork,
    );
    let email: (_, _, Say) = (
        signals.email,
        limits.email_soft_limit,
        Reason::ManyFromEmail,
    );
    let minutes = limits.rate_window_seconds.div_ceil(60);
    let each = [network, email].into_iter();
    each.filter(|(count, soft, _)| count > soft)
        .map(|(count, soft, reason)| finding(count, soft, reason(count, minutes)))
        .collect()
}

fn finding(count: i64, soft: i64, reason: Reason) -> Finding {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let weight = (BASE + PER_LIMIT * (count - soft) as f64 / soft.max(1) as f64).min(MOST);
    Finding {
        check: Check::Rate,
        weight,
        reason,
        forces: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, findings};
    use crate::{
        config::IntakeSettings,
        domain::{
            arrival::{MAILBOX, NETWORK, Signals},
            email::EmailIndex,
        },
        intake::checks::samples::{LIMITS, Sample},
    };

    fn weights(network: i64, email: i64) -> Vec<f64> {
        let signals = Signals {
            network,
            email,
            ..Signals::default()
        };
        let found = findings(&signals, &LIMITS);
        found.into_iter().map(|finding| finding.weight).collect()
    }

    #[test]
    fn what_is_above_a_soft_limit_weighs_more_the_more_it_is() {
        let (network, email) = (LIMITS.network_soft_limit, LIMITS.email_soft_limit);
        assert!(weights(network, email).is_empty());
        assert_eq!(weights(2 * network, email), [1.5]);
        assert_eq!(weights(network, 3 * email), [2.0]);
        assert_eq!(weights(99 * network, 99 * email), [3.0, 3.0]);
    }

    #[test]
    fn a_limit_of_none_at_all_divides_by_nothing() {
        let none = IntakeSettings {
            email_soft_limit: 0,
            ..LIMITS
        };
        let signals = Signals {
            email: 1,
            ..Signals::default()
        };
        assert_eq!(findings(&signals, &none).len(), 1);
    }

    #[test]
    fn networks_are_counted_by_their_share_and_a_mailbox_where_it_is_another_than_the_address() {
        let sample = Sample::of("Hello");
        let mut facts = sample.facts();
        assert!(counted(&facts, &LIMITS).is_empty());
        facts.networks = vec![("narrow".to_owned(), 1), ("wide".to_owned(), 8)];
        facts.email[1] = EmailIndex("mailbox".to_owned());
        let counters = counted(&facts, &LIMITS);
        let counters = counters
            .iter()
            .map(|share| (share.counted.kind, share.counted.counted.as_str(), share.of));
        let wanted = [
            (NETWORK, "narrow", 1),
            (NETWORK, "wide", 8),
            (MAILBOX, "mailbox", 1),
        ];
        assert!(counters.eq(wanted));
    }
}
