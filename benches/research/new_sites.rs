//! How a model does where it was not trained: rows kept out of the shipped model's own sources, sites
//! it never saw before and after their first labels, spam padded with ordinary words, labels that lie:
//! `cargo run --release --example new_sites -- ../shared/data`. Takes some minutes.

#![allow(clippy::print_stdout, reason = "an example that prints tables")]

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use hamlet::bayes::Label;
use hamlet::bayes::Model;
use hamlet::bayes::base::Base;
use hamlet::bayes::options::Options;
use hamlet::bayes::row::{Row, Sample};
use hamlet::bayes::train::Trainer;
use hamlet::evaluation::figures::{Figures, Scored};
use hamlet::interchange::labelled;

type Failure = Box<dyn std::error::Error>;

/// Log-odds of the scores from which a comment is called spam by default (0.95), and below which a
/// trusted author is published (0.2).
const SPAM: f64 = 2.944;
const HELD: f64 = -1.386;
/// Labels given to a new site, and how many times each is drawn anew.
const LABELS: [usize; 3] = [20, 50, 200];
const DRAWS: u64 = 5;

/// A file's texts, each once, and the site it belongs to.
struct Source {
    name: String,
    site: &'static str,
    samples: Vec<Sample>,
}

fn main() -> Result<(), Failure> {
    let data = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "../shared/data".to_owned()),
    );
    let sources = read_all(&data)?;
    kept_out(&sources)?;
    new_sites(&sources)
}

fn read_all(data: &Path) -> Result<Vec<Source>, Failure> {
    let files = [
        ("YouTube", "youtube/Youtube01-Psy.csv"),
        ("YouTube", "youtube/Youtube02-KatyPerry.csv"),
        ("YouTube", "youtube/Youtube03-LMFAO.csv"),
        ("YouTube", "youtube/Youtube04-Eminem.csv"),
        ("YouTube", "youtube/Youtube05-Shakira.csv"),
        ("SMS", "sms/SMSSpamCollection.tsv"),
        ("Stack Exchange", "labelled/apple_stackexchange_spam.jsonl"),
        ("Stack Exchange", "labelled/meta_stackexchange_spam.jsonl"),
        ("Stack Exchange", "labelled/stackexchange_ham.jsonl"),
        ("Indonesian", "labelled/indonesian_gambling.jsonl"),
        ("Wikipedia", "labelled/wikipedia_talk_ham.jsonl"),
    ];
    let mut seen = HashSet::new();
    files
        .iter()
        .map(|(site, file)| read(&data.join(file), site, &mut seen))
        .collect()
}

fn read(path: &Path, site: &'static str, seen: &mut HashSet<u64>) -> Result<Source, Failure> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut samples = Vec::new();
    for record in labelled::read_any(BufReader::new(file))? {
        let record = record?;
        let sample = Sample {
            spam: record.label == Some(Label::Spam),
            text: record.text,
            ..Sample::default()
        };
        if seen.insert(Row::of(&sample.document(), sample.label(), 1.0).fingerprint) {
            samples.push(sample);
        }
    }
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Source {
        name,
        site,
        samples,
    })
}

/// Trains as `hamlet train --balance --thorough` does.
fn train(sources: &[(&str, Vec<Sample>)]) -> Result<Vec<u8>, Failure> {
    let plain = Options::default();
    let mut trainer = Trainer::new(
        Options {
            kept_cells: 7 * plain.kept_cells,
            ..plain
        },
        None,
    );
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let count = |samples: &[Sample]| samples.len().max(1) as f32;
    #[expect(clippy::cast_precision_loss, reason = "counts of files")]
    let mean = sources
        .iter()
        .map(|(_, samples)| count(samples))
        .sum::<f32>()
        / sources.len() as f32;
    for (name, samples) in sources {
        for batch in samples.chunks(4_096) {
            trainer.add(name, batch, (mean / count(samples)).sqrt());
        }
    }
    Ok(trainer.finish()?.to_bytes()?)
}

fn score(model: &Model, samples: &[Sample]) -> Vec<Scored> {
    samples
        .iter()
        .map(|sample| (model.score(&sample.document()), sample.spam))
        .collect()
}

/// Every fifth text of each source kept out of training.
fn kept_out(sources: &[Source]) -> Result<(), Failure> {
    let part = |source: &Source, kept: bool| -> Vec<Sample> {
        let chosen = source
            .samples
            .iter()
            .enumerate()
            .filter(|(at, _)| (at % 5 == 0) == kept);
        chosen.map(|(_, sample)| sample.clone()).collect()
    };
    let mut training: Vec<(&str, Vec<Sample>)> = sources
        .iter()
        .map(|source| (source.name.as_str(), part(source, false)))
        .collect();
    let model = Model::from_bytes(&train(&training)?)?;
    println!("Every fifth text of each source kept out of training\n");
    println!(
        "{:<32} {:>6} {:>12} {:>6} {:>12} {:>12}",
        "source", "ham", "blocked", "spam", "caught", "or held"
    );
    let mut all = Vec::new();
    for source in sources {
        let scored = score(&model, &part(source, true));
        let [ham, spam]: [Vec<f64>; 2] = [false, true].map(|class| {
            scored
                .iter()
                .filter(|(_, spam)| *spam == class)
                .map(|(score, _)| *score)
                .collect()
        });
        println!(
            "{:<32} {:>6} {:>12} {:>6} {:>12} {:>12}",
            source.name,
            ham.len(),
            share(&ham, SPAM),
            spam.len(),
            share(&spam, SPAM),
            share(&spam, HELD),
        );
        all.extend(scored);
    }
    let before = Figures::of(&all);
    println!(
        "all: AUC {:.4}, calibration error {:.4}",
        before.auc, before.calibration_error
    );
    padded(&model, sources, &part);
    for (_, samples) in &mut training {
        for sample in samples.iter_mut().step_by(100) {
            sample.spam = !sample.spam;
        }
    }
    let poisoned = Model::from_bytes(&train(&training)?)?;
    let kept: Vec<Sample> = sources
        .iter()
        .flat_map(|source| part(source, true))
        .collect();
    let after = Figures::of(&score(&poisoned, &kept));
    println!(
        "\n1 % of the training labels turned round: accuracy {:.4} -> {:.4}, AUC {:.4} -> {:.4}, caught at 1 % {:.4} -> {:.4}",
        before.accuracy,
        after.accuracy,
        before.auc,
        after.auc,
        before.caught[2].caught,
        after.caught[2].caught,
    );
    Ok(())
}

fn share(scores: &[f64], limit: f64) -> String {
    if scores.is_empty() {
        return "-".to_owned();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let share = scores.iter().filter(|score| **score >= limit).count() as f64 / scores.len() as f64;
    format!("{:.2} %", share * 100.0)
}

/// Spam that was caught, with 150 common words of ham added.
fn padded(model: &Model, sources: &[Source], part: &impl Fn(&Source, bool) -> Vec<Sample>) {
    let padding = common_words(sources);
    let spam = sources
        .iter()
        .flat_map(|source| part(source, true))
        .filter(|sample| sample.spam);
    let (mut caught, mut held) = (Vec::new(), Vec::new());
    for sample in spam {
        let before = model.score(&sample.document());
        let text = format!("{} {padding}", sample.text);
        let after = model.score(
            &Sample {
                text,
                ..sample.clone()
            }
            .document(),
        );
        if before >= SPAM {
            caught.push(after);
        }
        if before >= HELD {
            held.push(after);
        }
    }
    println!(
        "\n150 common ham words added: of the spam caught, {} is still caught and {} caught or held",
        share(&caught, SPAM),
        share(&caught, HELD)
    );
    println!(
        "(of the spam caught or held, {} still is)",
        share(&held, HELD)
    );
}

fn common_words(sources: &[Source]) -> String {
    let mut counts = std::collections::HashMap::<String, usize>::new();
    for sample in sources
        .iter()
        .filter(|s| s.name.contains("_ham"))
        .flat_map(|source| &source.samples)
    {
        for word in sample
            .text
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| word.len() > 2)
        {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let mut words: Vec<(usize, String)> = counts
        .into_iter()
        .map(|(word, count)| (count, word))
        .collect();
    words.sort_unstable_by(|a, b| b.cmp(a));
    words
        .into_iter()
        .take(150)
        .map(|(_, word)| word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Each site left out of the base in turn, then taught with a few of its own labels.
fn new_sites(sources: &[Source]) -> Result<(), Failure> {
    println!("\nA site the base never saw\n");
    println!(
        "{:<16} {:>8} {:>8} {:>8} {:>12} {:>8}",
        "site", "labels", "AUC", "at 1 %", "ham blocked", "ECE"
    );
    let mut means = [[0.0; 2]; LABELS.len()];
    for site in ["YouTube", "SMS", "Stack Exchange", "Indonesian"] {
        let rest: Vec<(&str, Vec<Sample>)> = sources
            .iter()
            .filter(|s| s.site != site)
            .map(|s| (s.name.as_str(), s.samples.clone()))
            .collect();
        let own: Vec<&Sample> = sources
            .iter()
            .filter(|s| s.site == site)
            .flat_map(|s| &s.samples)
            .collect();
        let bytes = train(&rest)?;
        let cold: Vec<Sample> = own
            .iter()
            .step_by(own.len().div_ceil(4_000))
            .map(|s| (*s).clone())
            .collect();
        tell(
            site,
            0,
            &[Figures::of(&score(&Model::from_bytes(&bytes)?, &cold))],
        );
        let base = Base::from_bytes(&bytes)?;
        for (labels, mean) in LABELS.into_iter().zip(&mut means) {
            let figures: Vec<Figures> = (0..DRAWS)
                .map(|draw| after_labels(&base, &own, labels, draw))
                .collect::<Result<_, _>>()?;
            let [auc, ece] = tell(site, labels, &figures);
            mean[0] += auc / 4.0;
            mean[1] += ece / 4.0;
        }
    }
    for (labels, [auc, ece]) in LABELS.into_iter().zip(means) {
        println!(
            "{:<16} {labels:>8} {auc:>8.4} {:>8} {:>12} {ece:>8.4}",
            "mean", "", ""
        );
    }
    Ok(())
}

fn after_labels(
    base: &Base,
    own: &[&Sample],
    labels: usize,
    draw: u64,
) -> Result<Figures, Failure> {
    let mut order: Vec<usize> = (0..own.len()).collect();
    let mut state = draw.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(77);
    for at in (1..order.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, usize::try_from(state >> 33)? % (at + 1));
    }
    let pick = |range: std::ops::Range<usize>| -> Vec<Sample> {
        order[range].iter().map(|at| own[*at].clone()).collect()
    };
    let mut trainer = Trainer::new(Options::default(), Some(base.clone()));
    trainer.add("site", &pick(0..labels), 1.0);
    let model = Model::from_bytes(&trainer.finish()?.to_bytes()?)?;
    Ok(Figures::of(&score(
        &model,
        &pick(labels..own.len().min(labels + 4_000)),
    )))
}

/// Prints the mean of some figures and returns AUC and calibration error.
fn tell(site: &str, labels: usize, figures: &[Figures]) -> [f64; 2] {
    #[expect(clippy::cast_precision_loss, reason = "counts of draws")]
    let mean =
        |of: &dyn Fn(&Figures) -> f64| figures.iter().map(of).sum::<f64>() / figures.len() as f64;
    let auc = mean(&|f| f.auc);
    let ece = mean(&|f| f.calibration_error);
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let blocked = mean(&|f| f.confusion.blocked as f64 / f.ham.max(1) as f64);
    let caught = mean(&|f| f.caught[2].caught);
    println!(
        "{site:<16} {labels:>8} {auc:>8.4} {:>7.1}% {:>10.2} % {ece:>8.4}",
        caught * 100.0,
        blocked * 100.0
    );
    [auc, ece]
}
