//! The key ring: master keys, oldest first, the last one in use. Every purpose gets its own key,
//! derived with HKDF-SHA256 (RFC 5869), so that no two uses share one. The file that it is kept in is
//! [`super::key_file`]'s.

use std::{io, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What a derived key is for. The label is part of the derivation: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Encrypting email addresses.
    EmailEncryption,
    /// The keyed hash that finds an address again.
    EmailIndex,
    /// The keyed hash of a sender's network.
    NetworkIndex,
    /// Form tokens and proof-of-work challenges.
    FormToken,
    /// Links in moderators' mail.
    DecisionLink,
    /// Links in commenters' mail.
    SubscriptionLink,
    /// Links by which moderators stop their mail.
    MailStop,
    /// The keyed hashes of programs' keys and of the texts they sent.
    ClientIndex,
    /// The secrets that webhooks are signed with.
    Webhook,
    /// Session cookies.
    Session,
    /// Cross-site request forgery tokens.
    Csrf,
    /// Proves that a key file belongs to a database.
    KeyCheck,
    /// Cursors of lists.
    Cursor,
    /// Tokens by which a browser goes on with what it wrote before.
    AuthorToken,
    /// Cookies of browsers that somebody signed in with.
    Device,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::EmailEncryption => "hamlet email encryption v1",
            Self::EmailIndex => "hamlet email index v1",
            Self::NetworkIndex => "hamlet network index v1",
            Self::FormToken => "hamlet form token v1",
            Self::DecisionLink => "hamlet decision link v1",
            Self::SubscriptionLink => "hamlet subscription link v1",
            Self::MailStop => "hamlet mail stop v1",
            Self::ClientIndex => "hamlet client index v1",
            Self::Webhook => "hamlet webhook v1",
            Self::Session => "hamlet session v1",
            Self::Csrf => "hamlet csrf v1",
            Self::KeyCheck => "hamlet key check v1",
            Self::Cursor => "hamlet cursor v1",
            Self::AuthorToken => "hamlet author token v1",
            Self::Device => "hamlet device v1",
        }
    }
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read or written.
    #[error("the key file {path} cannot be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not a key file.
    #[error("{0} is not a key file of this program, or it is damaged")]
    Malformed(PathBuf),
    /// Others may read it.
    #[error("the key file {0} can be read by others: run chmod 600 on it")]
    TooOpen(PathBuf),
    /// It is missing, and a new one would not open what the database holds.
    #[error(
        "the key file {0} is missing, but the database holds addresses sealed with it: put the file back"
    )]
    Missing(PathBuf),
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    version: u32,
    /// What keyed hashes are made with: it stays when the others are rotated, because a hash cannot
    /// be made again without what was hashed.
    index: StoredKey,
    keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    id: String,
    secret: String,
    /// Whether all that it ever sealed is bound to its row: keys of earlier versions do not say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    bound: bool,
}

impl StoredKey {
    fn of(key: &MasterKey) -> Self {
        Self {
            id: key.id.clone(),
            secret: BASE64_STANDARD.encode(key.secret),
            bound: key.bound,
        }
    }

    fn read(self) -> Option<MasterKey> {
        let secret = BASE64_STANDARD.decode(self.secret).ok()?.try_into().ok()?;
        Some(MasterKey {
            id: self.id,
            secret,
            bound: self.bound,
        })
    }
}

/// One master key: 256 random bits and a name.
#[derive(Clone)]
pub struct MasterKey {
    id: String,
    secret: [u8; 32],
    bound: bool,
}

impl MasterKey {
    fn generate() -> Self {
        let id: u32 = rand::random();
        Self {
            id: format!("{id:08x}"),
            secret: rand::random(),
            bound: true,
        }
    }

    /// The key's name, which every sealed value and token carries.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it may have sealed values that are not bound to their rows, as versions before did.
    #[must_use]
    pub const fn may_be_unbound(&self) -> bool {
        !self.bound
    }

    /// The 256-bit key for one purpose.
    ///
    /// # Panics
    /// Never: the length is one that HKDF can give.
    #[must_use]
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, &self.secret)
            .expand(purpose.label().as_bytes(), &mut key)
            .expect("32 bytes are a valid length for HKDF-SHA256");
        key
    }
}

/// The key of keyed hashes, and the keys that seal and sign, oldest first.
#[derive(Clone)]
pub struct KeyRing {
    index: MasterKey,
    keys: Vec<MasterKey>,
}

impl KeyRing {
    /// A ring with one new key, for a database that has none yet.
    #[must_use]
    pub fn generate() -> Self {
        Self {
            index: MasterKey::generate(),
            keys: vec![MasterKey::generate()],
        }
    }

    /// Reads what [`KeyRing::to_json`] wrote; `None` when it is something else.
    #[must_use]
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        let file: KeyFile = serde_json::from_slice(bytes).ok()?;
        let keys = file.keys.into_iter().map(StoredKey::read);
        let keys: Vec<MasterKey> = keys.collect::<Option<_>>()?;
        let index = file.index.read()?;
        (!keys.is_empty() && file.version == 1).then_some(Self { index, keys })
    }

    /// What is written into the key file.
    ///
    /// # Panics
    /// Never: strings and numbers can be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let file = KeyFile {
            version: 1,
            index: StoredKey::of(&self.index),
            keys: self.keys.iter().map(StoredKey::of).collect(),
        };
        serde_json::to_vec_pretty(&file).expect("strings and numbers serialise")
    }

    /// The same ring with a new key in use; old keys stay to open what they sealed.
    #[must_use]
    pub fn rotated(&self) -> Self {
        let mut rotated = self.clone();
        rotated.keys.push(MasterKey::generate());
        rotated
    }

    /// The same ring with those of its keys only that `keep` says, by their names; `None` when none is
    /// left.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Option<Self> {
        let kept = self.keys.iter().filter(|key| keep(&key.id));
        let keys: Vec<MasterKey> = kept.cloned().collect();
        let index = self.index.clone();
        (!keys.is_empty()).then_some(Self { index, keys })
    }

    /// The key in use.
    ///
    /// # Panics
    /// Never: a ring without keys cannot be made.
    #[must_use]
    pub fn current(&self) -> &MasterKey {
        self.keys.last().expect("a ring holds at least one key")
    }

    /// All keys, oldest first.
    #[must_use]
    pub fn keys(&self) -> &[MasterKey] {
        &self.keys
    }

    /// The names of all keys, oldest first.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.id.clone()).collect()
    }

    /// Whether a key of this name is in it.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// Identifies the key file that a database is used with, and says nothing about the keys.
    #[must_use]
    pub fn check(&self) -> String {
        BASE64_STANDARD.encode(self.index.derive(Purpose::KeyCheck))
    }

    /// The key that keyed hashes are made with.
    #[must_use]
    pub const fn index(&self) -> &MasterKey {
        &self.index
    }
}
