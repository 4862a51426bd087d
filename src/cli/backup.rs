//! `hamlet backup` and `hamlet restore`: options and what is printed; [`crate::backup`] does it.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    print,
    shell::{Misuse, block_on, settings},
};
use crate::backup::{self, BackupError, Report};

/// Backs a SQLite database up while the service runs, and checks the backup.
///
/// The keys that open its addresses are not in it unless they are asked for; it cannot be restored
/// without a copy of the key file.
#[derive(Args)]
pub struct BackupArgs {
    /// Where to; must not be there yet.
    file: PathBuf,
    /// Puts a copy of the key file beside it (FILE.key): who has both reads every address.
    #[arg(long)]
    with_keys: bool,
    /// Prints what was backed up as JSON.
    #[arg(long)]
    json: bool,
}

/// Puts a checked backup where the settings want the database; overwrites nothing.
#[derive(Args)]
pub struct RestoreArgs {
    /// A file that `hamlet backup` made.
    file: PathBuf,
    /// Its key file; default: FILE.key, or the one in its place already.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Prints what was restored as JSON.
    #[arg(long)]
    json: bool,
}

impl BackupArgs {
    /// Takes a backup.
    ///
    /// # Errors
    /// When there is none to be had, or it does not stand the check.
    pub fn run(&self, config: Option<&Path>) -> anyhow::Result<()> {
        let settings = settings(config)?;
        let report = block_on(async {
            let taken = backup::take(&settings, &self.file, self.with_keys).await;
            taken.map_err(explain)
        })?;
        if self.json {
            return print::json(&report);
        }
        tell("Backed up", &report)?;
        let keys = report.keys.display();
        print::line(&if self.with_keys {
            format!("Its keys are in {keys}: who has both files reads every address.")
        } else {
            format!(
                "The keys are not in it. Keep a copy of {keys} elsewhere: nothing can be restored without."
            )
        })
    }
}

impl RestoreArgs {
    /// Restores a backup.
    ///
    /// # Errors
    /// When it is not sound, its keys are not at hand, or something is in its place.
    pub fn run(&self, config: Option<&Path>) -> anyhow::Result<()> {
        let settings = settings(config)?;
        let report = block_on(async {
            let restored = backup::restore(&settings, &self.file, self.key.as_deref()).await;
            restored.map_err(explain)
        })?;
        if self.json {
            return print::json(&report);
        }
        tell("Restored", &report)
    }
}

/// What the caller has to do differently is a misuse; what went wrong is a failure.
fn explain(error: BackupError) -> anyhow::Error {
    match error {
        BackupError::Postgres(..) | BackupError::Occupied(_) | BackupError::NoKeys(_) => {
            Misuse(error.to_string()).into()
        }
        other => other.into(),
    }
}

fn tell(done: &str, report: &Report) -> anyhow::Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let mib = report.bytes as f64 / (1024.0 * 1024.0);
    let Report {
        comments,
        sites,
        moderators,
        schema,
        ..
    } = report;
    print::line(&format!(
        "{done} {comments} comments of {sites} sites and {moderators} moderators' accounts: {} ({mib:.1} MiB, \
         schema {schema}), found intact, its addresses open with the keys.",
        report.file.display()
    ))
}
