//! Reading the pattern of a rule. What remains of a word once it is folded has to be what was typed; a domain, a
//! network and an address have one spelling each.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::{fold, haystack::is_word};
use crate::{
    domain::{
        block::{ANYONE, BlockKind},
        email::EmailAddress,
        field::{FieldError, parse_line},
    },
    text::{glyphs::Glyphs, links::canonical_host},
};

/// Longest pattern, in Unicode scalar values.
const MAX_CHARS: usize = 200;

/// A pattern as a person wrote it, checked.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// Ready to be stored.
    Plain(String),
    /// To be stored as its keyed hash.
    Email(EmailAddress),
}

/// Reads the pattern of a rule of some kind.
///
/// # Errors
/// A [`FieldError`] on `pattern`.
pub fn parse(kind: BlockKind, raw: &str) -> Result<Pattern, FieldError> {
    let line = parse_line("pattern", raw, MAX_CHARS)?;
    match kind {
        BlockKind::Word => {
            check_word(&line)?;
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
    canonical_host(raw).filter(|_| only_host)
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

/// A pattern in the form in which it is looked for; none where nothing of it can be seen.
#[must_use]
pub fn folded(raw: &str) -> Option<String> {
    let pattern = fold::literal(raw, &mut Glyphs::default());
    (!pattern.is_empty()).then_some(pattern)
}

/// Checks that a word rule would look for what was typed, and for nothing else.
fn check_word(raw: &str) -> Result<(), FieldError> {
    let refused = |message| Err(FieldError::new("pattern", "invalid", message));
    let Some(pattern) = folded(raw) else {
        return refused("Nothing of this can be seen.");
    };
    let letters = |text: &str| text.chars().filter(|c| is_word(*c)).count();
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).count();
    // Signs that stand for letters (`™`, `№`), and a single letter in a circle: such a rule would look
    // for the plain letters, which are in many texts.
    let is_sign = letters(raw) == 0 && letters(&pattern) > 0;
    let is_styled = letters(&pattern) == 1 && plain(&pattern) == 1 && plain(raw) == 0;
    if is_sign || is_styled {
        return refused("Write plain letters here; this sign would be read as some.");
    }
    Ok(())
}

/// Whether a pattern, folded, is in almost every text.
#[must_use]
pub fn is_everywhere(raw: &str) -> bool {
    folded(raw).is_some_and(|pattern| {
        let mut chars = pattern.chars();
        let only = chars.next().filter(|_| chars.next().is_none());
        only.is_some_and(|c| c.is_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(kind: BlockKind, raw: &str) -> Option<String> {
        match parse(kind, raw).ok()? {
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
            assert!(parse(BlockKind::Email, bad).is_err(), "{bad}");
        }
    }
}
