//! What a rule would have done to the comments that came last: looked at before it is added, so that
//! nobody blocks most of what honest people write without meaning to.

use std::collections::HashMap;

use ipnet::IpNet;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        block::{BlockKind, BlockRule},
        comment::Status,
        email::{EmailAddress, SealedEmail},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    ground::Ground,
    rules::{Rules, Subject, pattern},
    storage::{Result, StoreError, blocks::Precedent},
};

/// How many comments are looked at.
const LATEST: i64 = 1_000;

/// A share of fewer comments than this means nothing.
const FEWEST: i64 = 5;

/// A network with a shorter prefix than this is a part of the internet.
const LARGEST_IPV4: u8 = 8;
const LARGEST_IPV6: u8 = 16;

/// What a rule would have hit of the comments that came last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trial {
    /// How many comments were looked at, at most 1,000: of the rule's site, or of every site.
    pub comments: i64,
    /// How many of them the rule hits.
    pub hits: i64,
    /// How many of those are approved.
    pub approved: i64,
    /// The same as a sentence.
    pub summary: String,
}

impl Trial {
    /// Whether it would hit so much that it is added only by someone who insists.
    #[must_use]
    pub fn is_too_broad(&self, rule: &BlockRule) -> bool {
        let most = self.comments >= FEWEST && self.hits * 2 > self.comments;
        let by_itself = match rule.kind {
            BlockKind::Word => self.comments < FEWEST && pattern::is_everywhere(&rule.pattern),
            BlockKind::Network => rule.pattern.parse().is_ok_and(|network| match network {
                IpNet::V4(v4) => v4.prefix_len() < LARGEST_IPV4,
                IpNet::V6(v6) => v6.prefix_len() < LARGEST_IPV6,
            }),
            BlockKind::Email | BlockKind::Domain => false,
        };
        most || by_itself
    }
}

/// What rules hit of the comments that came last.
#[derive(Debug, Clone, Default)]
pub struct RulesTally {
    /// How many comments were looked at, at most 1,000.
    pub comments: i64,
    /// How many of them any of the rules hits.
    pub hits: i64,
    /// How many of those are approved.
    pub approved: i64,
    /// What each rule that hits any hits, by the rule's identifier.
    pub by_rule: HashMap<String, RuleHits>,
}

/// What one rule hits of the comments that came last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleHits {
    /// How many comments.
    pub hits: i64,
    /// How many of those are approved.
    pub approved: i64,
    /// When the last of them came.
    pub last: Timestamp,
}

impl RulesTally {
    /// What one of the rules would have hit.
    #[must_use]
    pub fn of(&self, rule: &BlockRule) -> Trial {
        let found = self.by_rule.get(&rule.id);
        let (hits, approved) = found.map_or((0, 0), |found| (found.hits, found.approved));
        let comments = self.comments;
        Trial {
            comments,
            hits,
            approved,
            summary: format!(
                "It would have hit {hits} of the last {comments} comments, {approved} of them approved."
            ),
        }
    }

    fn add(&mut self, precedent: &Precedent, hit: &[&BlockRule]) {
        let approved = i64::from(precedent.status == Status::Approved);
        self.comments += 1;
        if !hit.is_empty() {
            self.hits += 1;
            self.approved += approved;
        }
        for rule in hit {
            let found = self.by_rule.entry(rule.id.clone()).or_insert(RuleHits {
                hits: 0,
                approved: 0,
                last: precedent.created_at,
            });
            found.hits += 1;
            found.approved += approved;
            found.last = found.last.max(precedent.created_at);
        }
    }
}

/// Tries a rule on the comments that came last.
///
/// # Errors
/// [`StoreError`].
pub async fn run(ground: &Ground, rule: &BlockRule) -> Result<Trial> {
    let tally = tally(ground, rule.site.as_ref(), vec![rule.clone()]).await?;
    Ok(tally.of(rule))
}

/// Tries rules on the comments that came last, of one site or of all: each on those of its own site. Nothing is written
/// for it: what a rule has hit of late can be seen from the comments.
///
/// # Errors
/// [`StoreError`].
pub async fn tally(
    ground: &Ground,
    site: Option<&SiteSlug>,
    rules: Vec<BlockRule>,
) -> Result<RulesTally> {
    let latest = ground.store.precedents(site, LATEST).await?;
    let vault = ground.vault.clone();
    // A thousand long texts take a second of computing.
    let counted = tokio::task::spawn_blocking(move || {
        let rules = Rules::new(rules);
        let mut tally = RulesTally::default();
        for precedent in &latest {
            let sealed = SealedEmail(precedent.email_sealed.clone());
            let email = vault.open(&sealed, precedent.owner.clone()).ok();
            let indexes: Vec<_> = email
                .iter()
                .flat_map(|email| [vault.email_index(email), vault.mailbox_index(email)])
                .collect();
            let subject = Subject {
                text: &precedent.text,
                name: &precedent.name,
                website: precedent.website.as_deref(),
                email: &indexes,
                email_domain: email.as_ref().map(EmailAddress::domain),
                sender: None,
            };
            let is_of = |rule: &BlockRule| {
                let site = rule.site.as_ref();
                site.is_none_or(|site| *site == precedent.site)
            };
            let mut hit = rules.hits(&subject, is_of);
            // Of single addresses nothing is kept: a rule has to cover the whole network that is.
            let network = precedent.network.as_deref();
            if let Some(network) = network.and_then(|network| network.parse().ok()) {
                hit.extend(rules.covering(network).filter(|rule| is_of(rule)));
            }
            tally.add(precedent, &hit);
        }
        tally
    });
    counted.await.map_err(|_| StoreError::Corrupt("comment"))
}
