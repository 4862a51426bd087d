//! The key file: master keys, oldest first, the last one in use. Every purpose gets its own key,
//! derived with HKDF-SHA256 (RFC 5869), so that no two uses share one.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

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
            Self::ClientIndex => "hamlet client index v1",
            Self::Webhook => "hamlet webhook v1",
            Self::Session => "hamlet session v1",
            Self::Csrf => "hamlet csrf v1",
            Self::KeyCheck => "hamlet key check v1",
            Self::Cursor => "hamlet cursor v1",
            Self::AuthorToken => "hamlet author token v1",
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
}

impl StoredKey {
    fn of(key: &MasterKey) -> Self {
        Self {
            id: key.id.clone(),
            secret: BASE64_STANDARD.encode(key.secret),
        }
    }

    fn read(self) -> Option<MasterKey> {
        let secret = BASE64_STANDARD.decode(self.secret).ok()?.try_into().ok()?;
        Some(MasterKey {
            id: self.id,
            secret,
        })
    }
}

/// One master key: 256 random bits and a name.
#[derive(Clone)]
pub struct MasterKey {
    id: String,
    secret: [u8; 32],
}

impl MasterKey {
    fn generate() -> Self {
        let id: u32 = rand::random();
        Self {
            id: format!("{id:08x}"),
            secret: rand::random(),
        }
    }

    /// The key's name, which every sealed value and token carries.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
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
    /// Reads the key file, or makes one (mode 0600) when there is none and `may_create`.
    ///
    /// # Errors
    /// [`KeyError`] when the file is unreadable, damaged, readable by others, or missing and not
    /// to be made.
    pub fn open(path: &Path, may_create: bool) -> Result<Self, KeyError> {
        match fs::read(path) {
            Ok(bytes) => Self::parse(path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => {
                let ring = Self {
                    index: MasterKey::generate(),
                    keys: vec![MasterKey::generate()],
                };
                ring.write(path)?;
                Ok(ring)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(KeyError::Missing(path.to_owned()))
            }
            Err(source) => Err(io_error(path, source)),
        }
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, KeyError> {
        let mode = fs::metadata(path)
            .map_err(|source| io_error(path, source))?
            .mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::TooOpen(path.to_owned()));
        }
        let malformed = || KeyError::Malformed(path.to_owned());
        let file: KeyFile = serde_json::from_slice(bytes).map_err(|_| malformed())?;
        let keys = file.keys.into_iter().map(StoredKey::read);
        let keys: Vec<MasterKey> = keys.collect::<Option<_>>().ok_or_else(malformed)?;
        let index = file.index.read().ok_or_else(malformed)?;
        if keys.is_empty() || file.version != 1 {
            return Err(malformed());
        }
        Ok(Self { index, keys })
    }

    /// Writes the file beside its place, syncs it and moves it there, so that a crash leaves the
    /// old one or the new one.
    ///
    /// # Panics
    /// Never: strings and numbers can be written as JSON.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let file = KeyFile {
            version: 1,
            index: StoredKey::of(&self.index),
            keys: self.keys.iter().map(StoredKey::of).collect(),
        };
        let json = serde_json::to_vec_pretty(&file).expect("strings and numbers serialise");
        let beside = path.with_extension("key.new");
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            let mut out = options
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&beside)?;
            out.write_all(&json)?;
            out.sync_all()?;
            fs::rename(&beside, path)?;
            path.parent().map_or(Ok(()), |folder| {
                fs::File::open(folder).and_then(|folder| folder.sync_all())
            })
        };
        write().map_err(|source| io_error(path, source))
    }

    /// The same ring with a new key in use; old keys stay to open what they sealed.
    #[must_use]
    pub fn rotated(&self) -> Self {
        let mut rotated = self.clone();
        rotated.keys.push(MasterKey::generate());
        rotated
    }

    /// The same ring without the keys that are no longer in use.
    #[must_use]
    pub fn retired(&self) -> Self {
        Self {
            index: self.index.clone(),
            keys: vec![self.current().clone()],
        }
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

    /// Tells by which key file a database is used, and nothing about the keys.
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

fn io_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_file_is_made_once_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hamlet.key");
        assert!(matches!(
            KeyRing::open(&path, false),
            Err(KeyError::Missing(_))
        ));
        let made = KeyRing::open(&path, true).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let read = KeyRing::open(&path, false).unwrap();
        assert_eq!(
            made.current().derive(Purpose::Csrf),
            read.current().derive(Purpose::Csrf)
        );
        assert_ne!(
            made.current().derive(Purpose::Csrf),
            read.current().derive(Purpose::Session)
        );
    }

    #[test]
    fn a_damaged_or_open_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hamlet.key");
        KeyRing::open(&path, true).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            KeyRing::open(&path, true),
            Err(KeyError::TooOpen(_))
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "{}").unwrap();
        assert!(matches!(
            KeyRing::open(&path, true),
            Err(KeyError::Malformed(_))
        ));
    }
}
