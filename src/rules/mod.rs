//! The block rules in force, ready to be compared with what comes in: one engine for words, addresses,
//! domains and networks, whose cost does not grow with the number of rules. It compares what a person
//! sees ([`fold`]), and is built anew when a rule is added or removed.
//!
//! What a rule may be is [`crate::domain::block`]'s; what it would have hit is [`crate::sites::trial`]'s.

mod fold;
mod haystack;
pub mod hosts;
pub mod pattern;

use std::collections::{BTreeSet, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};
use ipnet::IpNet;

use self::haystack::Haystack;
use crate::{
    domain::{
        block::{BlockKind, BlockRule},
        email::EmailIndex,
        network::SenderAddress,
    },
    text::links::canonical_host,
};

/// What rules are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The text.
    pub text: &'a str,
    /// The author's name.
    pub name: &'a str,
    /// The author's website.
    pub website: Option<&'a str>,
    /// The author's address, as keyed hashes: as written, and as its mailbox.
    pub email: &'a [EmailIndex],
    /// The part of the address after the `@`.
    pub email_domain: Option<&'a str>,
    /// Where it came from.
    pub sender: Option<&'a SenderAddress>,
}

/// Rules, and how they are found.
#[derive(Debug, Default)]
pub struct Rules {
    list: Vec<BlockRule>,
    words: Words,
    domains: HashMap<String, Vec<usize>>,
    /// Keyed hashes of addresses, and `*@` with a domain.
    addresses: HashMap<String, Vec<usize>>,
    networks: Vec<(IpNet, usize)>,
}

#[derive(Debug, Default)]
struct Words {
    automaton: Option<AhoCorasick>,
    needles: Vec<Needle>,
}

#[derive(Debug)]
struct Needle {
    rule: usize,
    begins_word: bool,
    ends_word: bool,
}

impl Rules {
    /// Makes rules ready.
    #[must_use]
    pub fn new(list: Vec<BlockRule>) -> Self {
        let mut rules = Self::default();
        let mut patterns = Vec::new();
        for (place, rule) in list.iter().enumerate() {
            match rule.kind {
                BlockKind::Word => patterns.extend(rules.words.add(place, &rule.pattern)),
                BlockKind::Domain => {
                    let domain = canonical_host(&rule.pattern);
                    let domain = domain.unwrap_or_else(|| rule.pattern.clone());
                    rules.domains.entry(domain).or_default().push(place);
                }
                BlockKind::Email => {
                    let key = rule.pattern.clone();
                    rules.addresses.entry(key).or_default().push(place);
                }
                BlockKind::Network => {
                    let network = rule.pattern.parse::<IpNet>();
                    rules
                        .networks
                        .extend(network.map(|network| (network, place)));
                }
            }
        }
        rules.words.automaton = automaton(&patterns);
        rules.list = list;
        rules
    }

    /// Every rule, earliest first.
    #[must_use]
    pub fn list(&self) -> &[BlockRule] {
        &self.list
    }

    /// The rules whose network holds all of this one.
    pub fn covering(&self, network: IpNet) -> impl Iterator<Item = &BlockRule> {
        let covering = self
            .networks
            .iter()
            .filter(move |(own, _)| own.contains(&network));
        covering.map(|(_, place)| &self.list[*place])
    }

    /// The rules among those that apply which the subject falls under, earliest first.
    #[must_use]
    pub fn hits(
        &self,
        subject: &Subject<'_>,
        applies: impl Fn(&BlockRule) -> bool,
    ) -> Vec<&BlockRule> {
        let mut kinds = [false; 4];
        for rule in self.list.iter().filter(|rule| applies(rule)) {
            kinds[rule.kind as usize] = true;
        }
        let wanted = |kind: BlockKind| kinds[kind as usize];
        let mut hits = BTreeSet::new();
        if wanted(BlockKind::Word) {
            self.words.find(subject, &mut hits);
        }
        if wanted(BlockKind::Domain) {
            self.find_domains(subject, &mut hits);
        }
        if wanted(BlockKind::Email) {
            let domain = subject.email_domain.map(|domain| format!("*@{domain}"));
            let keys = subject.email.iter().map(|index| &index.0).chain(&domain);
            hits.extend(keys.filter_map(|key| self.addresses.get(key)).flatten());
        }
        if let Some(sender) = subject.sender.filter(|_| wanted(BlockKind::Network)) {
            let covering = self
                .networks
                .iter()
                .filter(|(network, _)| sender.is_in(network));
            hits.extend(covering.map(|(_, place)| *place));
        }
        let hits = hits.into_iter().map(|place| &self.list[place]);
        hits.filter(|rule| applies(rule)).collect()
    }

    fn find_domains(&self, subject: &Subject<'_>, hits: &mut BTreeSet<usize>) {
        let texts = [subject.text, subject.name]
            .into_iter()
            .chain(subject.website);
        let hosts = hosts::named(texts);
        let own = subject.email_domain.map(str::to_owned);
        for host in hosts.iter().chain(&own) {
            let rules = hosts::with_parents(host).filter_map(|domain| self.domains.get(domain));
            hits.extend(rules.flatten());
        }
    }
}

impl Words {
    /// Takes a pattern in and gives the form in which it is looked for; none where nothing of it can
    /// be seen.
    fn add(&mut self, rule: usize, raw: &str) -> Option<String> {
        let pattern = pattern::folded(raw)?;
        let begins_word = pattern.chars().next().is_some_and(haystack::wants_edge);
        let ends_word = pattern
            .chars()
            .next_back()
            .is_some_and(haystack::wants_edge);
        self.needles.push(Needle {
            rule,
            begins_word,
            ends_word,
        });
        Some(pattern)
    }

    fn find(&self, subject: &Subject<'_>, hits: &mut BTreeSet<usize>) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        let mut haystack = Haystack::default();
        haystack.push(subject.text);
        haystack.push(subject.name);
        if let Some(website) = subject.website {
            haystack.push(&percent_encoding::percent_decode_str(website).decode_utf8_lossy());
        }
        for found in automaton.find_overlapping_iter(&haystack.text) {
            let needle = &self.needles[found.pattern().as_usize()];
            let begins = !needle.begins_word || haystack.edges[found.start()];
            let ends = !needle.ends_word || haystack.edges[found.end()];
            if begins && ends {
                hits.insert(needle.rule);
            }
        }
    }
}

/// `None` without patterns, or with more of them than an automaton can hold.
fn automaton(patterns: &[String]) -> Option<AhoCorasick> {
    if patterns.is_empty() {
        return None;
    }
    let built = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(patterns);
    built
        .inspect_err(|error| tracing::error!(%error, "the block rules for words cannot be used"))
        .ok()
}
