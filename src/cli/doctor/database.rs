//! The disk, the database, its files and its rows.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use super::Finding;
use crate::{
    config::Settings,
    storage::{Opening, Store, damage::Damaged, private},
};

/// Less free space than this on the data folder's disk is worth a warning, in bytes.
const LITTLE_SPACE: u64 = 500 * 1024 * 1024;

/// Damaged rows that are named at most.
const NAMED: usize = 100;

pub(super) fn disk(folder: &Path) -> Finding {
    let advice = "set data_dir (HAMLET_DATA_DIR) to a folder this user may write to";
    if !folder.exists() {
        let says = format!(
            "the data folder {} is not there yet; the first start makes it",
            folder.display()
        );
        return Finding::well("disk", says);
    }
    let probe = folder.join(".hamlet-doctor");
    if let Err(error) = fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)) {
        return Finding::ill(
            "disk",
            format!("{} cannot be written to: {error}", folder.display()),
            advice,
        );
    }
    match rustix::fs::statvfs(folder) {
        Ok(disk) if disk.f_bavail * disk.f_frsize < LITTLE_SPACE => {
            let free = disk.f_bavail * disk.f_frsize / (1024 * 1024);
            let says = format!("only {free} MiB are free for {}", folder.display());
            Finding::ill("disk", says, "make room: a full disk turns comments away")
        }
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize / (1024 * 1024);
            Finding::well(
                "disk",
                format!("{free} MiB are free for {}", folder.display()),
            )
        }
        Err(error) => Finding::ill(
            "disk",
            format!("the free space cannot be read: {error}"),
            advice,
        ),
    }
}

pub(super) async fn database(settings: &Settings) -> (Option<Store>, Finding) {
    let url = settings.database_url();
    let file = url
        .expose_secret()
        .strip_prefix("sqlite://")
        .map(|rest| rest.split('?').next().unwrap_or(rest));
    if let Err(error) = Store::look_at_url(&url) {
        let advice = "correct database.url (HAMLET_DATABASE__URL)";
        return (None, Finding::ill("database", error.to_string(), advice));
    }
    if let Some(file) = file
        && !Path::new(file).exists()
    {
        return (
            None,
            Finding::well("database", "there is none yet; the first start makes it"),
        );
    }
    let opening = Opening {
        connections: 2,
        may_migrate: false,
        behind_pooler: settings.database.pooler,
    };
    let store = match Store::open(&url, opening).await {
        Ok(store) => store,
        Err(error) => {
            let advice = "check database.url (HAMLET_DATABASE__URL), and that the server runs and lets this user in";
            return (None, Finding::ill("database", error.to_string(), advice));
        }
    };
    let finding = match store.check_integrity().await {
        Ok(None) => Finding::well(
            "database",
            format!("{} answers and is intact", store.engine_name()),
        ),
        Ok(Some(damage)) => Finding::ill(
            "database",
            format!("it is damaged: {damage}"),
            "restore a backup",
        ),
        Err(error) => Finding::ill(
            "database",
            error.to_string(),
            "look at the database server's own log",
        ),
    };
    (Some(store), finding)
}

/// Whether others on this machine can read the database's files; nothing where there are none.
pub(super) fn files(settings: &Settings) -> Option<Finding> {
    let url = settings.database_url();
    if !url.expose_secret().starts_with("sqlite:") {
        return None;
    }
    let exposed = private::exposed(&url);
    if exposed.is_empty() {
        return Some(Finding::well(
            "files",
            "the database's files are their owner's alone",
        ));
    }
    let name =
        |(path, mode): &(PathBuf, u32)| format!("{} ({:04o})", path.display(), mode & 0o7777);
    let names: Vec<_> = exposed.iter().map(name).collect();
    let says = format!("others on this machine may read {}", names.join(", "));
    let advice = "start the service, which takes their rights away, or chmod 600";
    Some(Finding::ill("files", says, advice))
}

/// Whether every row of every table can be read. Those that cannot are named, never by what they hold.
pub(super) async fn rows(store: &Store) -> Finding {
    let damaged = match store.examine().await {
        Ok(damaged) => damaged,
        Err(error) => {
            let advice = "look at the database server's own log";
            return Finding::ill("rows", error.to_string(), advice);
        }
    };
    if damaged.is_empty() {
        return Finding::well("rows", "every row can be read");
    }
    let name = |one: &Damaged| format!("{} {}", one.table, one.id.as_deref().unwrap_or("?"));
    let names: Vec<_> = damaged.iter().take(NAMED).map(name).collect();
    let more = damaged.len() - names.len();
    let more = if more > 0 {
        format!(", and {more} more")
    } else {
        String::new()
    };
    let says = format!(
        "{} rows cannot be read: {}{more}",
        damaged.len(),
        names.join(", ")
    );
    let advice = "restore them from a backup, or remove them; until then they are left out";
    Finding::ill("rows", says, advice)
}
