//! `hamlet train`: labelled files in, a model file out, and a summary of how well it did on texts it
//! had not seen.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::score::read_model;
use super::{Misuse, train_site};
use crate::bayes::Label;
use crate::bayes::lessons::Base;
use crate::bayes::options::Options;
use crate::bayes::row::Sample;
use crate::bayes::train::Trainer;
use crate::bayes::trained::Trained;
use crate::evaluation::figures::Figures;
use crate::interchange::labelled::{self, Format, Record, RecordError};

/// Records handed to the trainer at a time.
const BATCH: usize = 4_096;
/// Unreadable records told one by one; the rest are counted.
const TOLD: u64 = 20;

/// Trains a model from labelled CSV, TSV or JSONL files (`text`, `label`, optional `name`, `email`,
/// `website`, `page`, `site`).
#[derive(Args, Debug)]
pub struct TrainArgs {
    /// Labelled files; `-` is standard input
    #[arg(long, required_unless_present = "site", num_args = 1..)]
    data: Vec<PathBuf>,
    /// Where the model goes
    #[arg(long, required_unless_present = "site")]
    out: Option<PathBuf>,
    /// Trains on the labels of this site instead, into the registry, and measures against what is
    /// live there
    #[arg(long, conflicts_with_all = ["data", "out", "base", "name", "balance", "thorough", "seed"])]
    site: Option<String>,
    /// Name of the model, the start of its version
    #[arg(long, default_value = "site")]
    name: String,
    /// A model to start from, `shipped` for the program's own
    #[arg(long)]
    base: Option<PathBuf>,
    /// Lets each file count by the root of its size, so that a large one does not drown a small one
    #[arg(long)]
    balance: bool,
    /// Learns trust from seven times as many texts; takes longer
    #[arg(long)]
    thorough: bool,
    /// Picks the folds; the same data and seed give the same model
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints the summary as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// Files that cannot be read or written, no usable record, a class that is missing.
pub fn run(args: &TrainArgs, config: Option<PathBuf>) -> anyhow::Result<()> {
    if let Some(site) = &args.site {
        return train_site::run(config, site, args.json);
    }
    let Some(out) = &args.out else {
        return Err(Misuse("--out says where the model goes".into()).into());
    };
    let mut run = Trainer::new(options(args), load_base(args.base.as_deref())?);
    let mut skipped = Skipped::default();
    let weights = weights(args)?;
    let progress = progress_bar(&args.data);
    for (path, weight) in args.data.iter().zip(weights) {
        each_batch(path, &progress, &mut skipped, |source, batch| {
            run.add(source, batch, weight);
        })?;
    }
    progress.finish_and_clear();
    let trained = run.finish()?;
    let bytes = trained.to_bytes()?;
    write_whole(out, &bytes)?;
    summarize(args, out, &trained, bytes.len(), skipped.count)
}

fn options(args: &TrainArgs) -> Options {
    let plain = Options::default();
    let kept_cells = if args.thorough {
        7 * plain.kept_cells
    } else {
        plain.kept_cells
    };
    Options {
        name: args.name.clone(),
        seed: args.seed,
        kept_cells,
        ..plain
    }
}

fn load_base(path: Option<&Path>) -> anyhow::Result<Option<Base>> {
    let Some(path) = path else { return Ok(None) };
    let bytes = read_model(Some(path))?;
    Ok(Some(
        Base::from_bytes(&bytes).context("the base cannot be used")?,
    ))
}

/// How often each text of each file counts: once, or by the inverse root of the file's size.
fn weights(args: &TrainArgs) -> anyhow::Result<Vec<f32>> {
    if !args.balance {
        return Ok(vec![1.0; args.data.len()]);
    }
    if args.data.iter().any(|path| path == Path::new("-")) {
        return Err(Misuse(
            "--balance reads the files twice and cannot do that with standard input".into(),
        )
        .into());
    }
    let mut sizes = Vec::with_capacity(args.data.len());
    for path in &args.data {
        sizes.push(open(path, &ProgressBar::hidden())?.count().max(1));
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let mean = sizes.iter().sum::<usize>() as f32 / sizes.len() as f32;
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let weights = sizes
        .iter()
        .map(|size| (mean / *size as f32).sqrt())
        .collect();
    Ok(weights)
}

fn summarize(
    args: &TrainArgs,
    model: &Path,
    trained: &Trained,
    bytes: usize,
    skipped: u64,
) -> anyhow::Result<()> {
    let figures = Figures::of(&trained.held_out);
    let mut out = io::stdout().lock();
    if args.json {
        let summary = serde_json::json!({
            "model": model, "bytes": bytes, "sources": trained.header.sources, "skipped": skipped,
            "base": trained.header.base, "lesson_weight": trained.header.lesson_weight, "cross_validated": figures,
        });
        writeln!(out, "{summary}")?;
        return Ok(());
    }
    writeln!(
        out,
        "{:<32} {:>9} {:>9} {:>11} {:>7}",
        "source", "ham", "spam", "duplicates", "weight"
    )?;
    for source in &trained.header.sources {
        let weight = source.weight;
        writeln!(
            out,
            "{:<32} {:>9} {:>9} {:>11} {weight:>7.2}",
            source.name, source.ham, source.spam, source.duplicates
        )?;
    }
    if let Some(base) = &trained.header.base {
        writeln!(
            out,
            "\non top of {base}, each text counting {} times",
            trained.header.lesson_weight
        )?;
    }
    writeln!(
        out,
        "\ncross-validated on {} texts:\n{figures}",
        trained.held_out.len()
    )?;
    writeln!(
        out,
        "{}: {bytes} bytes, {skipped} records skipped",
        model.display()
    )?;
    Ok(())
}

/// Records left out.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    pub(super) count: u64,
}

impl Skipped {
    /// Counts one and tells the first few.
    #[expect(
        clippy::print_stderr,
        reason = "a command's warnings go to standard error"
    )]
    pub(super) fn tell(&mut self, path: &Path, problem: &str) {
        self.count += 1;
        match self.count {
            1..=TOLD => eprintln!("{}: {problem}", path.display()),
            n if n == TOLD + 1 => {
                eprintln!("more records were skipped; they are only counted from here on");
            }
            _ => {}
        }
    }
}

/// Reads one file and hands its labelled records on in batches.
pub(super) fn each_batch(
    path: &Path,
    progress: &ProgressBar,
    skipped: &mut Skipped,
    mut take: impl FnMut(&str, &[Sample]),
) -> anyhow::Result<()> {
    let source = path
        .file_stem()
        .map_or("stdin".into(), |stem| stem.to_string_lossy());
    let source = if path == Path::new("-") {
        "stdin".into()
    } else {
        source
    };
    let mut batch = Vec::with_capacity(BATCH);
    for record in open(path, progress)? {
        match record {
            Ok(record) => match sample(record) {
                Ok(sample) => batch.push(sample),
                Err(problem) => skipped.tell(path, &problem),
            },
            Err(error @ RecordError::Line { .. }) => skipped.tell(path, &error.to_string()),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        }
        if batch.len() == BATCH {
            take(&source, &batch);
            batch.clear();
        }
    }
    take(&source, &batch);
    Ok(())
}

fn sample(record: Record) -> Result<Sample, String> {
    let label = record
        .label
        .ok_or_else(|| format!("line {}: has no label", record.line))?;
    let email_domain = record.email_domain().map(str::to_owned);
    Ok(Sample {
        text: record.text,
        spam: label == Label::Spam,
        name: record.name,
        email_domain,
        website: record.website,
    })
}

/// Opens a file or standard input.
pub(super) fn open(
    path: &Path,
    progress: &ProgressBar,
) -> anyhow::Result<labelled::Records<'static>> {
    if path == Path::new("-") {
        let input = BufReader::with_capacity(1 << 16, io::stdin());
        return labelled::read_any(input).context("standard input cannot be read");
    }
    let file = File::open(path).map_err(|error| Misuse(format!("{}: {error}", path.display())))?;
    let input = BufReader::with_capacity(1 << 16, progress.wrap_read(file));
    match Format::of_name(path) {
        Some(format) => Ok(labelled::read(input, format)),
        None => labelled::read_any(input).with_context(|| path.display().to_string()),
    }
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress_bar(paths: &[PathBuf]) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let total = paths
        .iter()
        .filter_map(|path| path.metadata().ok())
        .map(|meta| meta.len())
        .sum();
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Writes a file so that it is there whole or not at all: beside it, synced, renamed.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut name = path
        .file_name()
        .ok_or_else(|| Misuse(format!("{} is not a file name", path.display())))?
        .to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    // What it holds was made of people's texts.
    let mut new = OpenOptions::new();
    new.write(true).create(true).truncate(true).mode(0o600);
    let written = new
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(error).with_context(|| format!("{} cannot be written", path.display()));
    }
    // The rename itself lasts once the folder is synced.
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
