//! Links: a few belong to a conversation, many to an advertisement.

use linkify::{LinkFinder, LinkKind};

use super::Facts;
use crate::domain::evidence::{Check, Finding};

const BASE: f64 = 1.0;
const EACH: f64 = 0.25;
const MOST: f64 = 3.0;

pub(super) fn check(facts: &Facts<'_>) -> Option<Finding> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    let count = finder.links(facts.submission.text.as_str()).count();
    let allowed = facts.site.policy.max_links as usize;
    let above = count.checked_sub(allowed).filter(|above| *above > 0)?;
    #[expect(clippy::cast_precision_loss, reason = "a text holds few links")]
    let weight = (BASE + EACH * above as f64).min(MOST);
    Some(Finding {
        check: Check::Links,
        weight,
        reason: format!("It has {count} links; the site allows {allowed}"),
        forces: None,
    })
}
