//! `hamlet export`: a site's comments out, whole, for a backup or another system.

use std::{
    io::{self, BufWriter, IntoInnerError, Write},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::shell::Shell;
use crate::{
    files::WholeFile,
    history::export::{self, ExportFormat, Exported},
};

/// Exports a site's comments as JSON lines, WXR or CSV.
#[derive(Args)]
pub struct ExportArgs {
    /// What to write.
    #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
    format: ExportFormat,
    /// The site.
    #[arg(long, value_name = "SLUG")]
    site: String,
    /// Where it goes; left out: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Writes email addresses too, in the clear.
    #[arg(long)]
    with_addresses: bool,
}

impl ExportArgs {
    /// Runs the command. A file is there whole or not at all, and only its owner may read it.
    ///
    /// # Errors
    /// When there is no such site, the output cannot be written, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, false, async |shell| {
            let site = shell.site(&self.site)?;
            let detail = json!({ "with_addresses": self.with_addresses });
            let recording =
                shell
                    .store
                    .record_act("comments.export", site.slug.to_string(), detail);
            recording.await?;
            let (format, addresses) = (self.format, self.with_addresses);
            let Some(path) = &self.out else {
                let mut out = BufWriter::new(io::stdout());
                let exported = export::run(shell, &site, format, addresses, &mut out).await?;
                out.flush()?;
                return complete(exported);
            };
            let file = WholeFile::begin(path).with_context(|| path.display().to_string())?;
            let mut out = BufWriter::new(file);
            let exported = export::run(shell, &site, format, addresses, &mut out).await?;
            let written = out.into_inner().map_err(IntoInnerError::into_error);
            let kept = written.and_then(WholeFile::keep);
            kept.with_context(|| path.display().to_string())?;
            complete(exported)
        })
    }
}

/// Says that addresses are missing in what was written: their key may arrive.
fn complete(exported: Exported) -> anyhow::Result<()> {
    let missing = exported.unopenable;
    anyhow::ensure!(
        missing == 0,
        "everything was written but {missing} addresses, which cannot be opened with the keys at hand; \
         `hamlet doctor` names the keys that are missing"
    );
    Ok(())
}
