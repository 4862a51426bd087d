//! `hamlet evaluate`: a model's figures on labelled files, and a report with plots.

use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::inputs::{Asking, Skipped, each_batch, load_model};
use crate::bayes::Question;
use crate::bayes::base::Base;
use crate::bayes::row::Sample;
use crate::evaluation::figures::{Figures, Scored};
use crate::evaluation::parts::{self, TextOrigin};
use crate::evaluation::report;
use crate::files;
use crate::words::Words;

/// Measures a model on labelled files (CSV, TSV or JSONL with `text` and `label`; in JSONL also `lang` and `kind`, by which the
/// figures are given too. A language that is not given is recognised).
#[derive(Args, Debug)]
pub struct EvaluateArgs {
    /// The model; left out or `shipped`, the one that comes with the program
    #[arg(long)]
    model: Option<PathBuf>,
    #[command(flatten)]
    asking: Asking,
    /// Labelled files; `-` is standard input
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Writes a report with plots to this file, one HTML page that stands alone
    #[arg(long)]
    report: Option<PathBuf>,
    /// Prints the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// A model or files that cannot be read.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    let (model, bytes) = load_model(args.model.as_deref(), args.asking.question)?;
    let names_people = args.asking.question == Question::Abuse;
    let mut skipped = Skipped::default();
    let mut scored: Vec<Scored> = Vec::new();
    let mut samples: Vec<Sample> = Vec::new();
    let mut origins: Vec<TextOrigin> = Vec::new();
    for path in &args.data {
        each_batch(
            path,
            &ProgressBar::hidden(),
            &mut skipped,
            |_, batch, own| {
                let results = batch
                    .par_iter()
                    .map(|sample| (model.score(&sample.document()), sample.spam));
                scored.par_extend(results);
                origins.par_extend(batch.par_iter().zip(own).map(origin));
                if args.report.is_some() || names_people {
                    samples.extend_from_slice(batch);
                }
            },
        )?;
    }
    anyhow::ensure!(
        !scored.is_empty(),
        "there is no labelled text to measure on"
    );
    if let Some(path) = &args.report {
        let page = report::html(
            Words::english(),
            &model,
            &Base::from_bytes(&bytes)?,
            &names(&args.data),
            &samples,
            &origins,
            &scored,
        )?;
        files::write(path, page.as_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let figures = Figures::of(&scored);
    let mut out = io::stdout().lock();
    if args.json {
        let summary = serde_json::json!({"model": model.version(), "figures": figures, "skipped": skipped.count,
            "parts": parts::of(&scored, &origins), "terms": report::terms(&model, &samples, &scored)});
        writeln!(out, "{summary}")?;
    } else {
        writeln!(
            out,
            "{} on {} texts:\n{figures}",
            model.version(),
            scored.len()
        )?;
        for part in parts::of(&scored, &origins) {
            writeln!(out, "  {part}")?;
        }
        for term in report::terms(&model, &samples, &scored) {
            writeln!(out, "  {term}")?;
        }
    }
    Ok(())
}

/// Where a text is from; its language is recognised where the file does not give it.
fn origin((sample, given): (&Sample, &TextOrigin)) -> TextOrigin {
    let language = given.language.clone();
    TextOrigin {
        language: language.or_else(|| TextOrigin::recognised(sample).language),
        kind: given.kind.clone(),
    }
}

/// The files' names for the report, without their folders.
fn names(paths: &[PathBuf]) -> String {
    let names = paths.iter().map(|path| {
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
    });
    names.collect::<Vec<_>>().join(", ")
}
