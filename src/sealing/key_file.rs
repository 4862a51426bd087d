//! The key file: read, made and replaced. It is replaced whole, so that a reader sees the old one or
//! the new one, also after a kill, and by one process at a time: who changes it holds the lock file beside it,
//! which is never removed.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};

use super::keys::{KeyError, KeyRing};
use crate::files;

/// How often a lock that somebody holds is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// The right to change a key file, until it is dropped or its process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; `None` when somebody else holds it for longer than `patience`.
    ///
    /// # Errors
    /// [`KeyError::Io`] when the lock file cannot be made.
    pub async fn take(path: &Path, patience: Duration) -> Result<Option<Self>, KeyError> {
        let (file, begun) = (lock_file(path)?, std::time::Instant::now());
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {
                    sweep(path);
                    return Ok(Some(Self { _file: file }));
                }
                Err(error) if error == rustix::io::Errno::WOULDBLOCK => {}
                Err(error) => return Err(io_error(path, error.into())),
            }
            if begun.elapsed() >= patience {
                return Ok(None);
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

fn lock_file(path: &Path) -> Result<File, KeyError> {
    let beside = files::beside(path, "lock");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(&beside);
    file.map_err(|source| io_error(&beside, source))
}

/// Removes what was being written when its writer was killed. Only with the lock held.
fn sweep(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let begins = format!("{}.", name.to_string_lossy());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let file = entry.file_name();
        let middle = file.to_str().and_then(|file| file.strip_prefix(&begins));
        let middle = middle.and_then(|rest| rest.strip_suffix(".part"));
        if middle.is_some_and(|middle| middle.len() == 8) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Reads the key file, or makes one (mode 0600) when there is none and `may_create`.
///
/// # Errors
/// [`KeyError`] when the file is unreadable, damaged, readable by others, or missing and not to be
/// made.
pub fn open(path: &Path, may_create: bool) -> Result<KeyRing, KeyError> {
    match fs::read(path) {
        Ok(bytes) => parse(path, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => create(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(KeyError::Missing(path.to_owned()))
        }
        Err(source) => Err(io_error(path, source)),
    }
}

/// Reads the key file as [`open`] does, without keeping the runtime from other work meanwhile.
///
/// # Errors
/// Those of [`open`].
pub async fn read(path: PathBuf) -> Result<KeyRing, KeyError> {
    let reading = path.clone();
    let read = tokio::task::spawn_blocking(move || open(&reading, false)).await;
    read.unwrap_or_else(|error| Err(io_error(&path, io::Error::other(error))))
}

/// Makes a key file, unless somebody else has made one meanwhile.
fn create(path: &Path) -> Result<KeyRing, KeyError> {
    let lock = lock_file(path)?;
    flock(&lock, FlockOperation::LockExclusive).map_err(|error| io_error(path, error.into()))?;
    if path.exists() {
        return open(path, false);
    }
    let ring = KeyRing::generate();
    write(&ring, path)?;
    Ok(ring)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<KeyRing, KeyError> {
    let mode = fs::metadata(path)
        .map_err(|source| io_error(path, source))?
        .mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::TooOpen(path.to_owned()));
    }
    KeyRing::from_json(bytes).ok_or_else(|| KeyError::Malformed(path.to_owned()))
}

/// Writes a ring, so that a crash leaves the old file or the new one. Who replaces a file holds its
/// [`Lock`].
///
/// # Errors
/// [`KeyError::Io`].
pub fn write(ring: &KeyRing, path: &Path) -> Result<(), KeyError> {
    files::write(path, &ring.to_json()).map_err(|source| io_error(path, source))
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
    use crate::sealing::keys::Purpose;

    #[test]
    fn a_key_file_is_made_once_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hamlet.key");
        assert!(matches!(open(&path, false), Err(KeyError::Missing(_))));
        let made = open(&path, true).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let read = open(&path, false).unwrap();
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
        open(&path, true).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(open(&path, true), Err(KeyError::TooOpen(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "{}").unwrap();
        assert!(matches!(open(&path, true), Err(KeyError::Malformed(_))));
    }

    #[test]
    fn many_that_make_a_key_file_at_once_have_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hamlet.key");
        let each = (0..8).map(|_| {
            let path = path.clone();
            std::thread::spawn(move || open(&path, true).unwrap().check())
        });
        let each: Vec<_> = each.collect();
        let made: Vec<String> = each.into_iter().map(|one| one.join().unwrap()).collect();
        assert!(made.iter().all(|check| *check == made[0]));
        assert_eq!(open(&path, false).unwrap().check(), made[0]);
    }

    #[tokio::test]
    async fn one_at_a_time_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hamlet.key");
        let left = folder.path().join("hamlet.key.0123abcd.part");
        fs::write(&left, "half").unwrap();
        let held = Lock::take(&path, Duration::ZERO).await.unwrap();
        assert!(held.is_some());
        assert!(!left.exists());
        assert!(Lock::take(&path, Duration::ZERO).await.unwrap().is_none());
        drop(held);
        assert!(Lock::take(&path, Duration::ZERO).await.unwrap().is_some());
    }
}
