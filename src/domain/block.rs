//! Block rules: what a site's moderators no longer want to see, and what happens to it.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    email::EmailAddress,
    evidence::Verdict,
    field::{FieldError, parse_line},
    network::SenderAddress,
    site::SiteSlug,
    timestamp::Timestamp,
};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// A word or phrase in text, name or website, whole words only, whatever the case.
    Word,
    /// An email address.
    Email,
    /// A network: an address or a prefix in CIDR form.
    Network,
    /// A domain, with its subdomains: of the email address, the website or a link.
    Domain,
}

impl BlockKind {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Email => "email",
            Self::Network => "network",
            Self::Domain => "domain",
        }
    }
}

/// What happens to a comment that a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BlockAction {
    /// It is held, whatever its score.
    Hold,
    /// It is spam, whatever its score.
    Spam,
}

impl From<BlockAction> for Verdict {
    fn from(action: BlockAction) -> Self {
        match action {
            BlockAction::Hold => Self::Hold,
            BlockAction::Spam => Self::Spam,
        }
    }
}

/// Longest pattern, in Unicode scalar values.
const MAX_CHARS: usize = 200;

/// A rule. The pattern of an `email` rule is a keyed hash once stored: a list of addresses would be
/// one more thing to leak.
#[derive(Debug, Clone)]
pub struct BlockRule {
    /// Identifier.
    pub id: String,
    /// The site, or every site.
    pub site: Option<SiteSlug>,
    /// What it looks at.
    pub kind: BlockKind,
    /// What it looks for, in the form that [`parse_pattern`] gives.
    pub pattern: String,
    /// What it does.
    pub action: BlockAction,
    /// Why it was made.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

impl BlockRule {
    /// Whether it is in force.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether a `network` rule covers the sender.
    #[must_use]
    pub fn covers(&self, sender: &SenderAddress) -> bool {
        self.pattern
            .parse()
            .is_ok_and(|net: IpNet| sender.is_in(&net))
    }
}

/// A pattern as a person wrote it, checked.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// Ready to be stored.
    Plain(String),
    /// To be stored as its keyed hash.
    Email(EmailAddress),
}

/// Reads a pattern for its kind.
///
/// # Errors
/// A [`FieldError`] on `pattern`.
pub fn parse_pattern(kind: BlockKind, raw: &str) -> Result<Pattern, FieldError> {
    let line = parse_line("pattern", raw, MAX_CHARS)?;
    match kind {
        BlockKind::Word => Ok(Pattern::Plain(line.to_lowercase())),
        BlockKind::Email => EmailAddress::parse("pattern", &line).map(Pattern::Email),
        BlockKind::Network => {
            let network = line
                .parse::<IpNet>()
                .or_else(|_| line.parse::<IpAddr>().map(IpNet::from));
            let message = "This is neither an address nor a network such as 203.0.113.0/24.";
            let network = network.map_err(|_| FieldError::new("pattern", "invalid", message))?;
            Ok(Pattern::Plain(network.trunc().to_string()))
        }
        BlockKind::Domain => {
            let domain = idna::domain_to_ascii(line.trim_start_matches("*.")).unwrap_or_default();
            if !domain.contains('.') {
                let message = "This is not a domain such as example.org.";
                return Err(FieldError::new("pattern", "invalid", message));
            }
            Ok(Pattern::Plain(domain))
        }
    }
}
