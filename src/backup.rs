//! Backups of a SQLite database and their return: taken while the service runs, checked before they
//! count as taken, and never put over what is there.
//!
//! The keys that open its addresses are not in a backup: who finds a lost one reads no address in it.
//! They may be put beside it when asked for; without a copy of them somewhere a backup is of no use,
//! so that every report names the key file. What a command prints is [`crate::cli`]'s.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    config::Settings,
    domain::email::SealedEmail,
    files,
    sealing::{
        key_file,
        keys::{KeyError, KeyRing},
        vault::{Owner, Vault},
    },
    storage::{
        StoreError,
        backup::{Contents, copy, file_of, inspect, newest_schema},
        resealing::{Place, SealedRow},
    },
};

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has tools of its own for this.
    #[error(
        "the database is on PostgreSQL, which has its own tools for this:\n  {0}\nThe key file {1} is needed as well; docs/backup.md says more"
    )]
    Postgres(&'static str, PathBuf),
    /// Something is where the backup, the database or the key file would be put.
    #[error("{0} is there already, and nothing is ever overwritten")]
    Occupied(PathBuf),
    /// There is no database to back up.
    #[error("there is no database at {0}")]
    Nothing(PathBuf),
    /// A file cannot be read or written.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The copy is not whole, or not one of this program's databases.
    #[error("{path} is damaged, or no database of this program: {problem}")]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The backup was compressed by somebody.
    #[error("{0} is compressed: unpack it first ({1})")]
    Compressed(PathBuf, &'static str),
    /// The database cannot be copied.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key file cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// No key file was given, and there is none where it would be looked for.
    #[error("a backup is of no use without its key file: give it with --key, or put it at {0}")]
    NoKeys(PathBuf),
    /// The keys are others than those that sealed what the copy holds.
    #[error("the key file {0} does not belong to this backup: its addresses do not open with it")]
    ForeignKeys(PathBuf),
    /// A later version of this program wrote it.
    #[error("it was written by a later version of this program (schema {0}, known here: {1})")]
    Later(i64, i64),
}

type Result<T> = std::result::Result<T, BackupError>;

/// What was backed up or restored.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The backup, or the database that was put in place.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many sites it holds.
    pub sites: i64,
    /// How many comments.
    pub comments: i64,
    /// How many moderators' accounts.
    pub moderators: i64,
    /// The number of the last migration that it has seen.
    pub schema: i64,
    /// The key file that opens it: the copy beside it, if one was made.
    pub keys: PathBuf,
}

/// Backs the database up into `file`, which must not be there, while the service runs; `with_keys`
/// puts a copy of the key file beside it, as `file` with `.key` at the end.
///
/// # Errors
/// [`BackupError`]; then there is no `file`.
pub async fn take(settings: &Settings, file: &Path, with_keys: bool) -> Result<Report> {
    let dump = "pg_dump --format=custom --file=FILE \"$HAMLET_DATABASE__URL\"";
    let database = sqlite(settings, dump)?;
    if !database.exists() {
        return Err(BackupError::Nothing(database));
    }
    let key_file = settings.key_file();
    key_file::open(&key_file, false)?;
    let beside = files::beside(file, "key");
    refuse_occupied(file)?;
    if with_keys {
        refuse_occupied(&beside)?;
    }
    let part = Part::beside(file)?;
    copy(&database, &part.path).await?;
    // Read after the copy was made: whatever sealed something in it is in the file by now.
    let ring = key_file::open(&key_file, false)?;
    let contents = check(&part.path, file, &ring, &key_file, false).await?;
    let keys = if with_keys {
        key_file::write(&ring, &beside)?;
        beside
    } else {
        key_file
    };
    report(part.put(file)?, &contents, keys)
}

/// Puts the backup `file` where the settings want the database, and its key file where they want
/// that: the one given, or the one beside the backup, or the one that is in its place already.
///
/// # Errors
/// [`BackupError`]; then no database was put in place.
pub async fn restore(settings: &Settings, file: &Path, key: Option<&Path>) -> Result<Report> {
    let load = "pg_restore --no-owner --exit-on-error --dbname=\"$HAMLET_DATABASE__URL\" FILE";
    let database = sqlite(settings, load)?;
    refuse_compressed(file)?;
    // A log that an earlier database has left would be taken for the new one's.
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = database.clone().into_os_string();
        name.push(ending);
        refuse_occupied(Path::new(&name))?;
    }
    let place = settings.key_file();
    let given = match key {
        Some(given) => given.to_owned(),
        None => [files::beside(file, "key"), place.clone()]
            .into_iter()
            .find(|path| path.exists())
            .ok_or_else(|| BackupError::NoKeys(place.clone()))?,
    };
    let ring = key_file::open(&given, false)?;
    let is_in_place = place.exists() && holds(&key_file::open(&place, false)?, &ring);
    if !is_in_place {
        refuse_occupied(&place)?;
    }
    for folder in [database.parent(), place.parent()].into_iter().flatten() {
        let mut new = fs::DirBuilder::new();
        let made = new.recursive(true).mode(0o700).create(folder);
        made.map_err(io_error(folder))?;
    }
    let part = Part::beside(&database)?;
    fs::copy(file, &part.path).map_err(io_error(file))?;
    let contents = check(&part.path, file, &ring, &given, true).await?;
    if !is_in_place {
        key_file::write(&ring, &place)?;
    }
    report(part.put(&database)?, &contents, place)
}

/// Whether a key file has all that another has.
fn holds(place: &KeyRing, given: &KeyRing) -> bool {
    place.check() == given.check() && given.keys().iter().all(|key| place.holds(key.id()))
}

/// The settings' SQLite file; for PostgreSQL the command that is to be run instead.
fn sqlite(settings: &Settings, instead: &'static str) -> Result<PathBuf> {
    let file = file_of(&settings.database_url())?;
    file.ok_or_else(|| BackupError::Postgres(instead, settings.key_file()))
}

/// The cause at the end of an error's causes: each names those behind it.
fn first_cause(error: &dyn std::error::Error) -> &dyn std::error::Error {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}

/// The first thing that was found wrong, and how many more were: SQLite reports a line for each.
fn on_one_line(said: &str) -> String {
    let found = said
        .lines()
        .filter(|line| !line.contains("*** in database"));
    let mut found = found.filter(|line| !line.trim().is_empty());
    let first = found.next().unwrap_or(said).replace('\n', " ");
    match found.count() {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}

/// Refuses a file that begins like a compressed one, with what unpacks it.
fn refuse_compressed(file: &Path) -> Result<()> {
    let mut start = [0; 6];
    let read = File::open(file).and_then(|mut opened| opened.read(&mut start));
    let read = read.map_err(io_error(file))?;
    let known: [(&[u8], &'static str); 5] = [
        (b"\x1f\x8b", "gunzip"),
        (b"BZh", "bunzip2"),
        (b"\xFD7zXZ", "unxz"),
        (b"\x28\xB5\x2F\xFD", "unzstd"),
        (b"PK\x03\x04", "unzip"),
    ];
    let tool = known
        .iter()
        .find(|(begins, _)| start[..read].starts_with(begins));
    tool.map_or(Ok(()), |(_, tool)| {
        Err(BackupError::Compressed(file.to_owned(), tool))
    })
}

/// Reads a copy through, and opens an address of each kind and key in it. `all` have to open, or one of
/// them: what was lost before does not keep the rest from being backed up.
/// What is wrong is said of the file that the caller `named`.
async fn check(
    copy: &Path,
    named: &Path,
    ring: &KeyRing,
    key_file: &Path,
    all: bool,
) -> Result<Contents> {
    let contents = inspect(copy).await.map_err(|error| {
        let path = named.to_owned();
        let problem = on_one_line(&first_cause(&error).to_string());
        BackupError::Unsound { path, problem }
    })?;
    if contents.schema > newest_schema() {
        return Err(BackupError::Later(contents.schema, newest_schema()));
    }
    let vault = Vault::new(ring);
    let opens = |(place, row): &(Place, SealedRow)| {
        let owner = Owner::new(place.table, row.a.clone(), row.b.clone());
        vault.open(&SealedEmail(row.old.clone()), owner).is_ok()
    };
    let known = contents.key_check.as_ref();
    let sealed = &contents.sealed;
    let well = sealed.iter().all(opens) || (!all && sealed.iter().any(opens));
    if known.is_some_and(|check| *check != ring.check()) || !well {
        return Err(BackupError::ForeignKeys(key_file.to_owned()));
    }
    Ok(contents)
}

fn report(file: PathBuf, contents: &Contents, keys: PathBuf) -> Result<Report> {
    let bytes = fs::metadata(&file).map_err(io_error(&file))?.len();
    Ok(Report {
        file,
        bytes,
        sites: contents.sites,
        comments: contents.comments,
        moderators: contents.moderators,
        schema: contents.schema,
        keys,
    })
}

/// A file that is still being written, readable by its owner alone; gone unless it is put in place.
struct Part {
    path: PathBuf,
    /// Held until then: who finds it held by another leaves it alone. One that a killed process has left is
    /// held by nobody, and is written over.
    _lock: File,
}

impl Part {
    fn beside(file: &Path) -> Result<Self> {
        let path = files::beside(file, "part");
        let mut options = OpenOptions::new();
        let opened = options
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io_error(&path))?;
        if opened.try_lock().is_err() {
            return Err(BackupError::Occupied(path));
        }
        opened.set_len(0).map_err(io_error(&path))?;
        for ending in ["journal", "wal", "shm"] {
            let mut left = path.clone().into_os_string();
            left.push("-");
            left.push(ending);
            // Not there, but for a copy that was cut off.
            let _ = fs::remove_file(left);
        }
        Ok(Self {
            path,
            _lock: opened,
        })
    }

    /// Moves it there once it is on the disk.
    fn put(self, file: &Path) -> Result<PathBuf> {
        files::put(&self.path, file).map_err(io_error(file))?;
        Ok(file.to_owned())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Not there any more once it was put in place.
        let _ = fs::remove_file(&self.path);
    }
}

fn refuse_occupied(path: &Path) -> Result<()> {
    if path.exists() {
        return Err(BackupError::Occupied(path.to_owned()));
    }
    Ok(())
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    |source| BackupError::Io { path, source }
}
