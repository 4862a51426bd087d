//! Reproduces the published splits of the YouTube and SMS spam collections and prints what this
//! program reaches beside what the authors published:
//! `cargo run --release --example published_splits -- ../shared/data`.
//!
//! Nothing but the text is used: the YouTube files' DATE leaks the label, AUTHOR and `COMMENT_ID` are no
//! features of a comment. Every model is trained from scratch with the program's own defaults.

#![allow(clippy::print_stdout, reason = "an example that prints a table")]

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use hamlet::bayes::Label;
use hamlet::bayes::Model;
use hamlet::bayes::options::Options;
use hamlet::bayes::row::{Row, Sample};
use hamlet::bayes::train::Trainer;
use hamlet::evaluation::figures::{Figures, Scored};
use hamlet::interchange::labelled;

type Failure = Box<dyn std::error::Error>;

const VIDEOS: [&str; 5] = [
    "Youtube01-Psy",
    "Youtube02-KatyPerry",
    "Youtube03-LMFAO",
    "Youtube04-Eminem",
    "Youtube05-Shakira",
];

fn main() -> Result<(), Failure> {
    let data = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "../shared/data".to_owned()),
    );
    let videos: Vec<Vec<Sample>> = VIDEOS
        .iter()
        .map(|name| read(&data.join("youtube").join(format!("{name}.csv"))))
        .collect::<Result<_, _>>()?;
    let sms = read(&data.join("sms/SMSSpamCollection.tsv"))?;
    println!(
        "{:<44} {:>5} {:>7} {:>6} {:>6} {:>9} {:>6}",
        "", "rows", "acc", "MCC", "AUC", "at 1 %", "ECE"
    );
    youtube_published(&videos)?;
    sms_published(&sms)?;
    youtube_by_time(&videos)?;
    youtube_unseen_video(&videos)
}

fn read(path: &Path) -> Result<Vec<Sample>, Failure> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut samples = Vec::new();
    for record in labelled::read_any(BufReader::new(file))? {
        let record = record?;
        samples.push(Sample {
            spam: record.label == Some(Label::Spam),
            text: record.text,
            ..Sample::default()
        });
    }
    Ok(samples)
}

fn train(samples: &[Sample]) -> Result<Model, Failure> {
    let mut trainer = Trainer::new(Options::default(), None);
    trainer.add("split", samples, 1.0);
    Ok(Model::from_bytes(&trainer.finish()?.to_bytes()?)?)
}

fn score(model: &Model, samples: &[Sample]) -> Vec<Scored> {
    samples
        .iter()
        .map(|sample| (model.score(&sample.document()), sample.spam))
        .collect()
}

/// Per class in file order, the first `int(0.7·n)` and the rest.
fn split_per_class(samples: &[Sample]) -> (Vec<Sample>, Vec<Sample>) {
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for spam in [false, true] {
        let class: Vec<&Sample> = samples
            .iter()
            .filter(|sample| sample.spam == spam)
            .collect();
        let at = class.len() * 7 / 10;
        train.extend(class[..at].iter().map(|sample| (*sample).clone()));
        test.extend(class[at..].iter().map(|sample| (*sample).clone()));
    }
    (train, test)
}

fn youtube_published(videos: &[Vec<Sample>]) -> Result<(), Failure> {
    let (mut all, mut unseen) = (Vec::new(), Vec::new());
    for video in videos {
        let (first, rest) = split_per_class(video);
        let model = train(&first)?;
        let known: HashSet<u64> = first
            .iter()
            .map(|s| Row::of(&s.document(), s.label(), 1.0).fingerprint)
            .collect();
        for (scored, sample) in score(&model, &rest).into_iter().zip(&rest) {
            all.push(scored);
            if !known.contains(&Row::of(&sample.document(), sample.label(), 1.0).fingerprint) {
                unseen.push(scored);
            }
        }
    }
    print("YouTube, published split, five models", &all);
    print("  without near copies of training texts", &unseen);
    published("Alberto et al. 2015, SVM-RBF", 0.9526, 0.907);
    published("Alberto et al. 2015, Bernoulli NB", 0.0, 0.896);
    published("Alberto et al. 2015, multinomial NB", 0.0, 0.842);
    Ok(())
}

fn sms_published(sms: &[Sample]) -> Result<(), Failure> {
    let (first, rest) = sms.split_at(1_674);
    print("SMS, published split", &score(&train(first)?, rest));
    published("Almeida et al. 2011, SVM", 0.9764, 0.893);
    Ok(())
}

fn youtube_by_time(videos: &[Vec<Sample>]) -> Result<(), Failure> {
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for video in videos {
        let (a, b) = video.split_at(video.len() * 7 / 10);
        first.extend_from_slice(a);
        rest.extend_from_slice(b);
    }
    print(
        "YouTube, first 70 % of each file, one model",
        &score(&train(&first)?, &rest),
    );
    Ok(())
}

fn youtube_unseen_video(videos: &[Vec<Sample>]) -> Result<(), Failure> {
    let mut pooled = Vec::new();
    let (mut auc, mut caught) = (0.0, 0.0);
    for (left_out, video) in videos.iter().enumerate() {
        let others: Vec<Sample> = videos
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != left_out)
            .flat_map(|(_, video)| video.clone())
            .collect();
        let scored = score(&train(&others)?, video);
        let figures = Figures::of(&scored);
        auc += figures.auc / 5.0;
        caught += figures.caught[2].caught / 5.0;
        pooled.extend(scored);
    }
    print("YouTube, a video left out, pooled", &pooled);
    println!(
        "{:<44} {:>5} {:>7} {:>6} {auc:>6.4} {:>8.1}%",
        "  mean over the five videos",
        "",
        "",
        "",
        caught * 100.0
    );
    Ok(())
}

fn print(what: &str, scored: &[Scored]) {
    let figures = Figures::of(scored);
    println!(
        "{what:<44} {:>5} {:>7.4} {:>6.3} {:>6.4} {:>8.1}% {:>6.3}",
        scored.len(),
        figures.accuracy,
        figures.mcc,
        figures.auc,
        figures.caught[2].caught * 100.0,
        figures.calibration_error,
    );
}

fn published(what: &str, accuracy: f64, mcc: f64) {
    let accuracy = if accuracy > 0.0 {
        format!("{accuracy:.4}")
    } else {
        String::new()
    };
    println!("  {what:<42} {:>5} {accuracy:>7} {mcc:>6.3}", "");
}
