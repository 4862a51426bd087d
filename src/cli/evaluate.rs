//! `hamlet evaluate`: a model's figures on labelled files.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;
use rayon::prelude::*;

use super::score::load_model;
use super::train::{Skipped, each_batch};
use crate::spam::evaluate::{Figures, Scored};

/// Measures a model on labelled files (CSV, TSV or JSONL with `text` and `label`).
#[derive(Args, Debug)]
pub struct EvaluateArgs {
    /// The model; left out, the one that ships with the program
    #[arg(long)]
    model: Option<PathBuf>,
    /// Labelled files; `-` is standard input
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Prints the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// A model or files that cannot be read.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    let model = load_model(args.model.as_ref())?;
    let mut skipped = Skipped::default();
    let mut scored: Vec<Scored> = Vec::new();
    for path in &args.data {
        each_batch(path, &ProgressBar::hidden(), &mut skipped, |_, batch| {
            scored.par_extend(
                batch
                    .par_iter()
                    .map(|sample| (model.score(&sample.document()), sample.spam)),
            );
        })?;
    }
    anyhow::ensure!(
        !scored.is_empty(),
        "there is no labelled text to measure on"
    );
    let figures = Figures::of(&scored);
    let mut out = io::stdout().lock();
    if args.json {
        let summary = serde_json::json!({"model": model.version(), "figures": figures, "skipped": skipped.count});
        writeln!(out, "{summary}")?;
    } else {
        writeln!(
            out,
            "{} on {} texts:\n{figures}",
            model.version(),
            scored.len()
        )?;
    }
    Ok(())
}
