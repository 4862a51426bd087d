//! Who may read a SQLite database: whoever runs the service, and nobody else on the machine. The files hold
//! every text and name, and password hashes, whatever the umask of who starts it.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions, Permissions},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    str::FromStr,
};

use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::SqliteConnectOptions;

use super::engine::Engine;

/// What group and others may do, of a file's mode.
const OTHERS: u32 = 0o077;

/// Makes a SQLite database's file, readable by its owner alone, when there is none; takes the rights of
/// others away from files that are there. SQLite gives its log the mode of the file. What cannot be
/// changed is left to [`exposed`] to report, and to opening the database.
pub fn keep_private(url: &SecretString) {
    let Some(path) = file_of(url) else {
        return;
    };
    let mut new = OpenOptions::new();
    new.write(true).create_new(true).mode(0o600);
    let _ = new.open(&path);
    for (path, mode) in exposed(url) {
        let mode = Permissions::from_mode(mode & 0o700);
        if let Err(error) = fs::set_permissions(&path, mode) {
            let (kind, path) = (error.kind(), path.display());
            tracing::warn!(%kind, %path, "others on this machine can read the database's file");
        }
    }
}

/// The files of a SQLite database that others than their owner may read or write, and their modes.
#[must_use]
pub fn exposed(url: &SecretString) -> Vec<(PathBuf, u32)> {
    let Some(path) = file_of(url) else {
        return Vec::new();
    };
    let beside = ["", "-wal", "-shm"].into_iter().map(|end| {
        let mut name = OsString::from(&path);
        name.push(end);
        PathBuf::from(name)
    });
    let open = |path: PathBuf| {
        let mode = fs::metadata(&path).ok()?.permissions().mode();
        (mode & OTHERS != 0).then_some((path, mode))
    };
    beside.filter_map(open).collect()
}

/// The file that a URL names, if it names one that is written to.
fn file_of(url: &SecretString) -> Option<PathBuf> {
    let url = url.expose_secret();
    if Engine::of_url(url)? != Engine::Sqlite || url.contains("mode=ro") {
        return None;
    }
    let options = SqliteConnectOptions::from_str(url).ok()?;
    let path: &Path = options.get_filename();
    let in_memory = path.starts_with(":memory:") || path.to_str()?.starts_with("file:");
    (!in_memory).then(|| path.to_owned())
}
