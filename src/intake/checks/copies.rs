//! Near copies on other pages and sites, or by others. What people said of them counts most; that there are any
//! counts less, since people quote, and repeat what is funny.
//!
//! The weights are below what was measured (`benches/research/campaigns.rs`): one copy is 1.2 to 4.2 likelier (log-odds)
//! among spam of the licensed sources than among their genuine comments, one that was called spam 3.8 to 6.9.

use crate::domain::{
    campaign::Others,
    evidence::{Check, Finding},
    reason::Reason,
};

/// For each doubling of the copies of which nobody said anything, and at most.
const EACH: f64 = 0.8;
const MOST: f64 = 2.0;

/// For each doubling of the copies that a person called spam, and at most: one word alone makes spam of nothing.
const EACH_SAID: f64 = 1.5;
const MOST_SAID: f64 = 3.5;

/// Copies of this very text on the same site weigh by [`super::duplicate`], so they are taken off the others.
pub(super) fn finding(others: Others, same_text: i64, days: u64) -> Option<Finding> {
    let Others {
        comments,
        spam,
        approved,
    } = others;
    let beyond = (comments - same_text).max(0);
    (beyond > 0 || spam > 0).then(|| Finding {
        check: Check::Copies,
        weight: weight(beyond, spam, approved),
        reason: Reason::NearCopies(comments, spam, days),
        forces: None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "at most 30")]
fn weight(beyond: i64, spam: i64, approved: i64) -> f64 {
    let unlabelled = if approved > spam {
        // They were read, and let through.
        0.0
    } else {
        (EACH * (1.0 + beyond as f64).log2()).min(MOST)
    };
    let said = EACH_SAID * ((1.0 + spam as f64) / (1.0 + approved as f64)).log2();
    unlabelled + said.clamp(0.0, MOST_SAID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight_of(comments: i64, spam: i64, approved: i64, same_text: i64) -> Option<f64> {
        let others = Others {
            comments,
            spam,
            approved,
        };
        finding(others, same_text, 7).map(|finding| finding.weight)
    }

    #[test]
    fn what_people_said_of_the_copies_counts_most() {
        let unsaid = weight_of(3, 0, 0, 0).unwrap();
        assert!((1.0..2.0).contains(&unsaid));
        assert!(weight_of(3, 2, 0, 0).unwrap() > unsaid + 1.0);
        assert!(weight_of(30, 30, 0, 0).unwrap() < 6.0);
    }

    #[test]
    fn what_people_approved_weighs_nothing_and_never_speaks_for_a_copy() {
        assert_eq!(weight_of(3, 0, 2, 0), Some(0.0));
        assert!(weight_of(9, 1, 5, 0).unwrap() < 0.1);
    }

    #[test]
    fn the_same_text_on_the_same_site_is_not_counted_twice() {
        assert_eq!(weight_of(3, 0, 0, 3), None);
        assert_eq!(weight_of(0, 0, 0, 0), None);
    }
}
