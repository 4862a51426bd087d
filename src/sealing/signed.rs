//! Signed tokens: a JSON payload anyone may read and nobody may change. Form tokens, links in
//! mail, sessions and list cursors are all of this one form: `key id . payload . mac`.

use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

use super::keys::{KeyRing, Purpose};

const MAC_BYTES: usize = 16;

/// Signs and checks tokens of every purpose.
pub struct Signer {
    ring: ArcSwap<KeyRing>,
}

impl Signer {
    /// A signer that signs with the ring's current key and accepts all of them.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self {
            ring: ArcSwap::from_pointee(ring),
        }
    }

    /// Takes the keys of a ring that was rotated.
    pub fn replace(&self, ring: KeyRing) {
        self.ring.store(Arc::new(ring));
    }

    /// Whether this ring's keys are those in use.
    #[must_use]
    pub fn uses(&self, ring: &KeyRing) -> bool {
        self.ring.load().ids() == ring.ids()
    }

    /// The keys in use.
    #[must_use]
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }

    /// Signs a payload for one purpose. The holder of the token can read the payload.
    ///
    /// # Panics
    /// When the payload cannot be written as JSON, which plain structs always can.
    #[must_use]
    pub fn sign<T: Serialize>(&self, purpose: Purpose, payload: &T) -> String {
        let json = serde_json::to_vec(payload).expect("a token's payload serialises");
        let ring = self.ring.load();
        let key = ring.current();
        let body = BASE64_URL_SAFE_NO_PAD.encode(json);
        let mac = mac(&key.derive(purpose), body.as_bytes()).finalize();
        let tag = BASE64_URL_SAFE_NO_PAD.encode(&mac.into_bytes()[..MAC_BYTES]);
        format!("{}.{body}.{tag}", key.id())
    }

    /// The payload of a token that this service signed for this purpose; the comparison takes the
    /// same time wherever they differ.
    #[must_use]
    pub fn verify<T: DeserializeOwned>(&self, purpose: Purpose, token: &str) -> Option<T> {
        let (id, rest) = token.split_once('.')?;
        let (body, tag) = rest.split_once('.')?;
        let ring = self.ring.load();
        let key = ring.keys().iter().find(|key| key.id() == id)?;
        let tag = BASE64_URL_SAFE_NO_PAD.decode(tag).ok()?;
        if tag.len() != MAC_BYTES {
            return None;
        }
        mac(&key.derive(purpose), body.as_bytes())
            .verify_truncated_left(&tag)
            .ok()?;
        let json = BASE64_URL_SAFE_NO_PAD.decode(body).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

fn mac(key: &[u8; 32], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length is valid for HMAC");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_purpose_only_and_cannot_be_changed() {
        let ring = KeyRing::generate();
        let signer = Signer::new(ring.clone());
        let token = signer.sign(Purpose::Session, &("ophelia", 7));
        let read: Option<(String, u32)> = signer.verify(Purpose::Session, &token);
        assert_eq!(read, Some(("ophelia".to_owned(), 7)));
        assert!(
            signer
                .verify::<(String, u32)>(Purpose::Csrf, &token)
                .is_none()
        );
        let longer = format!("{token}x");
        assert!(
            signer
                .verify::<(String, u32)>(Purpose::Session, &longer)
                .is_none()
        );
        let rotated = Signer::new(ring.rotated());
        assert!(
            rotated
                .verify::<(String, u32)>(Purpose::Session, &token)
                .is_some()
        );
    }
}
