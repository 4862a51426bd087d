//! `hamlet import`: another system's comments into a site, beside a running service.

use std::{
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use clap::Args;
use encoding_rs::Encoding;
use indicatif::ProgressBar;

use super::{Misuse, block_on, open, print, site_of, train::progress_bar};
use crate::interchange::{
    foreign::{Findings, ForeignFormat, ReadError},
    import,
    isso::Isso,
    readers,
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
    /// The file's encoding, where it is neither UTF-8 nor says what it is: windows-1251, gbk, shift_jis.
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<&'static Encoding>,
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
        block_on(async move {
            let app = open(config).await?;
            let site = site_of(&app, &self.site)?;
            let progress = progress_bar(std::slice::from_ref(&self.file));
            let (format, file, encoding) = (self.format, self.file.clone(), self.encoding);
            if file != Path::new("-")
                && let Err(error) = File::open(&file)
            {
                return Err(Misuse(format!("{}: {error}", file.display())).into());
            }
            let bar = progress.clone();
            let reader = move || findings(format, &file, encoding, &bar);
            let report = import::run(&app, &site, format, self.dry_run, reader).await;
            progress.finish_and_clear();
            let report = report?;
            if self.json {
                print::json(&report)?;
            } else {
                print::line(&report.lines().join("\n"))?;
            }
            anyhow::ensure!(!report.is_failure(), "not all of it could be read");
            Ok(())
        })
    }
}

fn findings(
    format: ForeignFormat,
    file: &Path,
    encoding: Option<&'static Encoding>,
    progress: &ProgressBar,
) -> Result<Findings, ReadError> {
    if format == ForeignFormat::Isso {
        return Ok(Box::new(Isso::open(file)?));
    }
    if file == Path::new("-") {
        let input = BufReader::with_capacity(1 << 16, io::stdin());
        return readers::read_encoded(format, input, encoding);
    }
    let file = progress.wrap_read(File::open(file)?);
    readers::read_encoded(format, BufReader::with_capacity(1 << 16, file), encoding)
}

fn encoding(name: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(name.as_bytes())
        .ok_or_else(|| "no encoding of this name is known".to_owned())
}
