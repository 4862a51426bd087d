//! What a rule would have done to the comments that came last: looked at before it is added, so that
//! nobody blocks most of what honest people write without meaning to.

use ipnet::IpNet;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        block::{BlockKind, BlockRule},
        comment::Status,
        email::{EmailAddress, SealedEmail},
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

/// Tries a rule on the comments that came last.
///
/// # Errors
/// [`StoreError`].
pub async fn run(ground: &Ground, rule: &BlockRule) -> Result<Trial> {
    let latest = ground.store.precedents(rule.site.as_ref(), LATEST).await?;
    let vault = ground.vault.clone();
    let rules = Rules::new(vec![rule.clone()]);
    // A thousand long texts take a second of computing.
    let counted = tokio::task::spawn_blocking(move || {
        let hits = latest.iter().filter(|precedent| {
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
            !rules.hits(&subject, |_| true).is_empty() || is_from(&rules, precedent)
        });
        let hits: Vec<&Precedent> = hits.collect();
        let approved = hits.iter().filter(|hit| hit.status == Status::Approved);
        (
            count(latest.len()),
            count(hits.len()),
            count(approved.count()),
        )
    });
    let (comments, hits, approved) = counted.await.map_err(|_| StoreError::Corrupt("comment"))?;
    Ok(Trial {
        comments,
        hits,
        approved,
        summary: format!(
            "It would have hit {hits} of the last {comments} comments, {approved} of them approved."
        ),
    })
}

/// Whether a comment came from a network that a rule covers whole. Of single addresses nothing is kept.
fn is_from(rules: &Rules, precedent: &Precedent) -> bool {
    let network = precedent.network.as_deref();
    let network: Option<IpNet> = network.and_then(|network| network.parse().ok());
    network.is_some_and(|network| rules.covers(&network))
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
