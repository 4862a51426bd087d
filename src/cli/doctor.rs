//! `hamlet doctor`: looks at everything the service needs, changes nothing, and says what to do
//! about what is not well.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use secrecy::ExposeSecret;
use serde::Serialize;

use super::{block_on, settings};
use crate::{
    bayes::Model,
    config::Settings,
    domain::mail::MailStatus,
    ground::KEY_CHECK,
    notify::mailer::Mailer,
    privacy::{erased, inspection},
    sealing::{
        key_file,
        keys::{KeyError, KeyRing},
    },
    storage::{Store, damage::Damaged, private},
};

/// Less free space than this on the data folder's disk is worth a warning, in bytes.
const LITTLE_SPACE: u64 = 500 * 1024 * 1024;

/// Damaged rows that are named at most.
const NAMED: usize = 100;

/// Options of `doctor`.
#[derive(Args)]
pub struct Doctor {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// What was found about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    well: bool,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn well(about: &'static str, says: impl Into<String>) -> Self {
        let (says, advice) = (says.into(), None);
        Self {
            about,
            well: true,
            says,
            advice,
        }
    }

    fn ill(about: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        let (says, advice) = (says.into(), Some(advice.into()));
        Self {
            about,
            well: false,
            says,
            advice,
        }
    }
}

impl Doctor {
    /// Looks, tells, and fails when something is not well.
    ///
    /// # Errors
    /// When the settings are not right, or anything was found that is not well.
    pub fn run(self, config: Option<&Path>) -> anyhow::Result<()> {
        let settings = settings(config)?;
        let findings = block_on(async { Ok(look(&settings).await) })?;
        self.tell(&findings)?;
        let ill = findings.iter().filter(|finding| !finding.well).count();
        anyhow::ensure!(
            ill == 0,
            "{ill} of {} things need attention",
            findings.len()
        );
        Ok(())
    }

    fn tell(&self, findings: &[Finding]) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, findings)?;
            return Ok(writeln!(out)?);
        }
        for finding in findings {
            let mark = if finding.well { "ok  " } else { "FIX " };
            writeln!(out, "{mark} {:9} {}", finding.about, finding.says)?;
            if let Some(advice) = &finding.advice {
                writeln!(out, "               {advice}")?;
            }
        }
        Ok(())
    }
}

async fn look(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::well("settings", "they can be read and make sense")];
    findings.push(disk(&settings.data_dir));
    let (store, finding) = database(settings).await;
    findings.push(finding);
    findings.extend(files(settings));
    if let Some(store) = &store {
        findings.push(rows(store).await);
    }
    findings.push(keys(settings, store.as_ref()).await);
    findings.push(erased_people(settings, store.as_ref()).await);
    findings.push(model(store.as_ref()).await);
    findings.push(mail(settings, store.as_ref()).await);
    if let Some(store) = &store {
        findings.push(tokens(store).await);
    }
    if let Some(store) = store {
        store.close().await;
    }
    findings
}

fn disk(folder: &Path) -> Finding {
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

async fn database(settings: &Settings) -> (Option<Store>, Finding) {
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
    let store = match Store::open(&url, 2, false).await {
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
fn files(settings: &Settings) -> Option<Finding> {
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
async fn rows(store: &Store) -> Finding {
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

async fn keys(settings: &Settings, store: Option<&Store>) -> Finding {
    let path = settings.key_file();
    let known = match store {
        Some(store) => store.meta(KEY_CHECK).await.ok().flatten(),
        None => None,
    };
    match (key_file::open(&path, false), known) {
        (Ok(ring), Some(check)) if ring.check() != check => Finding::ill(
            "keys",
            format!("{} belongs to another database", path.display()),
            "put this database's own key file back; without it addresses cannot be read",
        ),
        (Ok(ring), _) => openable(&path, &ring, store).await,
        (Err(KeyError::Missing(_)), None) => {
            Finding::well("keys", "there is no key file yet; the first start makes it")
        }
        (Err(error), _) => Finding::ill(
            "keys",
            error.to_string(),
            "restore the key file from a backup, mode 0600",
        ),
    }
}

/// Whether the keys in the file open what the database holds.
async fn openable(path: &Path, ring: &KeyRing, store: Option<&Store>) -> Finding {
    let problems = match store {
        Some(store) => inspection::inspect(store, ring).await,
        None => Ok(Vec::new()),
    };
    match problems {
        Ok(problems) if problems.is_empty() => {
            let (file, keys) = (path.display(), ring.keys().len());
            let says = format!("{file} holds {keys} sealing keys, which open what was sealed");
            Finding::well("keys", says)
        }
        Ok(problems) => Finding::ill(
            "keys",
            problems.join("; "),
            "copy the key file of the instance that has these keys, or restore it from a backup; docs/keys.md says more",
        ),
        Err(error) => Finding::ill(
            "keys",
            error.to_string(),
            "see what is said of the database",
        ),
    }
}

/// Whether a backup, or an import, has brought somebody back who was erased.
async fn erased_people(settings: &Settings, store: Option<&Store>) -> Finding {
    let path = erased::file_of(settings);
    let Some(store) = store else {
        return Finding::well("erasures", "there is nothing that could have come back");
    };
    match erased::brought_back(store, &path).await {
        Ok(back) if back.is_empty() => {
            Finding::well("erasures", "nobody who was erased has come back")
        }
        Ok(back) => Finding::ill(
            "erasures",
            format!(
                "{} people who were erased are in the database again",
                back.len()
            ),
            "run `hamlet privacy reapply`",
        ),
        Err(error) => Finding::ill(
            "erasures",
            format!("{} or the database cannot be read: {error}", path.display()),
            "look at the file's owner and mode, which has to be 0600",
        ),
    }
}

/// Whether the shipped model and those that sites use can be read, and no training run has been
/// left behind.
/// Whose the tokens are that work.
async fn tokens(store: &Store) -> Finding {
    match store.tokens().await {
        Ok(tokens) => {
            let good = tokens.iter().filter(|one| one.revoked_at.is_none()).count();
            let ownerless = tokens.iter().filter(|one| one.is_ownerless()).count();
            let says = match ownerless {
                0 => format!("{good} work, and it is known who made them"),
                _ => format!(
                    "{good} work; of {ownerless} nobody knows who made them (unknown owner in hamlet token list): replace those, then revoke them"
                ),
            };
            Finding::well("tokens", says)
        }
        Err(error) => {
            let advice = "see what the database says above";
            Finding::ill("tokens", error.to_string(), advice)
        }
    }
}

async fn model(store: Option<&Store>) -> Finding {
    let shipped = match Model::shipped() {
        Ok(model) => model,
        Err(error) => {
            let advice = "build the program again: the model is compiled in";
            return Finding::ill("model", error.to_string(), advice);
        }
    };
    let states = match store {
        Some(store) => store.learning_states().await,
        None => Ok(Vec::new()),
    };
    let (Ok(states), Some(store)) = (states, store) else {
        return Finding::well("model", format!("{} can be read", shipped.version()));
    };
    let own = states
        .iter()
        .filter_map(|state| Some((&state.site, state.live.as_deref()?)));
    let mut count = 0;
    for (site, live) in own {
        count += 1;
        let readable = match store.model_file(site, live).await {
            Ok(Some(file)) => Model::from_bytes(&file.bytes).map_err(|error| error.to_string()),
            Ok(None) => Err("its file is not there".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = readable {
            let says = format!("the model that site {site} uses cannot be read: {error}");
            let advice = format!(
                "train again (hamlet train --site {site}) or go back (hamlet model rollback --site {site}); until then the shipped model judges"
            );
            return Finding::ill("model", says, advice);
        }
    }
    let says = format!(
        "{} can be read, and so can the {count} models of sites",
        shipped.version()
    );
    Finding::well("model", says)
}

async fn mail(settings: &Settings, store: Option<&Store>) -> Finding {
    let mailer = match Mailer::new(settings) {
        Ok(mailer) => mailer,
        Err(error) => return Finding::ill("mail", error.to_string(), "correct the setting"),
    };
    if let Err(error) = mailer.check().await {
        let advice = "look at mail.url, mail.require_tls and mail.ca_file, and at the mail server";
        return Finding::ill("mail", error.to_string(), advice);
    }
    let dead = match store {
        Some(store) => store.list_mail(Some(MailStatus::Dead), None, 1).await,
        None => Ok(Vec::new()),
    };
    match dead.as_deref() {
        Ok([]) => Finding::well("mail", format!("{mailer} can be used")),
        Ok([last, ..]) => Finding::ill(
            "mail",
            format!(
                "there are dead letters; why the last one was given up: {}",
                last.last_error.as_deref().unwrap_or("unknown")
            ),
            "list them with GET /api/v1/outbox?status=dead, put right what is wrong, try them again",
        ),
        Err(error) => Finding::ill(
            "mail",
            error.to_string(),
            "see what is said of the database",
        ),
    }
}
