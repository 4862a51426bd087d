//! Files that commands read: models, and labelled texts in batches with a bar that shows how far they are.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::shell::Misuse;
use crate::bayes::row::Sample;
use crate::bayes::{Label, Model, Question};
use crate::evaluation::parts::TextOrigin;
use crate::interchange::labelled::{self, Format, Record, RecordError};
use crate::learn::shipped;

/// Records handed on at a time.
const BATCH: usize = 4_096;
/// Unreadable records reported one by one; the rest are counted.
const REPORTED: u64 = 20;

/// What is asked about a text.
#[derive(Args, Debug, Clone, Copy)]
pub(super) struct Asking {
    /// What is asked: whether a text is `spam`, or `abuse`
    #[arg(long, default_value = "spam", value_parser = question)]
    pub(super) question: Question,
}

fn question(word: &str) -> Result<Question, String> {
    Question::parse(word).ok_or_else(|| "spam or abuse".to_owned())
}

/// The bytes of a model file, or of the model that ships with the program for a question.
pub(super) fn read_model(
    path: Option<&Path>,
    question: Question,
) -> anyhow::Result<Cow<'static, [u8]>> {
    let Some(path) = path.filter(|path| *path != Path::new("shipped")) else {
        return Ok(Cow::Borrowed(shipped::bytes(question)));
    };
    let read = std::fs::read(path);
    Ok(Cow::Owned(read.map_err(|error| {
        Misuse(format!("{}: {error}", path.display()))
    })?))
}

/// A model that answers a question, and the bytes of its file.
pub(super) fn load_model(
    path: Option<&Path>,
    question: Question,
) -> anyhow::Result<(Model, Cow<'static, [u8]>)> {
    let bytes = read_model(path, question)?;
    let model = Model::from_bytes(&bytes).context("the model cannot be used")?;
    if model.question() != question {
        let message = "the model answers another question than --question asks";
        return Err(Misuse(message.into()).into());
    }
    Ok((model, bytes))
}

/// Records left out.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    pub(super) count: u64,
}

impl Skipped {
    /// Counts one and reports the first few.
    #[expect(
        clippy::print_stderr,
        reason = "a command's warnings go to standard error"
    )]
    pub(super) fn report(&mut self, path: &Path, problem: &str) {
        self.count += 1;
        match self.count {
            1..=REPORTED => eprintln!("{}: {problem}", path.display()),
            n if n == REPORTED + 1 => {
                eprintln!("more records were skipped; they are only counted from here on");
            }
            _ => {}
        }
    }
}

/// Reads one file and hands its labelled records on in batches, with the file's name and where each is from.
pub(super) fn each_batch(
    path: &Path,
    progress: &ProgressBar,
    skipped: &mut Skipped,
    mut take: impl FnMut(&str, &[Sample], &[TextOrigin]),
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
    let mut origins = Vec::with_capacity(BATCH);
    for record in open(path, progress)? {
        match record {
            Ok(record) => match sample(record) {
                Ok((sample, origin)) => {
                    batch.push(sample);
                    origins.push(origin);
                }
                Err(problem) => skipped.report(path, &problem),
            },
            Err(error @ RecordError::Line { .. }) => skipped.report(path, &error.to_string()),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        }
        if batch.len() == BATCH {
            take(&source, &batch, &origins);
            batch.clear();
            origins.clear();
        }
    }
    take(&source, &batch, &origins);
    Ok(())
}

fn sample(record: Record) -> Result<(Sample, TextOrigin), String> {
    let label = record
        .label
        .ok_or_else(|| format!("line {}: has no label", record.line))?;
    let email_domain = record.email_domain().map(str::to_owned);
    let sample = Sample {
        text: record.text,
        spam: label == Label::Spam,
        name: record.name,
        email_domain,
        website: record.website,
    };
    let origin = TextOrigin {
        language: record.language,
        kind: record.kind,
    };
    Ok((sample, origin))
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
