//! A field that people do not see. Programs fill in every field; so do some password managers,
//! which is why this is evidence and not a sentence.

use super::Facts;
use crate::domain::evidence::{Check, Finding};

const WEIGHT: f64 = 3.5;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    facts.submission.honeypot.as_ref()?;
    Some(Finding {
        check: Check::Honeypot,
        weight: WEIGHT,
        reason: "A field that people do not see was filled in".to_owned(),
        forces: None,
    })
}
