//! Who was erased, and when: keyed hashes and times, a line each, in a file beside the key file. A backup
//! brings back the people who were erased after it was taken; this list is not in it, so that they can be erased
//! again ([`super::subjects::reapply`]). Without the key file it does not show whose data it was.
//!
//! A line is on the disk before the erasure begins: if the process ends in between, the person is on
//! the list. Several instances have a list each, beside their copies of the key file: lines may be put
//! together in any order.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::{
    config::Settings,
    domain::{email::EmailIndex, timestamp::Timestamp},
    files,
    storage::{Result, Store, StoreError},
};

/// The list's file.
#[must_use]
pub fn file_of(settings: &Settings) -> PathBuf {
    settings.key_file().with_extension("erased")
}

/// Notes that somebody is erased at a time; it is on the disk when this returns.
///
/// # Errors
/// When the file cannot be written.
pub fn note(path: &Path, who: &EmailIndex, at: Timestamp) -> io::Result<()> {
    let is_new = !path.exists();
    let mut options = OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(path)?;
    // A blank line first: a line that a full disk cut short must not swallow this one.
    file.write_all(format!("\n{} {}\n", who.0, at.millis()).as_bytes())?;
    file.sync_all()?;
    if is_new {
        files::sync_folder(path)?;
    }
    Ok(())
}

/// Everybody on the list, with the latest time each was erased at; nobody where there is no list. A line
/// that was cut short is passed over: its erasure did not begin.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(path: &Path) -> io::Result<BTreeMap<String, Timestamp>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let mut list = BTreeMap::new();
    for line in BufReader::new(file).lines() {
        let line = line?;
        let Some((who, at)) = line.split_once(' ') else {
            continue;
        };
        let Ok(at) = at.trim().parse().map(Timestamp::from_millis) else {
            continue;
        };
        let latest = list.entry(who.to_owned()).or_insert(at);
        *latest = at.max(*latest);
    }
    Ok(list)
}

/// Those on the list of whom the database holds something from before they were erased.
///
/// # Errors
/// [`StoreError`].
pub async fn brought_back(store: &Store, path: &Path) -> Result<Vec<(EmailIndex, Timestamp)>> {
    let mut found = Vec::new();
    for (who, at) in read(path).map_err(unreadable)? {
        let who = EmailIndex(who);
        if store.holds_subject(&who, at).await? {
            found.push((who, at));
        }
    }
    Ok(found)
}

/// What went wrong with the list, as its callers report it.
pub(super) fn unreadable(error: io::Error) -> StoreError {
    StoreError::Database(sqlx::Error::Io(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_time_counts_and_a_line_cut_short_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hamlet.erased");
        assert!(read(&path).unwrap().is_empty());
        let at = |millis| Timestamp::from_millis(millis);
        note(&path, &EmailIndex("a".to_owned()), at(5)).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"b 12").unwrap();
        file.write_all(b"x").unwrap();
        note(&path, &EmailIndex("a".to_owned()), at(3)).unwrap();
        note(&path, &EmailIndex("c".to_owned()), at(4)).unwrap();
        let list = read(&path).unwrap();
        assert_eq!(list["a"], at(5));
        assert_eq!(list.len(), 2, "{list:?}");
        let mode = std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
}
