//! An email address that both the validator and the mailer accept, and that cannot be printed by
//! accident: it has no `Display` and no `Serialize`, and its `Debug` is masked.

use std::{fmt, str::FromStr};

use validator::ValidateEmail;

use super::field::{FieldError, parse_line};

/// RFC 5321's longest forward path, in octets.
const MAX_CHARS: usize = 254;

/// The domain of addresses that stand in for one that was not given; no mail can reach it (RFC 2606).
const NOT_GIVEN: &str = "not-given.invalid";

/// The domains of the provider that delivers `j.o@` where it delivers `jo@`: one provider's, one mailbox.
const DOTLESS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// A deliverable address: local part as written, domain in lower-case ASCII (IDNA for others).
///
/// The only ways out are [`EmailAddress::expose`] (for the vault and the mailer) and
/// [`EmailAddress::masked`] (for everyone else).
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    address: String,
    at: usize,
}

impl EmailAddress {
    /// Reads an address. Both validator and lettre must accept it: what only one accepts would be
    /// refused later, when it is already in the outbox.
    ///
    /// # Errors
    /// A [`FieldError`] on `field`, with code `required`, `too_long`, `control_character` or
    /// `invalid`.
    pub fn parse(field: &str, raw: &str) -> Result<Self, FieldError> {
        let invalid = || FieldError::new(field, "invalid", "This is not an email address.");
        let line = parse_line(field, raw, MAX_CHARS)?;
        let (local, domain) = line.rsplit_once('@').ok_or_else(invalid)?;
        let domain = if domain.starts_with('[') {
            domain.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(domain).map_err(|_| invalid())?
        };
        let address = format!("{local}@{domain}");
        let accepted = address.validate_email() && lettre::Address::from_str(&address).is_ok();
        if !accepted || address.len() > MAX_CHARS {
            return Err(invalid());
        }
        let at = local.len();
        Ok(Self { address, at })
    }

    /// The whole address. Call it only to seal it, to find it again by its keyed hash, to write a
    /// mail to it, or to reveal it on a recorded request.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.address
    }

    /// The part after the `@`, in lower-case ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.address[self.at + 1..]
    }

    /// An address that stands in for one that was not given, as programs and other systems' files
    /// leave it out. `tag` distinguishes one author from another: letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// A [`FieldError`] on `email` when the tag is not of that kind.
    pub fn stand_in(tag: &str) -> Result<Self, FieldError> {
        Self::parse("email", &format!("{tag}@{NOT_GIVEN}"))
    }

    /// The part after the `@`, unless the address only stands in for one.
    #[must_use]
    pub fn given_domain(&self) -> Option<&str> {
        Some(self.domain()).filter(|domain| *domain != NOT_GIVEN)
    }

    /// The form in which two spellings of one mailbox are equal: all lower case.
    #[must_use]
    pub fn normalized(&self) -> String {
        self.address.to_lowercase()
    }

    /// The mailbox that the address most likely leads to, in lower case: without what follows a `+`, and
    /// where the provider looks at no dots, without these. Only to count and to compare.
    #[must_use]
    pub fn mailbox(&self) -> String {
        let address = self.normalized();
        let Some((local, domain)) = address.rsplit_once('@') else {
            return address;
        };
        let untagged = match local.split_once('+') {
            Some((before, _)) if !before.is_empty() => before,
            _ => local,
        };
        if DOTLESS.contains(&domain) {
            return format!("{}@{}", untagged.replace('.', ""), DOTLESS[0]);
        }
        format!("{untagged}@{domain}")
    }

    /// `j***@e***.com`: enough to recognise an address one knows, too little to write to it.
    #[must_use]
    pub fn masked(&self) -> String {
        if self.given_domain().is_none() {
            return "none given".to_owned();
        }
        let local = self.address.chars().next().unwrap_or('*');
        let domain = self.domain();
        // It names nobody, and says that anyone can have such an address.
        if is_public_provider(domain) {
            return format!("{local}***@{domain}");
        }
        let initial = domain.chars().next().unwrap_or('*');
        match domain.rsplit_once('.') {
            Some((_, tld)) if !domain.starts_with('[') => format!("{local}***@{initial}***.{tld}"),
            _ => format!("{local}***@{initial}***"),
        }
    }
}

/// Domains at which anyone can have an address, of the largest providers.
const PUBLIC_PROVIDERS: [&str; 24] = [
    "126.com",
    "163.com",
    "aol.com",
    "free.fr",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.ru",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "uol.com.br",
    "web.de",
    "yahoo.co.id",
    "yahoo.com",
    "yandex.ru",
];

/// Whether anyone can have an address at this domain.
#[must_use]
pub fn is_public_provider(domain: &str) -> bool {
    PUBLIC_PROVIDERS.binary_search(&domain).is_ok()
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// An address encrypted at rest: `key id . nonce and ciphertext`, made and opened by the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEmail(pub String);

/// A keyed hash of a normalised address: finds the same mailbox again without telling which it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailIndex(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<EmailAddress, FieldError> {
        EmailAddress::parse("email", raw)
    }

    #[test]
    fn accepts_what_both_crates_accept_and_writes_the_domain_in_ascii() {
        assert_eq!(
            parse(" Jo@Example.COM ").unwrap().expose(),
            "Jo@example.com"
        );
        assert_eq!(
            parse("jo@bücher.example").unwrap().domain(),
            "xn--bcher-kva.example"
        );
        assert_eq!(parse("jo@[A8::1]").unwrap().domain(), "[a8::1]");
    }

    #[test]
    fn refuses_what_either_crate_refuses() {
        for bad in [
            "",
            "jo",
            "jo@",
            "@x.org",
            ".a@x.org",
            "a..b@x.org",
            "jo@x..org",
            "jo@-x.org",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let long = format!("a@{}.org", "x".repeat(64));
        assert_eq!(parse(&long).unwrap_err().code, "invalid");
    }

    #[test]
    fn twins_of_one_mailbox_are_seen_through() {
        let mailbox = |raw: &str| parse(raw).unwrap().mailbox();
        assert_eq!(mailbox("Jo+shop@Example.org"), "jo@example.org");
        assert_eq!(mailbox("j.o+1@GoogleMail.com"), mailbox("jo@gmail.com"));
        assert_ne!(mailbox("j.o@example.org"), mailbox("jo@example.org"));
        assert_eq!(mailbox("+1@example.org"), "+1@example.org");
    }

    #[test]
    fn never_shows_itself() {
        let email = parse("jo.ann@example.com").unwrap();
        assert_eq!(format!("{email:?}"), "j***@e***.com");
        assert_eq!(parse("j@[127.0.0.1]").unwrap().masked(), "j***@[***");
    }
}
