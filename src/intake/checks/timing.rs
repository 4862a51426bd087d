//! How long the form was open. Nobody reads an article and writes about it in two seconds.

use std::time::Duration;

use super::Facts;
use crate::{
    domain::evidence::{Check, Finding},
    intake::form_token::Opened,
};

const MISSING: f64 = 1.0;
const FORGED: f64 = 2.0;
const TOO_FAST: f64 = 2.0;
const TOO_OLD: f64 = 0.5;

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
