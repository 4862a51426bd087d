//! `hamlet import`: another system's comments into a site, beside a running service.

use std::{
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::ProgressBar;

use super::{
    inputs::progress_bar,
    shell::{Misuse, Shell},
};
use crate::{
    history::import::{self, Report},
    interchange::{
        foreign::{Findings, ForeignFormat, ReadError},
        isso::Isso,
        readers,
    },
};

/// Imports comments with their labels, threads and dates from another system's file. A second
/// import of the same file changes nothing.
#[derive(Args)]
pub struct ImportArgs {
    /// What the file is.
    #[arg(long, value_enum)]
    format: ForeignFormat,
    /// The site that the comments go to.
    #[arg(long, value_name = "SLUG")]
    site: String,
    /// The file, compressed or not; `-` is standard input.
    file: PathBuf,
    /// Reads and reports, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

impl ImportArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no such site or file, the file is not what it should be, or the database
    /// cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, self.json, async |shell| {
            let site = shell.site(&self.site)?;
            let progress = progress_bar(std::slice::from_ref(&self.file));
            let (format, file) = (self.format, self.file.clone());
            if file != Path::new("-")
                && let Err(error) = File::open(&file)
            {
                return Err(Misuse(format!("{}: {error}", file.display())).into());
            }
            let bar = progress.clone();
            let reader = move || findings(format, &file, &bar);
            let report = import::run(&shell.history, &site, format, self.dry_run, reader).await;
            progress.finish_and_clear();
            let report = report?;
            shell.say(&report, &words(&report))
        })
    }
}

fn findings(
    format: ForeignFormat,
    file: &Path,
    progress: &ProgressBar,
) -> Result<Findings, ReadError> {
    if format == ForeignFormat::Isso {
        return Ok(Box::new(Isso::open(file)?));
    }
    if file == Path::new("-") {
        return readers::read(format, BufReader::with_capacity(1 << 16, io::stdin()));
    }
    let file = progress.wrap_read(File::open(file)?);
    readers::read(format, BufReader::with_capacity(1 << 16, file))
}

fn words(report: &Report) -> String {
    let mut lines = vec![if report.dry_run {
        format!(
            "{} comments would be imported; nothing was written",
            report.imported
        )
    } else {
        format!(
            "{} comments imported, {} were here already",
            report.imported, report.unchanged
        )
    }];
    lines.push(format!(
        "labels: {} ham, {} spam, {} unlabelled",
        report.ham, report.spam, report.unlabelled
    ));
    for (reason, count) in &report.withheld {
        lines.push(format!("not public: {count} ({reason})"));
    }
    for (reason, count) in &report.skipped {
        lines.push(format!("skipped: {count} ({reason})"));
    }
    for problem in &report.problems {
        lines.push(format!("  {problem}"));
    }
    for warning in &report.warnings {
        lines.push(format!("warning: {warning}"));
    }
    lines.join("\n")
}
