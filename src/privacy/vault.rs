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
use crate::domain::{
    email::{EmailAddress, EmailIndex, SealedEmail},
    network::SenderAddress,
    site::SiteSlug,
};

const NONCE_BYTES: usize = 24;
/// What a sealed value is, so that one kind is never taken for another.
const EMAIL: &[u8] = b"email";
const CLIENT_KEY: &[u8] = b"client key";

/// A sealed value cannot be opened: another key sealed it, or it was altered.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value cannot be opened with the keys at hand")]
pub struct Unopenable;

struct Cipher {
    id: String,
    cipher: XChaCha20Poly1305,
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
            .map(|cipher| format!("{}.", cipher.id))
            .unwrap_or_default()
    }

    /// Encrypts an address: `key id . base64url(nonce ‖ ciphertext ‖ tag)`.
    #[must_use]
    pub fn seal(&self, email: &EmailAddress) -> SealedEmail {
        SealedEmail(self.encrypt(email.expose(), EMAIL))
    }

    /// Decrypts an address.
    ///
    /// # Errors
    /// [`Unopenable`] when no key at hand sealed it or it was altered.
    pub fn open(&self, sealed: &SealedEmail) -> Result<EmailAddress, Unopenable> {
        let text = self.decrypt(&sealed.0, EMAIL)?;
        EmailAddress::parse("email", &text).map_err(|_| Unopenable)
    }

    /// Encrypts a program's key, in the form of an address.
    #[must_use]
    pub fn seal_client_key(&self, key: &str) -> String {
        self.encrypt(key, CLIENT_KEY)
    }

    /// Decrypts a program's key.
    ///
    /// # Errors
    /// [`Unopenable`] when no key at hand sealed it or it was altered.
    pub fn open_client_key(&self, sealed: &str) -> Result<String, Unopenable> {
        self.decrypt(sealed, CLIENT_KEY)
    }

    fn encrypt(&self, text: &str, aad: &[u8]) -> String {
        let ciphers = self.ciphers.load();
        let Cipher { id, cipher } = ciphers.last().expect("a ring holds at least one key");
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let msg = text.as_bytes();
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg, aad })
            .expect("the cipher fails only on messages of many gigabytes");
        let bytes = [&nonce[..], &sealed].concat();
        format!("{id}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    fn decrypt(&self, sealed: &str, aad: &[u8]) -> Result<String, Unopenable> {
        let (id, body) = sealed.split_once('.').ok_or(Unopenable)?;
        let ciphers = self.ciphers.load();
        let found = ciphers.iter().find(|cipher| cipher.id == id);
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(body)
            .map_err(|_| Unopenable)?;
        let (nonce, msg) = bytes.split_at_checked(NONCE_BYTES).ok_or(Unopenable)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Unopenable)?;
        let opened = found
            .ok_or(Unopenable)?
            .cipher
            .decrypt(&XNonce::from(nonce), Payload { msg, aad })
            .map_err(|_| Unopenable)?;
        String::from_utf8(opened).map_err(|_| Unopenable)
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
        self.prefix_keys(site.as_str(), sender)
    }

    /// Like [`Self::network_keys`], for the tries to sign in.
    #[must_use]
    pub fn sign_in_keys(&self, sender: &SenderAddress) -> Vec<(String, i64)> {
        // No site's slug is empty.
        self.prefix_keys("", sender)
    }

    fn prefix_keys(&self, site: &str, sender: &SenderAddress) -> Vec<(String, i64)> {
        let prefixes = sender.prefixes().into_iter();
        let key = |bytes: &[u8]| keyed_hash(&self.network_index, &[site.as_bytes(), bytes]);
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
        cipher: XChaCha20Poly1305::new(&key.derive(Purpose::EmailEncryption).into()),
    });
    each.collect()
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

    fn ring() -> KeyRing {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::open(&folder.path().join("k"), true).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_altered_does() {
        let vault = Vault::new(&ring());
        let email = EmailAddress::parse("email", "jo@example.com").unwrap();
        let sealed = vault.seal(&email);
        assert_eq!(vault.open(&sealed).unwrap(), email);
        assert_ne!(vault.seal(&email), sealed);
        assert!(!sealed.0.contains("example"));
        let mut altered = sealed.clone();
        let last = if altered.0.pop() == Some('A') {
            'B'
        } else {
            'A'
        };
        altered.0.push(last);
        assert!(vault.open(&altered).is_err());
        assert!(Vault::new(&ring()).open(&sealed).is_err());
    }

    #[test]
    fn a_rotated_ring_opens_the_old_and_seals_with_the_new() {
        let old = ring();
        let email = EmailAddress::parse("email", "jo@example.com").unwrap();
        let sealed = Vault::new(&old).seal(&email);
        let vault = Vault::new(&old);
        let index = vault.email_index(&email);
        vault.replace(&old.rotated());
        assert_eq!(vault.open(&sealed).unwrap(), email);
        assert_eq!(vault.email_index(&email), index);
        assert!(!sealed.0.starts_with(&vault.current_prefix()));
        assert!(vault.seal(&email).0.starts_with(&vault.current_prefix()));
    }

    #[test]
    fn one_mailbox_has_one_index() {
        let vault = Vault::new(&ring());
        let index = |raw| vault.email_index(&EmailAddress::parse("email", raw).unwrap());
        assert_eq!(index("Jo@Example.com"), index("jo@example.COM"));
        assert_ne!(index("jo@example.com"), index("jo@example.org"));
    }
}
