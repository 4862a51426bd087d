//! Any text as an email address: what is taken can be sealed, found again and mailed to, and shows nothing
//! of itself but two initials.

use std::{str::FromStr, sync::LazyLock};

use hamlet::{
    domain::{email::EmailAddress, field::FieldError, moderator::ModeratorId},
    sealing::vault::{Owner, Vault},
};
use validator::ValidateEmail;

use super::KEYS;

static VAULT: LazyLock<Vault> = LazyLock::new(|| Vault::new(&KEYS));

/// The whole input is the address.
pub fn check(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    match EmailAddress::parse("email", &raw) {
        Ok(email) => accepted(&email),
        Err(error) => refused(&error),
    }
}

fn accepted(email: &EmailAddress) {
    let address = email.expose();
    assert!(address.validate_email(), "the validator refuses {address}");
    let mailed = lettre::Address::from_str(address).expect("an address that lettre takes");
    assert_eq!(mailed.to_string(), address);
    assert_eq!(mailed.domain(), email.domain());
    assert!(address.len() <= 254, "{} bytes", address.len());
    // What would end it in an SMTP command or in a header.
    let ends = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';');
    assert!(!address.contains(ends), "{address:?}");
    let domain = email.domain();
    assert!(
        domain.is_ascii() && !domain.contains(|c: char| c.is_ascii_uppercase()),
        "{domain}"
    );

    let again = EmailAddress::parse("email", address).expect("what was taken is taken again");
    assert_eq!(again.expose(), address);
    let owner = Owner::moderator(&ModeratorId("fuzz".to_owned()));
    let opened = VAULT
        .open(&VAULT.seal(email, owner.clone()), owner)
        .expect("a sealed address opens");
    assert_eq!(opened.expose(), address);
    let upper = address
        .replace(|c: char| c.is_ascii(), "")
        .is_empty()
        .then(|| address.to_ascii_uppercase());
    if let Some(Ok(upper)) = upper.map(|upper| EmailAddress::parse("email", &upper)) {
        assert_eq!(
            VAULT.email_index(&upper),
            VAULT.email_index(email),
            "two spellings of {address}"
        );
    }
    masked(email);
}

/// Nothing but the local part's first letter is in the mask: with another rest it is the same.
fn masked(email: &EmailAddress) {
    let mask = email.masked();
    assert_eq!(format!("{email:?}"), mask);
    assert_ne!(mask, email.expose());
    let (local, domain) = email.expose().rsplit_once('@').expect("an @");
    let first = local.chars().next().expect("a local part");
    let other = EmailAddress::parse("email", &format!("{first}other@{domain}"));
    if let Ok(other) = other {
        assert_eq!(
            other.masked(),
            mask,
            "the mask tells more of {local} than its first letter"
        );
    }
}

fn refused(error: &FieldError) {
    assert_eq!(error.field, "email");
    let codes = ["required", "too_long", "control_character", "invalid"];
    assert!(codes.contains(&error.code), "{}", error.code);
}
