//! What becomes of a comment, given its evidence and what the database knows. Pure.
//!
//! In order: too many from one sender is refused; a comment that could not be judged is held; a
//! block rule does what it says; a score at or above the site's threshold is spam, unless only a few
//! labels of the site's own make it so; what seems abusive is held where the site wants that; a trusted author with a low
//! score and nothing found is published; everything else is held for a person.

use std::{sync::Arc, time::Duration};

use super::checks;
use crate::{
    bayes::probability,
    config::IntakeSettings,
    domain::{
        abuse::AbuseMode,
        arrival::{Ruling, Signals},
        evidence::{Evidence, Verdict},
        reason::Because,
        site::{Policy, Site},
    },
};

/// A submission with the evidence that needs no database.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What is known so far.
    pub evidence: Evidence,
    /// As [`super::Opinion`] has it.
    pub untaught: Option<f64>,
    /// The site whose policy decides.
    pub site: Arc<Site>,
}

/// Decides.
#[must_use]
pub fn rule(prepared: &Prepared, signals: &Signals, limits: &IntakeSettings) -> Ruling {
    if checks::is_too_many(signals, limits) {
        let retry_after = Duration::from_secs(limits.rate_window_seconds);
        return Ruling::Refuse { retry_after };
    }
    let mut evidence = prepared.evidence.clone();
    evidence.checks.extend(checks::findings_of(signals, limits));
    let score = evidence.log_odds().map(probability);
    let (verdict, because) = verdict(
        &prepared.site.policy,
        &evidence,
        score,
        prepared.untaught,
        signals.approved_before,
    );
    evidence.because = because;
    Ruling::Admit {
        verdict,
        score,
        evidence,
    }
}

/// The verdict of a policy, and why. Where `untaught` is known, the score without the site's own labels has to make spam of a comment too.
#[must_use]
pub fn verdict(
    policy: &Policy,
    evidence: &Evidence,
    score: Option<f64>,
    untaught: Option<f64>,
    approved_before: i64,
) -> (Verdict, Because) {
    let Some(score) = score else {
        return (Verdict::Hold, Because::NotJudged);
    };
    let forced = |verdict| {
        evidence
            .checks
            .iter()
            .position(|finding| finding.forces == Some(verdict))
    };
    for verdict in [Verdict::Spam, Verdict::Hold] {
        if let Some(place) = forced(verdict) {
            return (verdict, Because::Finding(place));
        }
    }
    if score >= policy.spam_threshold {
        let found = evidence.checks.iter().map(|finding| finding.weight);
        let untaught = untaught.map(|model| probability(model + found.sum::<f64>()));
        if untaught.is_some_and(|untaught| untaught < policy.spam_threshold) {
            return (Verdict::Hold, Because::OwnLabelsTooFew);
        }
        return (Verdict::Spam, Because::ScoreAtLeast(policy.spam_threshold));
    }
    if policy.abuse == AbuseMode::Hold
        && let Some(abuse) = evidence.abuse
        && abuse.probability() >= policy.abuse_threshold
    {
        return (Verdict::Hold, Because::AbuseAtLeast(policy.abuse_threshold));
    }
    let trusted = policy
        .trusted_after
        .is_some_and(|needed| approved_before >= i64::from(needed));
    if trusted && score < policy.publish_below && evidence.checks.is_empty() {
        return (Verdict::Publish, Because::TrustedAuthor(approved_before));
    }
    let because = match policy.trusted_after {
        _ if trusted => Because::TrustedButNotThis,
        Some(needed) => Because::FewApproved(needed),
        None => Because::AllReviewed,
    };
    (Verdict::Hold, because)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        abuse::AbuseScore,
        evidence::{Check, Finding},
        reason::Reason,
    };

    fn found(forces: Option<Verdict>) -> Evidence {
        let finding = Finding {
            check: Check::Links,
            weight: 1.0,
            reason: Reason::TooManyLinks(9, 3),
            forces,
        };
        Evidence {
            checks: vec![finding],
            ..Evidence::default()
        }
    }

    #[test]
    fn nothing_is_published_unless_the_author_is_trusted_and_nothing_was_found() {
        let clean = Evidence::default();
        let mut policy = Policy::default();
        assert_eq!(
            verdict(&policy, &clean, Some(0.001), None, 1000).0,
            Verdict::Hold
        );
        policy.trusted_after = Some(2);
        assert_eq!(
            verdict(&policy, &clean, Some(0.001), None, 1).0,
            Verdict::Hold
        );
        assert_eq!(
            verdict(&policy, &clean, Some(0.001), None, 2).0,
            Verdict::Publish
        );
        assert_eq!(
            verdict(&policy, &clean, Some(0.2), None, 2).0,
            Verdict::Hold
        );
        assert_eq!(
            verdict(&policy, &found(None), Some(0.001), None, 2).0,
            Verdict::Hold
        );
    }

    #[test]
    fn what_cannot_be_judged_is_held_and_a_rule_outweighs_the_score() {
        let policy = Policy::default();
        assert_eq!(
            verdict(&policy, &Evidence::default(), None, None, 9).0,
            Verdict::Hold
        );
        assert_eq!(
            verdict(&policy, &Evidence::default(), Some(0.95), None, 9).0,
            Verdict::Spam
        );
        assert_eq!(
            verdict(&policy, &found(Some(Verdict::Spam)), Some(0.0), None, 9).0,
            Verdict::Spam
        );
        assert_eq!(
            verdict(&policy, &found(Some(Verdict::Hold)), Some(1.0), None, 9).0,
            Verdict::Hold
        );
    }

    #[test]
    fn what_seems_abusive_is_held_where_the_site_wants_that_and_never_more() {
        let abusive = |base: Evidence| Evidence {
            abuse: Some(AbuseScore::new(0.95)),
            ..base
        };
        let with = |abuse| Policy {
            trusted_after: Some(1),
            abuse,
            ..Policy::default()
        };
        let rule = |abuse, evidence: &Evidence, score| {
            verdict(&with(abuse), evidence, Some(score), None, 9).0
        };
        let clean = abusive(Evidence::default());
        for mode in [AbuseMode::Off, AbuseMode::Show] {
            assert_eq!(rule(mode, &clean, 0.001), Verdict::Publish);
        }
        assert_eq!(
            verdict(&with(AbuseMode::Hold), &clean, Some(0.001), None, 9),
            (Verdict::Hold, Because::AbuseAtLeast(0.9))
        );
        // Below the threshold, and where no model knows the language, it changes nothing.
        let below = Evidence {
            abuse: Some(AbuseScore::new(0.899)),
            ..Evidence::default()
        };
        assert_eq!(rule(AbuseMode::Hold, &below, 0.001), Verdict::Publish);
        let unknown = Evidence::default();
        assert_eq!(rule(AbuseMode::Hold, &unknown, 0.001), Verdict::Publish);
        // Spam stays spam, by its score and by a rule.
        assert_eq!(rule(AbuseMode::Hold, &clean, 0.99), Verdict::Spam);
        let blocked = abusive(found(Some(Verdict::Spam)));
        assert_eq!(rule(AbuseMode::Hold, &blocked, 0.001), Verdict::Spam);
    }

    #[test]
    fn a_few_labels_of_a_site_make_no_spam_by_themselves() {
        let policy = Policy::default();
        let odds = |score: f64| Some((score / (1.0 - score)).ln());
        let high =
            |evidence: &Evidence, untaught| verdict(&policy, evidence, Some(0.9997), untaught, 9);
        let held = (Verdict::Hold, Because::OwnLabelsTooFew);
        let clean = Evidence::default();
        assert_eq!(high(&clean, odds(0.01)), held);
        assert_eq!(high(&clean, odds(0.999)).0, Verdict::Spam);
        // What the checks found counts with the shipped model as it does with the site's.
        assert_eq!(high(&found(None), odds(0.8)), held);
        assert_eq!(high(&found(None), odds(0.9)).0, Verdict::Spam);
    }
}
