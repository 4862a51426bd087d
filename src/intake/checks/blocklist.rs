//! What moderators no longer want to see: words, addresses, networks, domains. A rule says what
//! happens, whatever the score. How rules are compared with a submission is [`crate::rules`]'s.

use super::Facts;
use crate::{
    domain::{
        block::{BlockAction, BlockKind, BlockRule},
        evidence::{Check, Finding},
        reason::Reason,
        website::Website,
    },
    rules::Subject,
};

const HOLD: f64 = 1.0;
const SPAM: f64 = 5.0;

/// Rules that are named among a comment's evidence; what more of them say changes nothing.
const NAMED: usize = 20;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let applies = |rule: &BlockRule| rule.applies(&facts.site.slug, facts.now);
    if !facts.rules.list().iter().any(applies) {
        return Vec::new();
    }
    let submission = facts.submission;
    let subject = Subject {
        text: submission.text.as_str(),
        name: submission.name.as_str(),
        website: submission.website.as_ref().map(Website::as_str),
        email: &facts.email,
        email_domain: Some(submission.email.domain()),
        sender: facts.sender,
    };
    let mut hits = facts.rules.hits(&subject, applies);
    hits.sort_by_key(|rule| rule.action != BlockAction::Spam);
    hits.into_iter().take(NAMED).map(finding).collect()
}

fn finding(rule: &BlockRule) -> Finding {
    let reason = match rule.kind {
        BlockKind::Word => Reason::BlockedWord(rule.pattern.clone()),
        BlockKind::Domain => Reason::BlockedDomain(rule.pattern.clone()),
        BlockKind::Email => Reason::BlockedEmail,
        BlockKind::Network => Reason::BlockedNetwork,
    };
    Finding {
        check: Check::Blocklist,
        weight: if rule.action == BlockAction::Spam {
            SPAM
        } else {
            HOLD
        },
        reason,
        forces: Some(rule.action.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{NAMED, check};
    use crate::{
        domain::{
            block::{BlockAction, BlockKind, BlockRule},
            evidence::Verdict,
            network::SenderAddress,
            reason::Reason,
            site::SiteSlug,
        },
        intake::checks::samples::{NOW, Sample},
        rules::Rules,
    };

    fn rule(kind: BlockKind, pattern: &str, action: BlockAction) -> BlockRule {
        BlockRule {
            id: pattern.to_owned(),
            site: None,
            kind,
            pattern: pattern.to_owned(),
            action,
            note: None,
            created_at: NOW,
            created_by: "someone".to_owned(),
            expires_at: None,
        }
    }

    /// The reasons of what `rules` find in a text that a sender of 203.0.113.7 wrote.
    fn reasons(rules: Vec<BlockRule>, text: &str) -> Vec<Reason> {
        let rules = Rules::new(rules);
        let sample = Sample::of(text);
        let sender = SenderAddress::new([203, 0, 113, 7].into());
        let mut facts = sample.facts();
        (facts.rules, facts.sender) = (&rules, Some(&sender));
        let found = check(&facts).into_iter();
        found.map(|finding| finding.reason).collect()
    }

    #[test]
    fn each_kind_of_rule_is_found_and_no_address_is_named() {
        let hold = |kind, pattern| rule(kind, pattern, BlockAction::Hold);
        let rules = vec![
            hold(BlockKind::Word, "garcinia"),
            hold(BlockKind::Domain, "evil.example"),
            hold(BlockKind::Email, "written"),
            hold(BlockKind::Network, "203.0.113.0/24"),
            hold(BlockKind::Word, "absent"),
        ];
        let found = reasons(rules, "Try garcinia at https://shop.evil.example/");
        let wanted = [
            Reason::BlockedWord("garcinia".to_owned()),
            Reason::BlockedDomain("evil.example".to_owned()),
            Reason::BlockedEmail,
            Reason::BlockedNetwork,
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn rules_of_other_sites_and_rules_that_ended_do_nothing() {
        let word = || rule(BlockKind::Word, "garcinia", BlockAction::Hold);
        let elsewhere = BlockRule {
            site: SiteSlug::parse("other").ok(),
            ..word()
        };
        let ended = BlockRule {
            expires_at: Some(NOW),
            ..word()
        };
        assert!(reasons(vec![elsewhere, ended], "garcinia").is_empty());
        let running = BlockRule {
            site: SiteSlug::parse("default").ok(),
            expires_at: Some(NOW.plus(Duration::from_secs(1))),
            ..word()
        };
        assert_eq!(reasons(vec![running], "garcinia").len(), 1);
    }

    #[test]
    fn what_makes_it_spam_comes_first_and_weighs_more() {
        let rules = Rules::new(vec![
            rule(BlockKind::Word, "first", BlockAction::Hold),
            rule(BlockKind::Word, "second", BlockAction::Spam),
        ]);
        let sample = Sample::of("first second");
        let mut facts = sample.facts();
        facts.rules = &rules;
        let found = check(&facts);
        let forced: Vec<_> = found.iter().map(|finding| finding.forces).collect();
        assert_eq!(forced, [Some(Verdict::Spam), Some(Verdict::Hold)]);
        assert!(found[0].weight > found[1].weight);
    }

    #[test]
    fn a_list_of_hits_is_cut() {
        let words: Vec<String> = (0..2 * NAMED).map(|n| format!("word{n:03}")).collect();
        let hold = |word: &String| rule(BlockKind::Word, word, BlockAction::Hold);
        let found = reasons(words.iter().map(hold).collect(), &words.join(" "));
        assert_eq!(found.len(), NAMED);
    }
}
