//! What is worked out for a text from a base and a site's labels, beside what linfa fits over the whole feature space,
//! on real rows: `cargo run --release --example taught -- ../shared/data`. Every file is a site; the largest difference
//! of any score is printed, and what both take.

#![allow(clippy::print_stdout, reason = "an example that prints a table")]

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hamlet::bayes::base::Base;
use hamlet::bayes::lessons::Lessons;
use hamlet::bayes::{Label, Model, Question};
use hamlet::interchange::labelled::{self, Record};
use hamlet::text::Document;

type Failure = Box<dyn std::error::Error>;

/// Labels given to a site, and texts scored then, at most.
const LABELS: [usize; 3] = [12, 200, 2_000];
const SCORED: usize = 4_000;
/// No score may differ by more, in log-odds: explanations are rounded to 1e-4.
const BAR: f64 = 1e-5;

fn main() -> Result<(), Failure> {
    let data = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "../shared/data".to_owned()),
    );
    let mut files: Vec<PathBuf> = std::fs::read_dir(data.join("labelled"))?
        .chain(std::fs::read_dir(data.join("youtube"))?)
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let base = Base::from_bytes(Model::shipped_bytes())?;
    println!(
        "{:<32} {:>6} {:>6} {:>10} {:>9} {:>9} {:>9}",
        "site", "labels", "scored", "difference", "made in", "a score", "linfa in"
    );
    let mut largest = 0.0_f64;
    for file in files {
        let records = read(&file)?;
        for labels in LABELS {
            largest = largest.max(compare(&base, &file, &records, labels)?);
        }
    }
    if largest > BAR {
        return Err(format!("a score differs by {largest}").into());
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Record>, Failure> {
    let records = labelled::read_any(BufReader::new(File::open(path)?))?;
    Ok(records.filter_map(Result::ok).collect())
}

fn document(record: &Record) -> Document<'_> {
    Document {
        text: &record.text,
        name: record.name.as_deref(),
        email_domain: record.email_domain(),
        website: record.website.as_deref(),
    }
}

fn compare(base: &Base, file: &Path, records: &[Record], labels: usize) -> Result<f64, Failure> {
    let stride = (records.len() / labels).max(1);
    let taught = records.iter().step_by(stride).take(labels);
    let mut lessons = Lessons::default();
    lessons.learn_all(
        Question::Spam,
        taught.map(|record| (document(record), record.label.unwrap_or(Label::Ham))),
    );
    let begun = Instant::now();
    let lazy = base.taught(&lessons)?;
    let made = begun.elapsed();
    let begun = Instant::now();
    let linfa = base.compiled(&lessons)?;
    let fitted = begun.elapsed();
    let asked: Vec<Document<'_>> = records.iter().rev().take(SCORED).map(document).collect();
    let begun = Instant::now();
    let scores: Vec<f64> = asked.iter().map(|document| lazy.score(document)).collect();
    let each = begun.elapsed() / u32::try_from(asked.len().max(1))?;
    let differences = asked
        .iter()
        .zip(scores)
        .map(|(document, score)| (linfa.score(document) - score).abs());
    let largest = differences.fold(0.0, f64::max);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let count = asked.len();
    println!(
        "{name:<32} {labels:>6} {count:>6} {largest:>10.1e} {made:>9.0?} {each:>9.0?} {fitted:>9.0?}"
    );
    Ok(largest)
}
