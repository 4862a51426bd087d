//! Links: a few belong to a conversation, many to an advertisement.

use crate::{
    domain::{
        evidence::{Check, Finding},
        reason::Reason,
        site::Policy,
    },
    text::links::links,
};

const BASE: f64 = 1.0;
const EACH: f64 = 0.25;
const MOST: f64 = 3.0;

pub(super) fn check(policy: &Policy, text: &str) -> Option<Finding> {
    let count = links(text).count();
    let allowed = policy.max_links as usize;
    let above = count.checked_sub(allowed).filter(|above| *above > 0)?;
    #[expect(clippy::cast_precision_loss, reason = "a text holds few links")]
    let weight = (BASE + EACH * above as f64).min(MOST);
    Some(Finding {
        check: Check::Links,
        weight,
        reason: Reason::TooManyLinks(count as u64, policy.max_links),
        forces: None,
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::domain::{reason::Reason, site::Policy};

    #[test]
    fn links_above_what_the_site_allows_weigh_more_each_up_to_a_limit() {
        let policy = Policy {
            max_links: 2,
            ..Policy::default()
        };
        let weight = |links: usize| {
            let text = "see https://a.example/x ".repeat(links);
            check(&policy, &text).map(|finding| finding.weight)
        };
        let weights = [0, 2, 3, 4, 20].map(weight);
        assert_eq!(weights, [None, None, Some(1.25), Some(1.5), Some(3.0)]);
    }

    #[test]
    fn a_site_may_allow_no_link_at_all() {
        let policy = Policy {
            max_links: 0,
            ..Policy::default()
        };
        assert_eq!(check(&policy, "no link here"), None);
        let finding = check(&policy, "www.shop.example").expect("a finding");
        assert_eq!(finding.reason, Reason::TooManyLinks(1, 0));
    }
}
