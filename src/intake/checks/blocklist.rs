//! What moderators no longer want to see: words, addresses, networks, domains. A rule says what
//! happens, whatever the score.

use linkify::{LinkFinder, LinkKind};
use unicode_segmentation::UnicodeSegmentation;
use url::{Host, Url};

use super::Facts;
use crate::domain::{
    block::{BlockAction, BlockKind, BlockRule},
    evidence::{Check, Finding},
};

const HOLD: f64 = 1.0;
const SPAM: f64 = 5.0;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let snapshot = facts.app.directory.snapshot();
    let applies = |rule: &&BlockRule| {
        let here = rule
            .site
            .as_ref()
            .is_none_or(|site| *site == facts.site.slug);
        here && rule.is_active(facts.now)
    };
    let mut rules = snapshot.rules.iter().filter(applies).peekable();
    if rules.peek().is_none() {
        return Vec::new();
    }
    let subject = Subject::of(facts);
    rules
        .filter(|rule| subject.matches(rule))
        .map(finding)
        .collect()
}

fn finding(rule: &BlockRule) -> Finding {
    let what = match rule.kind {
        BlockKind::Word => format!("a blocked word: {}", rule.pattern),
        BlockKind::Domain => format!("a blocked domain: {}", rule.pattern),
        BlockKind::Email => "a blocked email address".to_owned(),
        BlockKind::Network => "a blocked network".to_owned(),
    };
    Finding {
        check: Check::Blocklist,
        weight: if rule.action == BlockAction::Spam {
            SPAM
        } else {
            HOLD
        },
        reason: format!("It has {what}"),
        forces: Some(rule.action.into()),
    }
}

/// What rules are matched against, prepared once a submission.
struct Subject<'a> {
    facts: &'a Facts<'a>,
    /// Words in lower case with one blank before and after each.
    words: String,
    hosts: Vec<String>,
    email_index: String,
}

impl<'a> Subject<'a> {
    fn of(facts: &'a Facts<'a>) -> Self {
        let submission = facts.submission;
        let website = submission
            .website
            .as_ref()
            .map_or("", |website| website.as_str());
        let all = format!(
            "{} {} {website}",
            submission.text.as_str(),
            submission.name.as_str()
        );
        let mut finder = LinkFinder::new();
        finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
        let links = finder.links(&all).filter_map(|link| host(link.as_str()));
        let mut hosts: Vec<String> = links.collect();
        hosts.push(submission.email.domain().to_owned());
        Self {
            facts,
            words: words(&all),
            hosts,
            email_index: facts.app.vault.email_index(&submission.email).0,
        }
    }

    fn matches(&self, rule: &BlockRule) -> bool {
        match rule.kind {
            BlockKind::Word => self.words.contains(&words(&rule.pattern)),
            BlockKind::Domain => self.hosts.iter().any(|host| is_under(host, &rule.pattern)),
            BlockKind::Email => self.email_index == rule.pattern,
            BlockKind::Network => self.facts.sender.is_some_and(|sender| rule.covers(sender)),
        }
    }
}

/// ` word word word `: a phrase is in a text when its words are, in order and whole.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut joined = String::with_capacity(lower.len() + 2);
    for word in lower.unicode_words() {
        joined.push(' ');
        joined.push_str(word);
    }
    joined.push(' ');
    joined
}

fn host(link: &str) -> Option<String> {
    let url = Url::parse(link)
        .or_else(|_| Url::parse(&format!("http://{link}")))
        .ok()?;
    match url.host()? {
        Host::Domain(domain) => Some(domain.to_lowercase()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}

fn is_under(host: &str, domain: &str) -> bool {
    let rest = host.strip_suffix(domain);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{is_under, words};

    #[test]
    fn words_match_whole_and_domains_with_what_is_under_them() {
        assert!(words("Cheap VIAGRA, now").contains(&words("viagra")));
        assert!(words("buy cheap pills!").contains(&words("Cheap pills")));
        assert!(!words("the classic assassin").contains(&words("ass")));
        assert!(is_under("a.spam.example", "spam.example"));
        assert!(!is_under("notspam.example", "spam.example"));
    }
}
