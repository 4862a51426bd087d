//! Block rules: what a site's moderators no longer want to see, and what happens to it.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::{
    email::EmailAddress,
    evidence::Verdict,
    field::{FieldError, parse_line},
    site::SiteSlug,
    timestamp::Timestamp,
};
use crate::rules::{hosts, pattern};
use crate::words::words;

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum BlockKind {
    /// A word, a phrase or signs in text, name or website, as a person sees them: whatever the case, and
    /// through disguises. A letter or digit at an end of the pattern is one at an end of a word.
    Word,
    /// An email address, with its `+tag`s, or with `*@` every address of a domain.
    Email,
    /// A network: an address or a prefix in CIDR form.
    Network,
    /// A domain, with its subdomains: of the email address, the website or a link.
    Domain,
}

/// What happens to a comment that a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum BlockAction {
    /// It is held, whatever its score.
    Hold,
    /// It is spam, whatever its score.
    Spam,
}

words!(BlockKind, BlockAction);

impl From<BlockAction> for Verdict {
    fn from(action: BlockAction) -> Self {
        match action {
            BlockAction::Hold => Self::Hold,
            BlockAction::Spam => Self::Spam,
        }
    }
}

/// What the pattern of a rule for every address of a domain begins with.
pub const ANYONE: &str = "*@";

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

    /// Whether it is in force on a site.
    #[must_use]
    pub fn applies(&self, site: &SiteSlug, now: Timestamp) -> bool {
        self.is_active(now) && self.site.as_ref().is_none_or(|own| own == site)
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
        BlockKind::Word => {
            pattern::check(&line)?;
            Ok(Pattern::Plain(line.to_lowercase()))
        }
        BlockKind::Email => parse_address(&line),
        BlockKind::Network => {
            let message = "This is neither an address nor a network such as 203.0.113.0/24.";
            let network = parse_network(&line);
            let network = network.ok_or_else(|| FieldError::new("pattern", "invalid", message))?;
            Ok(Pattern::Plain(network.to_string()))
        }
        BlockKind::Domain => {
            let message = "This is not a domain such as example.org.";
            let domain = domain(line.trim_start_matches("*."));
            let domain = domain.ok_or_else(|| FieldError::new("pattern", "invalid", message))?;
            Ok(Pattern::Plain(domain))
        }
    }
}

fn parse_address(line: &str) -> Result<Pattern, FieldError> {
    let everyone = line.strip_prefix(ANYONE).or_else(|| line.strip_prefix('@'));
    if let Some(domain) = everyone.and_then(domain) {
        return Ok(Pattern::Plain(format!("{ANYONE}{domain}")));
    }
    if line.contains('*') {
        let message = "`*` stands for a whole name only, as in *@example.org; for a domain and those below it, use a rule for the domain.";
        return Err(FieldError::new("pattern", "invalid", message));
    }
    EmailAddress::parse("pattern", line).map(Pattern::Email)
}

/// A domain in lower-case ASCII, whatever alphabet, case or percent signs it was written with.
fn domain(raw: &str) -> Option<String> {
    let only_host =
        !raw.contains(|c: char| matches!(c, '/' | '@' | ':' | '*') || c.is_whitespace());
    hosts::canonical(raw).filter(|_| only_host)
}

/// A network; one of IPv4 addresses written as IPv6 is one of IPv4 addresses.
fn parse_network(line: &str) -> Option<IpNet> {
    let network = line.parse::<IpNet>();
    let network = network
        .or_else(|_| line.parse::<IpAddr>().map(IpNet::from))
        .ok()?;
    if let IpNet::V6(v6) = network
        && let (Some(mapped), Some(length)) = (
            v6.network().to_ipv4_mapped(),
            v6.prefix_len().checked_sub(96),
        )
    {
        return Ipv4Net::new(mapped, length)
            .ok()
            .map(|v4| v4.trunc().into());
    }
    Some(network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(kind: BlockKind, raw: &str) -> Option<String> {
        match parse_pattern(kind, raw).ok()? {
            Pattern::Plain(pattern) => Some(pattern),
            Pattern::Email(_) => None,
        }
    }

    #[test]
    fn a_pattern_has_one_spelling() {
        for (raw, kept) in [
            ("*.Evil.Example.", "evil.example"),
            ("%65vil.example", "evil.example"),
            ("B\u{dc}CHER.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(plain(BlockKind::Domain, raw).as_deref(), Some(kept));
        }
        for bad in [
            "localhost",
            "https://evil.example/a",
            "a b.example",
            "a@b.example",
            "*.*.example",
        ] {
            assert_eq!(plain(BlockKind::Domain, bad), None, "{bad}");
        }
        for (raw, kept) in [
            ("203.0.113.7/24", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.7/32"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
            ("2001:db8::1", "2001:db8::1/128"),
        ] {
            assert_eq!(plain(BlockKind::Network, raw).as_deref(), Some(kept));
        }
        for raw in ["*@Mail.Example", "@mail.example."] {
            assert_eq!(
                plain(BlockKind::Email, raw).as_deref(),
                Some("*@mail.example")
            );
        }
        for bad in ["spam*@mail.example", "*", "*@*.example", "*@localhost"] {
            assert!(parse_pattern(BlockKind::Email, bad).is_err(), "{bad}");
        }
    }
}
