//! How long the form was open. Nobody reads an article and writes about it in two seconds.

use std::time::Duration;

use super::Facts;
use crate::{
    domain::{
        evidence::{Check, Finding},
        site::Policy,
    },
    intake::form_token::Opened,
    storage::{
        arrivals::{FORM_TOKEN, Share},
        counters::Counted,
    },
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
    (uses > USES).then(|| Finding {
        check: Check::Timing,
        weight: USED_UP,
        reason: format!("{uses} comments came from one form that was opened once"),
        forces: None,
    })
}

pub(super) fn check(policy: &Policy, opened: Opened) -> Option<Finding> {
    let shortest = Duration::from_secs(policy.min_form_seconds.into());
    let longest = Duration::from_secs(u64::from(policy.max_form_hours) * 60 * 60);
    let (weight, reason) = match opened {
        Opened::Unknown if policy.expect_form_token => {
            (MISSING, "It was sent without opening the form".to_owned())
        }
        Opened::Forged => (FORGED, "Its form token was not made here".to_owned()),
        Opened::Ago(open) if open < shortest => {
            let seconds = open.as_secs_f64();
            (
                TOO_FAST,
                format!("The form was sent {seconds:.1} seconds after it was opened"),
            )
        }
        Opened::Ago(open) if open > longest => {
            let hours = open.as_secs() / 3600;
            (
                TOO_OLD,
                format!("The form was sent {hours} hours after it was opened"),
            )
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
    use crate::{domain::site::Policy, intake::form_token::Opened};

    fn reason(policy: &Policy, opened: Opened) -> Option<String> {
        check(policy, opened).map(|finding| finding.reason)
    }

    #[test]
    fn both_ends_of_the_time_that_a_form_may_be_open_are_fine() {
        let policy = Policy::default();
        let after = |millis| reason(&policy, Opened::Ago(Duration::from_millis(millis)));
        let (shortest, longest) = (3000, 24 * 60 * 60 * 1000);
        assert_eq!(after(shortest), None);
        assert_eq!(after(longest), None);
        let sent = |when| Some(format!("The form was sent {when} after it was opened"));
        assert_eq!(after(shortest - 1), sent("3.0 seconds"));
        assert_eq!(after(0), sent("0.0 seconds"));
        assert_eq!(after(longest + 1), sent("24 hours"));
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
