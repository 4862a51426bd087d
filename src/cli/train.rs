//! `hamlet train`: labelled files in, a model file out, and a summary of how well it did on texts it
//! had not seen.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;

use super::inputs::{Asking, Skipped, each_batch, open, progress_bar, read_model};
use super::shell::Misuse;
use super::train_site;
use crate::bayes::Question;
use crate::bayes::base::Base;
use crate::bayes::options::Options;
use crate::bayes::train::Trainer;
use crate::bayes::trained::Trained;
use crate::evaluation::figures::Figures;
use crate::files;

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
    #[command(flatten)]
    asking: Asking,
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
        return train_site::run(config, args.asking.question, site, args.json);
    }
    let Some(out) = &args.out else {
        return Err(Misuse("--out says where the model goes".into()).into());
    };
    let mut run = Trainer::new(
        options(args),
        load_base(args.base.as_deref(), args.asking.question)?,
    );
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
    files::write(out, &bytes).with_context(|| format!("{} cannot be written", out.display()))?;
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
        question: args.asking.question,
        seed: args.seed,
        kept_cells,
        ..plain
    }
}

fn load_base(path: Option<&Path>, question: Question) -> anyhow::Result<Option<Base>> {
    let Some(path) = path else { return Ok(None) };
    let bytes = read_model(Some(path), question)?;
    let base = Base::from_bytes(&bytes).context("the base cannot be used")?;
    if base.question() != question {
        return Err(Misuse("--base answers another question than --question asks".into()).into());
    }
    Ok(Some(base))
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
