//! `hamlet score`: JSONL in, JSONL out in the same order, a score a line. A line that cannot be read
//! is answered with an error in its place and reported on standard error by its number; the exit code is
//! then 1.

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::inputs::{Asking, load_model};
use crate::bayes::Explanation;
use crate::bayes::Model;
use crate::bayes::base::Base;
use crate::bayes::probability;
use crate::bayes::{Kinds, Question};
use crate::domain::in_words::TokenInWords;
use crate::interchange::labelled::{Lines, Record, RecordError, parse_json};
use crate::text::Document;
use crate::words::Words;

/// Records scored at a time: enough to keep every core busy, few enough to stream.
const BATCH: usize = 1_024;

/// Scores JSONL from standard input (`text`, optional `id`, `name`, `email`, `website`), one JSON
/// object a line.
#[derive(Args, Debug)]
pub struct ScoreArgs {
    /// The model; left out or `shipped`, the one that comes with the program
    #[arg(long)]
    model: Option<PathBuf>,
    #[command(flatten)]
    asking: Asking,
    /// Adds what each score is made of
    #[arg(long)]
    explain: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kinds: Option<BTreeMap<&'static str, f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Explained>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A score and its parts: `bias + Σ tokens + rest == log_odds`.
#[derive(Serialize)]
struct Explained {
    log_odds: f64,
    bias: f64,
    tokens: Vec<TokenInWords>,
    rest: f64,
}

impl Explained {
    fn new(explanation: &Explanation, document: &Document<'_>) -> Self {
        Self {
            log_odds: explanation.log_odds,
            bias: explanation.bias,
            tokens: Words::english().tokens(&explanation.tokens, document),
            rest: explanation.rest,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// A model that cannot be loaded, input or output that fails, lines that could not be scored.
pub fn run(args: &ScoreArgs) -> anyhow::Result<()> {
    let (model, bytes) = load_model(args.model.as_deref(), args.asking.question)?;
    let kinds = match args.asking.question {
        Question::Spam => None,
        Question::Abuse => Base::from_bytes(&bytes)?.kinds(),
    };
    let judge = Judge {
        model,
        kinds,
        explains: args.explain,
    };
    let bad = stream(&judge, io::stdin(), io::stdout().lock())?;
    anyhow::ensure!(bad == 0, "{bad} lines could not be scored");
    Ok(())
}

/// What scores are made with.
struct Judge {
    model: Model,
    /// Which kinds of abuse, where that is asked and the model knows.
    kinds: Option<Kinds>,
    explains: bool,
}

impl Judge {
    fn kinds(&self, document: &Document<'_>) -> Option<BTreeMap<&'static str, f64>> {
        let scores = self.kinds.as_ref()?.score(document);
        let named = scores.iter();
        Some(
            named
                .map(|score| (score.kind.as_str(), probability(score.log_odds)))
                .collect(),
        )
    }
}

/// A line as it came, or why it could not be read.
type Line = Result<(u64, Vec<u8>), RecordError>;

/// Scores line by line, a batch at a time, of all that has arrived, so that a slow writer is answered
/// at once. Returns how many lines could not be scored.
fn stream(judge: &Judge, input: impl Read, output: impl Write) -> anyhow::Result<u64> {
    let mut lines = Lines::new(BufReader::with_capacity(1 << 18, input));
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut batch: Vec<Line> = Vec::with_capacity(BATCH);
    let mut bad = 0;
    loop {
        let mut line = Vec::new();
        let next = lines.next_line(&mut line);
        let ended = matches!(next, Ok(None));
        match next {
            Ok(Some(number)) if !line.trim_ascii().is_empty() => batch.push(Ok((number, line))),
            Ok(_) => {}
            Err(error @ RecordError::Line { .. }) => batch.push(Err(error)),
            Err(error) => return Err(error).context("standard input"),
        }
        let waiting = !lines.get_ref().buffer().contains(&b'\n');
        if ended || waiting || batch.len() == BATCH {
            bad += answer(judge, &mut batch, &mut output)?;
        }
        if ended {
            return Ok(bad);
        }
    }
}

/// Scores a batch in parallel and writes the answers in order.
fn answer(judge: &Judge, batch: &mut Vec<Line>, output: &mut impl Write) -> anyhow::Result<u64> {
    let answers: Vec<(Vec<u8>, Option<String>)> = batch
        .par_drain(..)
        .map(|line| {
            let mut written = Vec::with_capacity(64);
            let problem = match line.and_then(|(number, bytes)| parse_json(number, &bytes)) {
                Ok(record) => write_score(judge, &record, &mut written),
                Err(error) => Some(write_error(&error, &mut written)),
            };
            written.push(b'\n');
            (written, problem)
        })
        .collect();
    let mut bad = 0;
    for (written, problem) in answers {
        output.write_all(&written)?;
        if let Some(problem) = problem {
            bad += 1;
            tell(&problem);
        }
    }
    output.flush()?;
    Ok(bad)
}

/// Writes one answer. The problem returned is for standard error.
fn write_score(judge: &Judge, record: &Record, out: &mut Vec<u8>) -> Option<String> {
    let document = Document {
        text: &record.text,
        name: record.name.as_deref(),
        email_domain: record.email_domain(),
        website: record.website.as_deref(),
    };
    let model = &judge.model;
    let evidence = judge.explains.then(|| model.explain(&document));
    let log_odds = evidence
        .as_ref()
        .map_or_else(|| model.score(&document), |evidence| evidence.log_odds);
    let answer = Answer {
        id: record.id.as_ref(),
        score: Some(probability(log_odds)),
        kinds: judge.kinds(&document),
        evidence: evidence.map(|evidence| Explained::new(&evidence, &document)),
        error: None,
    };
    serde_json::to_writer(out, &answer)
        .err()
        .map(|error| error.to_string())
}

fn write_error(error: &RecordError, out: &mut Vec<u8>) -> String {
    let problem = error.to_string();
    let answer = Answer {
        id: None,
        score: None,
        kinds: None,
        evidence: None,
        error: Some(problem.clone()),
    };
    // Writing strings to memory cannot fail.
    let _ = serde_json::to_writer(out, &answer);
    problem
}

#[expect(
    clippy::print_stderr,
    reason = "a command's warnings go to standard error"
)]
fn tell(problem: &str) {
    eprintln!("{problem}");
}
