//! The vault: seals email addresses and programs' keys, opens them, and makes the keyed hashes that find an address
//! or a network again. XChaCha20-Poly1305 with a random nonce; HMAC-SHA256 cut to 128 bits.

use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::keys::{KeyRing, Purpose};
pub use crate::domain::owner::Owner;
use crate::{
    domain::{
        email::{EmailAddress, EmailIndex, SealedEmail},
        network::SenderAddress,
        site::SiteSlug,
    },
    text::hosts,
};

const NONCE_BYTES: usize = 24;
/// What a sealed value is, so that one kind is never taken for another.
const EMAIL: &[u8] = b"email";
const CLIENT_KEY: &[u8] = b"client key";
/// What follows the key's id in a value that is bound to its row. A body has no dot in it.
const BOUND: &str = "2.";

/// A sealed value cannot be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unopenable {
    /// The key that sealed it is not at hand. It may arrive: another instance has it.
    #[error("a sealed value cannot be opened: its key {0} is not in the key file")]
    NoKey(String),
    /// It was altered, or belongs to another row. It will never open.
    #[error("a sealed value cannot be opened: it is damaged or belongs to another row")]
    Altered,
}

struct Cipher {
    id: String,
    aead: XChaCha20Poly1305,
    /// Whether it may have sealed values before they were bound to their rows.
    may_be_unbound: bool,
}

/// Seals and finds addresses. Its sealing keys can be exchanged while requests run.
pub struct Vault {
    /// Oldest first; the last one seals.
    ciphers: ArcSwap<Vec<Cipher>>,
    email_index: [u8; 32],
    network_index: [u8; 32],
    client_index: [u8; 32],
    webhook: [u8; 32],
}

impl Vault {
    /// A vault that seals with the ring's current key and opens with all of them.
    #[must_use]
    pub fn new(ring: &KeyRing) -> Self {
        Self {
            ciphers: ArcSwap::from_pointee(ciphers(ring)),
            email_index: ring.index().derive(Purpose::EmailIndex),
            network_index: ring.index().derive(Purpose::NetworkIndex),
            client_index: ring.index().derive(Purpose::ClientIndex),
            webhook: ring.index().derive(Purpose::Webhook),
        }
    }

    /// Takes the sealing keys of a ring that was rotated; its index key is the same.
    pub fn replace(&self, ring: &KeyRing) {
        self.ciphers.store(Arc::new(ciphers(ring)));
    }

    /// What every value sealed with the key in use begins with.
    #[must_use]
    pub fn current_prefix(&self) -> String {
        let ciphers = self.ciphers.load();
        ciphers
            .last()
            .map(|cipher| format!("{}.{BOUND}", cipher.id))
            .unwrap_or_default()
    }

    /// Encrypts an address for one row: `key id . 2 . base64url(nonce ‖ ciphertext ‖ tag)`.
    #[must_use]
    pub fn seal(&self, email: &EmailAddress, owner: impl Into<Owner>) -> SealedEmail {
        SealedEmail(self.encrypt(email.expose(), EMAIL, &owner.into()))
    }

    /// Decrypts an address that was sealed for this row, or before addresses were bound to rows.
    ///
    /// # Errors
    /// [`Unopenable`].
    pub fn open(
        &self,
        sealed: &SealedEmail,
        owner: impl Into<Owner>,
    ) -> Result<EmailAddress, Unopenable> {
        let text = self.decrypt(&sealed.0, EMAIL, &owner.into())?;
        EmailAddress::parse("email", &text).map_err(|_| Unopenable::Altered)
    }

    /// Encrypts a program's key, in the form of an address.
    #[must_use]
    pub fn seal_client_key(&self, key: &str, owner: &Owner) -> String {
        self.encrypt(key, CLIENT_KEY, owner)
    }

    /// Decrypts a program's key.
    ///
    /// # Errors
    /// [`Unopenable`].
    pub fn open_client_key(&self, sealed: &str, owner: &Owner) -> Result<String, Unopenable> {
        self.decrypt(sealed, CLIENT_KEY, owner)
    }

    fn encrypt(&self, text: &str, kind: &[u8], owner: &Owner) -> String {
        let ciphers = self.ciphers.load();
        let Cipher { id, aead, .. } = ciphers.last().expect("a ring holds at least one key");
        format!("{id}.{BOUND}{}", encrypt(aead, text, &owner.bind(kind)))
    }

    fn decrypt(&self, sealed: &str, kind: &[u8], owner: &Owner) -> Result<String, Unopenable> {
        let (id, rest) = sealed.split_once('.').ok_or(Unopenable::Altered)?;
        let ciphers = self.ciphers.load();
        let found = ciphers.iter().find(|cipher| cipher.id == id);
        let key = found.ok_or_else(|| Unopenable::NoKey(id.to_owned()))?;
        let opened = match rest.strip_prefix(BOUND) {
            Some(body) => decrypt(&key.aead, body, &owner.bind(kind)),
            None if key.may_be_unbound => decrypt(&key.aead, rest, kind),
            None => None,
        };
        opened.ok_or(Unopenable::Altered)
    }

    /// The keyed hash that finds this mailbox again, however its case was written.
    #[must_use]
    pub fn email_index(&self, email: &EmailAddress) -> EmailIndex {
        EmailIndex(keyed_hash(
            &self.email_index,
            &[email.normalized().as_bytes()],
        ))
    }

    /// The keyed hash of the mailbox that an address most likely leads to: that of the address itself
    /// where it has no tag.
    #[must_use]
    pub fn mailbox_index(&self, email: &EmailAddress) -> EmailIndex {
        EmailIndex(keyed_hash(&self.email_index, &[email.mailbox().as_bytes()]))
    }

    /// The keyed hash of the registered domain that an address's mail goes to: `mail.example.org` and
    /// `example.org` are one.
    #[must_use]
    pub fn mail_domain(&self, email: &EmailAddress) -> String {
        let domain = email.domain().to_lowercase();
        let registered = &domain[hosts::registrable(&domain)..];
        // A mailbox is one part, so that none is taken for a domain.
        keyed_hash(&self.email_index, &[b"domain", registered.as_bytes()])
    }

    /// The keyed hash that counts a sender's network on one site.
    #[must_use]
    pub fn network_key(&self, site: &SiteSlug, sender: &SenderAddress) -> String {
        keyed_hash(
            &self.network_index,
            &[site.as_str().as_bytes(), &sender.rate_unit()],
        )
    }

    /// The keyed hashes that count a sender's networks on one site, narrowest first, each with how many
    /// times as much is allowed as for the narrowest.
    #[must_use]
    pub fn network_keys(&self, site: &SiteSlug, sender: &SenderAddress) -> Vec<(String, i64)> {
        let prefixes = sender.rate_prefixes().into_iter();
        let site = site.as_str().as_bytes();
        let key = |bytes: &[u8]| keyed_hash(&self.network_index, &[site, bytes]);
        prefixes
            .map(|prefix| (key(&prefix.bytes), prefix.share))
            .collect()
    }

    /// The keyed hash that counts the sign-in tries of a sender's network.
    #[must_use]
    pub fn sign_in_key(&self, sender: &SenderAddress) -> String {
        // No site's slug is empty.
        keyed_hash(&self.network_index, &[b"", &sender.rate_unit()])
    }

    /// The keyed hashes that count the sign-in tries of the networks around a sender, with their
    /// lengths in bits; see [`SenderAddress::prefixes`]. The first is [`Vault::sign_in_key`].
    #[must_use]
    pub fn sign_in_keys(&self, sender: &SenderAddress) -> Vec<(u8, String)> {
        let prefixes = sender.prefixes().into_iter();
        prefixes
            .map(|(bits, prefix)| (bits, keyed_hash(&self.network_index, &[b"", &prefix])))
            .collect()
    }

    /// What a webhook's deliveries are signed with.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn webhook_secret(&self, webhook: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.webhook)
            .expect("any key length is valid for HMAC");
        mac.update(webhook.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The form in which a program's key is kept: the key is too short for a plain hash.
    #[must_use]
    pub fn client_key(&self, key: &str) -> String {
        keyed_hash(&self.client_index, &[key.as_bytes()])
    }

    /// The keyed hash that finds again what a program sent: the text and its author's name.
    #[must_use]
    pub fn client_content(&self, site: &SiteSlug, author: &str, text: &str) -> String {
        keyed_hash(
            &self.client_index,
            &[site.as_str().as_bytes(), author.as_bytes(), text.as_bytes()],
        )
    }
}

fn ciphers(ring: &KeyRing) -> Vec<Cipher> {
    let each = ring.keys().iter().map(|key| Cipher {
        id: key.id().to_owned(),
        aead: XChaCha20Poly1305::new(&key.derive(Purpose::EmailEncryption).into()),
        may_be_unbound: key.may_be_unbound(),
    });
    each.collect()
}

fn encrypt(cipher: &XChaCha20Poly1305, text: &str, aad: &[u8]) -> String {
    let nonce: [u8; NONCE_BYTES] = rand::random();
    let msg = text.as_bytes();
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .expect("the cipher fails only on messages of many gigabytes");
    BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
}

fn decrypt(cipher: &XChaCha20Poly1305, body: &str, aad: &[u8]) -> Option<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).ok()?;
    let (nonce, msg) = bytes.split_at_checked(NONCE_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
    let opened = cipher.decrypt(&XNonce::from(nonce), Payload { msg, aad });
    String::from_utf8(opened.ok()?).ok()
}

/// HMAC-SHA256 of the parts, each led by its length, cut to 128 bits, in base64url.
fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> String {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .expect("any key length is valid for HMAC");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    BASE64_URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moderator::ModeratorId;

    fn ring() -> KeyRing {
        KeyRing::generate()
    }

    fn row(id: &str) -> Owner {
        Owner::comment(&SiteSlug::parse("blog").unwrap(), id.to_owned())
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_altered_does() {
        let vault = Vault::new(&ring());
        let email = EmailAddress::parse("email", "jo@example.com").unwrap();
        let sealed = vault.seal(&email, row("1"));
        assert_eq!(vault.open(&sealed, row("1")).unwrap(), email);
        assert_ne!(vault.seal(&email, row("1")), sealed);
        assert!(!sealed.0.contains("example"));
        let mut altered = sealed.clone();
        let last = if altered.0.pop() == Some('A') {
            'B'
        } else {
            'A'
        };
        altered.0.push(last);
        assert_eq!(vault.open(&altered, row("1")), Err(Unopenable::Altered));
        let other = Vault::new(&ring()).open(&sealed, row("1"));
        assert!(matches!(other, Err(Unopenable::NoKey(_))));
    }

    #[test]
    fn what_is_sealed_for_one_row_opens_in_no_other() {
        let vault = Vault::new(&ring());
        let email = EmailAddress::parse("email", "jo@example.com").unwrap();
        let sealed = vault.seal(&email, row("1"));
        let site = SiteSlug::parse("other").unwrap();
        let id = ModeratorId("1".to_owned());
        for other in [
            row("2"),
            Owner::comment(&site, "1".to_owned()),
            Owner::moderator(&id),
        ] {
            assert_eq!(vault.open(&sealed, other), Err(Unopenable::Altered));
        }
        let as_key = vault.open_client_key(&sealed.0, &row("1"));
        assert_eq!(as_key, Err(Unopenable::Altered));
        let unmarked = SealedEmail(sealed.0.replace(".2.", "."));
        assert_eq!(vault.open(&unmarked, row("1")), Err(Unopenable::Altered));
    }

    #[test]
    fn what_was_sealed_before_rows_were_bound_opens_with_the_keys_of_then_only() {
        let file = r#"{"version":1,"index":{"id":"i","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
            "keys":[{"id":"old","secret":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}"#;
        let then = KeyRing::from_json(file.as_bytes()).unwrap();
        let email = EmailAddress::parse("email", "jo@example.com").unwrap();
        let unbound = |ring: &KeyRing| {
            let cipher = &ciphers(ring)[ring.keys().len() - 1];
            let body = encrypt(&cipher.aead, email.expose(), EMAIL);
            SealedEmail(format!("{}.{body}", cipher.id))
        };
        let vault = Vault::new(&then);
        assert_eq!(vault.open(&unbound(&then), row("1")).unwrap(), email);
        assert!(!unbound(&then).0.starts_with(&vault.current_prefix()));
        let now = then.rotated();
        vault.replace(&now);
        let refused = vault.open(&unbound(&now), row("1"));
        assert_eq!(refused, Err(Unopenable::Altered));
    }

    #[test]
    fn a_rotated_ring_opens_the_old_and_seals_with_the_new() {
        let old = ring();
        let email = EmailAddress::parse("email", "jo@example.com").unwrap();
        let sealed = Vault::new(&old).seal(&email, row("1"));
        let vault = Vault::new(&old);
        let index = vault.email_index(&email);
        vault.replace(&old.rotated());
        assert_eq!(vault.open(&sealed, row("1")).unwrap(), email);
        assert_eq!(vault.email_index(&email), index);
        assert!(!sealed.0.starts_with(&vault.current_prefix()));
        let anew = vault.seal(&email, row("1"));
        assert!(anew.0.starts_with(&vault.current_prefix()));
    }

    #[test]
    fn one_mailbox_has_one_index() {
        let vault = Vault::new(&ring());
        let index = |raw| vault.email_index(&EmailAddress::parse("email", raw).unwrap());
        assert_eq!(index("Jo@Example.com"), index("jo@example.COM"));
        assert_ne!(index("jo@example.com"), index("jo@example.org"));
    }
    #[test]
    fn a_network_has_one_key_to_sign_in_from_and_it_is_the_narrowest() {
        let vault = Vault::new(&ring());
        let sender = |raw: &str| SenderAddress::new(raw.parse().unwrap());
        let home = sender("2001:db8:1:2::1");
        let key = vault.sign_in_key(&home);
        assert_eq!(vault.sign_in_keys(&home)[0].1, key);
        assert_eq!(vault.sign_in_key(&sender("2001:db8:1:2::ffff")), key);
        assert_ne!(vault.sign_in_key(&sender("2001:db8:1:3::1")), key);
        assert_ne!(Vault::new(&ring()).sign_in_key(&home), key);
    }
}
