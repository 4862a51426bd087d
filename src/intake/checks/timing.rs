//! How long the form was open. Nobody reads an article and writes about it in two seconds.

use std::time::Duration;

use super::Facts;
use crate::{
    domain::{
        arrival::{Counted, FORM_TOKEN, Share},
        evidence::{Check, Finding},
        reason::Reason,
        site::Policy,
    },
    intake::form_token::Opened,
};

/// Comments that one opened form may bring: someone goes back and writes again, more than once.
const USES: i64 = 3;
/// How long the uses of a token are remembered.
const REMEMBERED: Duration = Duration::from_hours(24);
const USED_UP: f64 = 2.0;

const MISSING: f64 = 1.0;
const FORGED: f64 = 2.0;
const TOO_FAST: f64 = 2.0;
const TOO_OLD: f64 = 0.5;

/// The counter of the form token's uses.
pub(super) fn counted(facts: &Facts<'_>) -> Option<Share> {
    let counted = Counted {
        site: facts.site.slug.to_string(),
        kind: FORM_TOKEN,
        counted: facts.token.name.clone()?,
        expires_at: facts.now.plus(REMEMBERED).millis(),
    };
    Some(Share { counted, of: 1 })
}

/// A token that brings comment after comment was fetched once by a program.
pub(super) fn finding(uses: i64) -> Option<Finding> {
    (uses > USES).then_some(Finding {
        check: Check::Timing,
        weight: USED_UP,
        reason: Reason::FormReused(uses),
        forces: None,
    })
}

pub(super) fn check(policy: &Policy, opened: Opened) -> Option<Finding> {
    let shortest = Duration::from_secs(policy.min_form_seconds.into());
    let longest = Duration::from_secs(u64::from(policy.max_form_hours) * 60 * 60);
    let (weight, reason) = match opened {
        Opened::Unknown if policy.expect_form_token => (MISSING, Reason::FormNotOpened),
        Opened::Forged => (FORGED, Reason::TokenForged),
        Opened::Ago(open) if open < shortest => {
            let millis = u64::try_from(open.as_millis()).unwrap_or(u64::MAX);
            (TOO_FAST, Reason::SentTooSoon(millis))
        }
        Opened::Ago(open) if open > longest => {
            (TOO_OLD, Reason::SentTooLate(open.as_secs() / 3600))
        }
        Opened::Unknown | Opened::Ago(_) => return None,
    };
    Some(Finding {
        check: Check::Timing,
        weight,
        reason,
        forces: None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{check, finding};
    use crate::{
        domain::{reason::Reason, site::Policy},
        intake::form_token::Opened,
    };

    fn reason(policy: &Policy, opened: Opened) -> Option<Reason> {
        check(policy, opened).map(|finding| finding.reason)
    }

    #[test]
    fn both_ends_of_the_time_that_a_form_may_be_open_are_fine() {
        let policy = Policy::default();
        let after = |millis| reason(&policy, Opened::Ago(Duration::from_millis(millis)));
        let (shortest, longest) = (3000, 24 * 60 * 60 * 1000);
        assert_eq!(after(shortest), None);
        assert_eq!(after(longest), None);
        assert_eq!(after(shortest - 1), Some(Reason::SentTooSoon(2999)));
        assert_eq!(after(0), Some(Reason::SentTooSoon(0)));
        assert_eq!(after(longest + 1), Some(Reason::SentTooLate(24)));
    }

    #[test]
    fn a_missing_token_counts_where_one_is_expected_and_a_forged_one_everywhere() {
        let lenient = Policy::default();
        let strict = Policy {
            expect_form_token: true,
            ..Policy::default()
        };
        assert_eq!(reason(&lenient, Opened::Unknown), None);
        assert!(reason(&strict, Opened::Unknown).is_some());
        assert!(reason(&lenient, Opened::Forged).is_some());
    }

    #[test]
    fn a_form_brings_three_comments_before_it_is_noticed() {
        assert_eq!([0, 1, 3].map(finding), [None, None, None]);
        assert!(finding(4).is_some());
    }
}
