//! How long the form was open. Nobody reads an article and writes about it in two seconds.

use std::time::Duration;

use super::Facts;
use crate::{
    domain::{
        arrival::{Counted, FORM_TOKEN, Share},
        evidence::{Check, Finding},
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
    (uses > USES).then(|| Finding {
        check: Check::Timing,
        weight: USED_UP,
        reason: format!("{uses} comments came from one form that was opened once"),
        forces: None,
    })
}

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let policy = &facts.site.policy;
    let shortest = Duration::from_secs(policy.min_form_seconds.into());
    let longest = Duration::from_secs(u64::from(policy.max_form_hours) * 60 * 60);
    let (weight, reason) = match facts.token.opened {
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
