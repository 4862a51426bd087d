//! How the shipped model's recipe does on what it was not trained on, each figure from models that had not seen the
//! text: `cargo run --release --example cross_validation -- MODE… [--data ../shared/data] [--each N] [--model FILE]`.
//!
//! `written`: the written corpus in five parts, near copies in the same part. `languages`: every language's texts,
//! written and licensed, left out with four or five other languages. `sources`: each licensed source left out.
//! `videos`: each YouTube video left out. `kept`: no training, the shipped model on the fifth of the written corpus that no
//! training sees (no other mode looks at it). `shipped`: the shipped model on all else. `disguises`: spam disguised in many ways.

#![allow(clippy::print_stdout, reason = "an example that prints tables")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use hamlet::bayes::Model;
use hamlet::bayes::row::Sample;
use hamlet::bayes::train::Trainer;
use hamlet::evaluation::figures::{Figures, Scored};
use hamlet::evaluation::intervals;
use hamlet::text::views::mix;

mod arguments;
#[path = "../../models/corpus.rs"]
mod corpus;
mod disguises;
mod near_copies;

use arguments::{Arguments, arguments};
use near_copies::{shingles, similarity};

use corpus::{Failure, Text, WRITTEN};

/// Log-odds of the default threshold (0.95), and of the score from which a comment is held (0.2).
const BLOCKED: f64 = 2.944;
const HELD: f64 = -1.386;
/// Parts of the written corpus; groups of languages.
const PARTS: u64 = 5;
const LANGUAGES: [&[&str]; 6] = [
    &["ru", "tr", "fi", "ko", "he"],
    &["zh", "de", "pt", "el", "bg"],
    &["ar", "fr", "ja", "sv", "hu"],
    &["id", "es", "uk", "th", "nl"],
    &["it", "pl", "fa", "bn", "da"],
    &["vi", "hi", "ro", "cs", "en"],
];

/// Licensed sources that are left out together.
const SOURCES: [&[&str]; 8] = [
    &["YouTube", "GermEval"],
    &["SMS", "PolEval"],
    &["Stack Exchange"],
    &["Wikipedia", "French, social"],
    &["Indonesian", "Japanese, forum"],
    &["Telegram, Russian", "Telegram, filter"],
    &["Chinese, social", "Korean, news", "ParaDetox, Russian"],
    &["COLD", "Korean, abuse", "ToLD-Br", "Surge"],
];

fn main() -> Result<(), Failure> {
    let arguments = arguments()?;
    let (written, kept) = corpus::split(corpus::written("models/written".as_ref())?);
    let mut texts = corpus::thinned(corpus::licensed(&arguments.data)?, arguments.each);
    texts.extend(written);
    if let Some(out) = &arguments.dump {
        return dump(out, &texts, &kept);
    }
    let on = |mode: &str| arguments.modes.contains(mode);
    if on("shipped") {
        let model = shipped(&arguments)?;
        let scored: Vec<f64> = texts
            .iter()
            .map(|text| model.score(&text.sample.document()))
            .collect();
        let all: Vec<_> = texts.iter().zip(scored).collect();
        print("The shipped model", &all, &arguments);
    }
    if on("kept") {
        let model = shipped(&arguments)?;
        let scored: Vec<_> = kept
            .iter()
            .map(|text| (text, model.score(&text.sample.document())))
            .collect();
        print(
            "The shipped model on the written texts kept out of it",
            &scored,
            &arguments,
        );
    }
    if on("written") {
        let parts = parts(&texts);
        let of = |at: usize, part: u64| parts[at].is_some_and(|own| own % PARTS == part);
        let left_out: Vec<Vec<bool>> = (0..PARTS)
            .map(|part| (0..texts.len()).map(|at| of(at, part)).collect())
            .collect();
        let scored = left_out_scores(&texts, &left_out, &arguments)?;
        print("Written corpus, in five parts", &scored, &arguments);
    }
    if on("languages") {
        let left_out: Vec<Vec<bool>> = LANGUAGES
            .iter()
            .map(|out| {
                texts
                    .iter()
                    .map(|text| out.contains(&text.language.as_str()))
                    .collect()
            })
            .collect();
        let scored = left_out_scores(&texts, &left_out, &arguments)?;
        print(
            "Each language left out, with four others",
            &scored,
            &arguments,
        );
    }
    if on("sources") {
        let wanted = |out: &&&[&str]| {
            let only = arguments.only.as_deref();
            only.is_none_or(|only| out.contains(&only))
        };
        let left_out: Vec<Vec<bool>> = SOURCES
            .iter()
            .filter(wanted)
            .map(|out| {
                texts
                    .iter()
                    .map(|text| out.contains(&text.source))
                    .collect()
            })
            .collect();
        let scored = left_out_scores(&texts, &left_out, &arguments)?;
        print("Each source left out", &scored, &arguments);
    }
    if on("videos") {
        let videos: BTreeSet<&str> = texts
            .iter()
            .filter(|text| text.source == "YouTube")
            .map(|text| text.kind.as_str())
            .collect();
        let left_out: Vec<Vec<bool>> = videos
            .iter()
            .map(|video| texts.iter().map(|text| text.kind == *video).collect())
            .collect();
        let scored = left_out_scores(&texts, &left_out, &arguments)?;
        print("Each YouTube video left out", &scored, &arguments);
    }
    if on("disguises") {
        let (model, _) = train(texts.iter(), &arguments)?;
        disguises::print(&model);
    }
    if on("disguises-shipped") {
        disguises::print(&shipped(&arguments)?);
    }
    Ok(())
}

fn shipped(arguments: &Arguments) -> Result<Model, Failure> {
    Ok(match &arguments.model {
        Some(file) => Model::from_bytes(&std::fs::read(file)?)?,
        None => Model::shipped()?,
    })
}

/// One JSON object a line: the texts with their part of the written corpus, then those kept out (part −1).
fn dump(out: &Path, texts: &[Text], kept: &[Text]) -> Result<(), Failure> {
    let mut lines = String::new();
    let parts = parts(texts)
        .into_iter()
        .map(|part| part.map(|part| part % PARTS));
    let kept = kept.iter().map(|text| (text, None, true));
    for (text, part, is_kept) in texts
        .iter()
        .zip(parts)
        .map(|(text, part)| (text, part, false))
        .chain(kept)
    {
        let line = serde_json::json!({
            "text": text.sample.text, "name": text.sample.name, "website": text.sample.website,
            "spam": text.sample.spam, "source": text.source, "language": text.language,
            "kind": text.kind, "part": part, "kept": is_kept,
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    std::fs::write(out, lines)?;
    Ok(())
}

fn train<'a>(
    texts: impl Iterator<Item = &'a Text>,
    arguments: &Arguments,
) -> Result<(Model, Figures), Failure> {
    let mut trainer = Trainer::new(arguments.options.clone(), None);
    for group in corpus::groups(texts, arguments.weighing) {
        let samples: Vec<Sample> = group.texts.iter().map(|text| text.sample.clone()).collect();
        trainer.add(&group.name, &samples, group.weight);
    }
    let fitted = trainer.finish()?;
    let figures = Figures::of(&fitted.held_out);
    Ok((Model::from_bytes(&fitted.to_bytes()?)?, figures))
}

/// The score of each text that a fold leaves out, by a model trained on the others.
fn left_out_scores<'a>(
    texts: &'a [Text],
    folds: &[Vec<bool>],
    arguments: &Arguments,
) -> Result<Vec<(&'a Text, f64)>, Failure> {
    let mut scored = Vec::new();
    for out in folds {
        let rest = texts.iter().zip(out).filter(|(_, out)| !**out);
        let (model, _) = train(rest.map(|(text, _)| text), arguments)?;
        let tested = texts.iter().zip(out).filter(|(_, out)| **out);
        scored.extend(tested.map(|(text, _)| (text, model.score(&text.sample.document()))));
    }
    Ok(scored)
}

/// The part that each written text belongs to: near copies within a language share one.
fn parts(texts: &[Text]) -> Vec<Option<u64>> {
    let shingled: Vec<(usize, Vec<u64>)> = texts
        .iter()
        .enumerate()
        .filter(|(_, text)| text.source == WRITTEN)
        .map(|(at, text)| (at, shingles(&text.sample.text)))
        .collect();
    let mut parts: Vec<Option<u64>> = vec![None; texts.len()];
    for (place, (at, own)) in shingled.iter().enumerate() {
        let near = shingled[..place].iter().rev().find(|(other, theirs)| {
            texts[*other].language == texts[*at].language && similarity(own, theirs) > 0.3
        });
        let part = near.and_then(|(other, _)| parts[*other]);
        parts[*at] = part.or_else(|| Some(mix(corpus::key(&texts[*at].sample.text))));
    }
    parts
}

fn has_link(text: &Text) -> bool {
    let written = text.sample.text.to_lowercase();
    written.contains("http") || written.contains("www.") || written.contains("href=")
}

/// Adds scores to a file.
fn note(out: &Path, title: &str, scored: &[(&Text, f64)]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(out)?;
    for (text, score) in scored {
        let line = serde_json::json!({
            "of": title, "source": text.source, "language": text.language, "kind": text.kind,
            "spam": text.sample.spam, "score": score,
        });
        writeln!(file, "{line}")?;
    }
    Ok(())
}

/// Prints one line for each source, each language of the written corpus and each of its kinds.
fn print(title: &str, scored: &[(&Text, f64)], arguments: &Arguments) {
    if let Some(out) = &arguments.scores
        && let Err(error) = note(out, title, scored)
    {
        println!("{}: {error}", out.display());
    }
    println!("\n## {title}\n");
    println!(
        "| set | ham | spam | AUC | caught at 1 % | ham blocked | ham held | short ham with link held | spam caught | or held | or held at 8 % |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut rows: BTreeMap<String, Vec<(&Text, f64)>> = BTreeMap::new();
    for (text, score) in scored {
        let mut add = |name: String| rows.entry(name).or_default().push((text, *score));
        if text.source == WRITTEN {
            if !arguments.brief {
                add(format!("3 written, {}", text.language));
                add(format!("4 {}", text.kind));
            }
            add("2 written, all".to_owned());
        } else {
            add(format!("1 {} ({})", text.source, text.language));
        }
    }
    for (name, row) in &rows {
        line(&name[2..], row);
    }
    languages(scored);
    for spam in [false, true] {
        let mut sorted: Vec<_> = scored
            .iter()
            .filter(|(text, _)| text.sample.spam == spam)
            .collect();
        sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
        if !spam {
            sorted.reverse();
        }
        for (text, score) in sorted.iter().take(arguments.worst) {
            println!(
                "{score:.2} {} {} {:?}",
                text.language, text.kind, text.sample
            );
        }
    }
}

/// The mean and the least AUC over the written corpus's languages.
#[expect(clippy::cast_precision_loss, reason = "a count of languages")]
fn languages(scored: &[(&Text, f64)]) {
    let mut rows: BTreeMap<&str, Vec<Scored>> = BTreeMap::new();
    for (text, score) in scored.iter().filter(|(text, _)| text.source == WRITTEN) {
        rows.entry(&text.language)
            .or_default()
            .push((*score, text.sample.spam));
    }
    let areas: Vec<(f64, &str)> = rows
        .iter()
        .map(|(name, row)| (Figures::of(row).auc, *name))
        .collect();
    if let Some((least, name)) = areas.iter().min_by(|a, b| a.0.total_cmp(&b.0)) {
        let mean = areas.iter().map(|(area, _)| area).sum::<f64>() / areas.len() as f64;
        println!("\nAUC over the written languages: mean {mean:.4}, least {least:.4} ({name})");
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
fn line(name: &str, row: &[(&Text, f64)]) {
    let scores: Vec<Scored> = row
        .iter()
        .map(|(text, score)| (*score, text.sample.spam))
        .collect();
    let figures = Figures::of(&scores);
    let share = |spam: bool, limit: f64, linked: bool| {
        let of: Vec<f64> = row
            .iter()
            .filter(|(text, _)| text.sample.spam == spam)
            .filter(|(text, _)| {
                !linked || (has_link(text) && text.sample.text.chars().count() < 240)
            })
            .map(|(_, score)| *score)
            .collect();
        if of.is_empty() {
            return "–".to_owned();
        }
        let over = of.iter().filter(|score| **score >= limit).count();
        let [low, high] = intervals::share(over as f64, of.len() as f64);
        let share = 100.0 * over as f64 / of.len() as f64;
        format!("{share:.1} ({:.1}–{:.1})", 100.0 * low, 100.0 * high)
    };
    let both = figures.ham > 0 && figures.spam > 0;
    let auc = if both {
        format!("{:.3} ± {:.3}", figures.auc, intervals::area(&figures))
    } else {
        "–".to_owned()
    };
    let caught = if both {
        format!("{:.0}", figures.caught[2].caught * 100.0)
    } else {
        "–".to_owned()
    };
    let within = if both {
        let steps = hamlet::evaluation::figures::steps(&scores);
        let at = hamlet::evaluation::figures::at_budget(&steps, figures.spam, figures.ham, 0.08);
        format!("{:.0}", at.caught * 100.0)
    } else {
        "–".to_owned()
    };
    println!(
        "| {name} | {} | {} | {auc} | {caught} | {} | {} | {} | {} | {} | {within} |",
        figures.ham,
        figures.spam,
        share(false, BLOCKED, false),
        share(false, HELD, false),
        share(false, HELD, true),
        share(true, BLOCKED, false),
        share(true, HELD, false),
    );
}
