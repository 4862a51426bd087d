//! How a model does where it was not trained: rows kept out of the shipped model's own sources, sites
//! it never saw before and after their first labels, of which half or few are spam, spam padded with ordinary words, labels
//! that lie: `cargo run --release --example new_sites -- ../shared/data [kept | sites | shares]`. The recipe is that of the shipped model.
//! Takes some minutes.

#![allow(clippy::print_stdout, reason = "an example that prints tables")]

use std::collections::{BTreeMap, HashSet};

use hamlet::bayes::Model;
use hamlet::bayes::base::Base;
use hamlet::bayes::options::Options;
use hamlet::bayes::row::{Row, Sample};
use hamlet::bayes::train::Trainer;
use hamlet::evaluation::figures::{Figures, Scored};

#[allow(dead_code, reason = "what cross-validation needs of it")]
#[path = "../../models/corpus.rs"]
mod corpus;
mod shares;

use corpus::{Failure, Text};

/// Log-odds of the scores from which a comment is called spam by default (0.95), and below which a
/// trusted author is published (0.2).
const SPAM: f64 = 2.944;
const HELD: f64 = -1.386;
/// Sites left out of the base in turn, each with its languages' other sources in it.
const SITES: [&str; 5] = [
    "YouTube",
    "SMS",
    "Stack Exchange",
    "Indonesian",
    "Telegram, Russian",
];
/// Labels given to a new site, and how many times each is drawn anew.
const LABELS: [usize; 3] = [20, 50, 200];
const DRAWS: u64 = 5;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments
        .next()
        .unwrap_or_else(|| "../shared/data".to_owned());
    let part = arguments.next();
    let on = |name: &str| part.as_deref().is_none_or(|part| part == name);
    let licensed = distinct(corpus::licensed(data.as_ref())?);
    let mut texts = corpus::thinned(licensed.clone(), corpus::EACH);
    texts.extend(corpus::split(corpus::written("models/written".as_ref())?).0);
    if on("kept") {
        kept_out(&texts)?;
    }
    if on("sites") {
        new_sites(&texts, &licensed)?;
    }
    if on("shares") {
        shares::measure(&texts, &licensed)?;
    }
    Ok(())
}

/// Each text once.
fn distinct(mut texts: Vec<Text>) -> Vec<Text> {
    let mut seen = HashSet::new();
    texts.retain(|text| {
        let sample = &text.sample;
        seen.insert(Row::of(&sample.document(), sample.label(), 1.0).fingerprint)
    });
    texts
}

fn train<'a>(texts: impl IntoIterator<Item = &'a Text>) -> Result<Vec<u8>, Failure> {
    let mut trainer = Trainer::new(corpus::options(), None);
    for group in corpus::groups(texts, corpus::WEIGHING) {
        let samples: Vec<Sample> = group.texts.iter().map(|text| text.sample.clone()).collect();
        trainer.add(&group.name, &samples, group.weight);
    }
    Ok(trainer.finish()?.to_bytes()?)
}

fn score<'a>(model: &Model, samples: impl IntoIterator<Item = &'a Sample>) -> Vec<Scored> {
    samples
        .into_iter()
        .map(|sample| (model.score(&sample.document()), sample.spam))
        .collect()
}

/// Every fifth text of each source, language and label kept out of training.
fn kept_out(texts: &[Text]) -> Result<(), Failure> {
    let mut met = BTreeMap::new();
    let (kept, mut training): (Vec<Text>, Vec<Text>) = texts.iter().cloned().partition(|text| {
        let name = (text.source, text.language.clone(), text.sample.spam);
        let count: &mut usize = met.entry(name).or_default();
        *count += 1;
        (*count - 1).is_multiple_of(5)
    });
    let model = Model::from_bytes(&train(&training)?)?;
    println!("Every fifth text of each source kept out of training\n");
    println!(
        "{:<32} {:>6} {:>12} {:>6} {:>12} {:>12}",
        "source", "ham", "blocked", "spam", "caught", "or held"
    );
    let mut rows: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for text in &kept {
        rows.entry(text.source).or_default().push(&text.sample);
    }
    let mut all = Vec::new();
    for (source, samples) in rows {
        let scored = score(&model, samples);
        let [ham, spam]: [Vec<f64>; 2] = [false, true].map(|class| {
            scored
                .iter()
                .filter(|(_, spam)| *spam == class)
                .map(|(score, _)| *score)
                .collect()
        });
        println!(
            "{source:<32} {:>6} {:>12} {:>6} {:>12} {:>12}",
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
    padded(&model, &kept, &common_words(&training));
    for text in training.iter_mut().step_by(100) {
        text.sample.spam = !text.sample.spam;
    }
    let poisoned = Model::from_bytes(&train(&training)?)?;
    let after = Figures::of(&score(&poisoned, kept.iter().map(|text| &text.sample)));
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
fn padded(model: &Model, kept: &[Text], padding: &str) {
    let spam = kept
        .iter()
        .map(|text| &text.sample)
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

/// The commonest words of ordinary discussion in English.
fn common_words(texts: &[Text]) -> String {
    let mut counts = BTreeMap::<String, usize>::new();
    let talk = ["Stack Exchange", "Wikipedia"];
    for text in texts
        .iter()
        .filter(|text| talk.contains(&text.source) && !text.sample.spam)
    {
        for word in text
            .sample
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
fn new_sites(texts: &[Text], licensed: &[Text]) -> Result<(), Failure> {
    println!("\nA site the base never saw\n");
    println!(
        "{:<18} {:>6} {:>8} {:>8} {:>12} {:>8}",
        "site", "labels", "AUC", "at 1 %", "ham blocked", "ECE"
    );
    let mut means = [[0.0; 2]; LABELS.len()];
    #[expect(clippy::cast_precision_loss, reason = "a count of sites")]
    let sites = SITES.len() as f64;
    for site in SITES {
        let rest = texts.iter().filter(|text| text.source != site);
        let own: Vec<&Sample> = licensed
            .iter()
            .filter(|text| text.source == site)
            .map(|text| &text.sample)
            .collect();
        let bytes = train(rest)?;
        let cold = own.iter().step_by(own.len().div_ceil(4_000)).copied();
        tell(
            site,
            0,
            &[Figures::of(&score(&Model::from_bytes(&bytes)?, cold))],
        );
        let base = Base::from_bytes(&bytes)?;
        for (labels, mean) in LABELS.into_iter().zip(&mut means) {
            let figures: Vec<Figures> = (0..DRAWS)
                .map(|draw| after_labels(&base, &own, labels, draw))
                .collect::<Result<_, _>>()?;
            let [auc, ece] = tell(site, labels, &figures);
            mean[0] += auc / sites;
            mean[1] += ece / sites;
        }
    }
    for (labels, [auc, ece]) in LABELS.into_iter().zip(means) {
        println!(
            "{:<18} {labels:>6} {auc:>8.4} {:>8} {:>12} {ece:>8.4}",
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
    let order = shuffled(own.to_vec(), draw)?;
    let pick = |range: std::ops::Range<usize>| -> Vec<Sample> {
        order[range].iter().copied().cloned().collect()
    };
    let mut trainer = Trainer::new(Options::default(), Some(base.clone()));
    trainer.add("site", &pick(0..labels), 1.0);
    let model = Model::from_bytes(&trainer.finish()?.to_bytes()?)?;
    Ok(Figures::of(&score(
        &model,
        &pick(labels..own.len().min(labels + 4_000)),
    )))
}

/// The same in another order.
fn shuffled<T>(mut items: Vec<T>, draw: u64) -> Result<Vec<T>, Failure> {
    let mut state = draw.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(77);
    for at in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(at, usize::try_from(state >> 33)? % (at + 1));
    }
    Ok(items)
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
        "{site:<18} {labels:>6} {auc:>8.4} {:>7.1}% {:>10.2} % {ece:>8.4}",
        caught * 100.0,
        blocked * 100.0
    );
    [auc, ece]
}
