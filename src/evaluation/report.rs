//! The evaluation report: one HTML page that stands alone, with plots, thresholds, the most telling
//! tokens and the most wrong texts. Everything in it is computed from a model and labelled texts.

use std::collections::HashMap;

use askama::Template;
use rayon::prelude::*;

use super::bias::{self, TermFigures};
use super::charts::Chart;
use super::figures::{Figures, Scored, at_budget, steps};
use super::parts::{self, PartFigures, TextOrigin};
use super::plots;
use crate::bayes::base::Base;
use crate::bayes::options::Options;
use crate::bayes::probability;
use crate::bayes::row::Sample;
use crate::bayes::train::Trainer;
use crate::bayes::{Model, Question};
use crate::words::Words;

/// Budgets of ham blocked that the table of thresholds goes through.
const BUDGETS: [f64; 7] = [0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05];
/// The columns of the table of terms, by the names of their sentences.
const NAMED: [&str; 7] = [
    "report-term",
    "report-harmless",
    "report-abuse",
    "report-harmless-flagged",
    "report-auc-among",
    "report-bpsn",
    "report-bnsp",
];
/// The columns of the table by language and kind, likewise.
const PARTED: [&str; 7] = [
    "report-ham",
    "report-spam",
    "report-auc",
    "report-ham-blocked",
    "report-ham-held",
    "report-spam-blocked",
    "report-spam-held",
];
/// Share of harmless texts flagged at which terms for people are compared.
const FLAGGED: f64 = 0.01;
/// Texts explained for the table of telling tokens.
const EXPLAINED: usize = 4_000;
/// Rows of each table.
const ROWS: usize = 15;
/// Characters of a text that are shown.
const SHOWN: usize = 400;
/// Points of the learning curve, in labels.
const LESSONS: [usize; 6] = [10, 20, 50, 100, 200, 500];

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The page failed.
    #[error("the report could not be written: {0}")]
    Page(#[from] askama::Error),
}

/// A row of the table of telling tokens.
struct Telling {
    says: String,
    texts: u64,
    mean: String,
    sum: f64,
}

/// A headed table: the name of its title's sentence, class of its colour, rows.
type Table<T> = (&'static str, &'static str, Vec<T>);
/// A score and a text.
type Shown = (String, String);

#[derive(Template)]
#[template(path = "evaluation.html")]
struct Page<'a> {
    words: &'static Words,
    model: &'a str,
    files: &'a str,
    figures: &'a Figures,
    /// The name of each figure's sentence, its value, and the name of what it means.
    summary: [(&'static str, String, &'static str); 6],
    budgets: Vec<(String, String, String, String)>,
    plots: Vec<Chart>,
    telling: [Table<Telling>; 2],
    wrong: [Table<Shown>; 2],
    parts: Vec<PartFigures>,
    parted: [&'static str; 7],
    terms: Vec<TermFigures>,
    named: [&'static str; 7],
}

/// Scores `samples`, which come from `files`, and writes the report of `model`, which was made of `base`, in the language of `words`.
///
/// # Errors
/// See [`ReportError`].
pub fn of(
    words: &'static Words,
    model: &Model,
    base: &Base,
    files: &str,
    samples: &[Sample],
) -> Result<String, ReportError> {
    let scored: Vec<Scored> = samples
        .par_iter()
        .map(|sample| (model.score(&sample.document()), sample.spam))
        .collect();
    let origins: Vec<TextOrigin> = samples.par_iter().map(TextOrigin::recognised).collect();
    html(words, model, base, files, samples, &origins, &scored)
}

/// Writes the report of `model`, which was made of `base`, on `samples`, which come from `origins` and scored `scored`.
///
/// # Errors
/// See [`ReportError`].
pub fn html(
    words: &'static Words,
    model: &Model,
    base: &Base,
    files: &str,
    samples: &[Sample],
    origins: &[TextOrigin],
    scored: &[Scored],
) -> Result<String, ReportError> {
    let figures = Figures::of(scored);
    let page = Page {
        words,
        model: model.version(),
        files,
        figures: &figures,
        summary: summary(&figures),
        budgets: budgets(scored, &figures),
        plots: draw(words, scored, &figures, &learning_curve(base, samples)),
        telling: telling(words, model, samples),
        wrong: most_wrong(samples, scored),
        parts: parts::of(scored, origins),
        parted: PARTED,
        terms: terms(model, samples, scored),
        named: NAMED,
    };
    Ok(page.render()?)
}

/// What a model of abuse does with texts that name a group of people, at the threshold that flags one harmless text in a
/// hundred; nothing for a model of another question.
#[must_use]
pub fn terms(model: &Model, samples: &[Sample], scored: &[Scored]) -> Vec<TermFigures> {
    if model.question() != Question::Abuse {
        return Vec::new();
    }
    let figures = Figures::of(scored);
    let at = at_budget(&steps(scored), figures.spam, figures.ham, FLAGGED);
    let threshold = (at.threshold / (1.0 - at.threshold)).ln();
    let texts: Vec<(&str, Scored)> = samples
        .iter()
        .zip(scored)
        .map(|(sample, scored)| (sample.text.as_str(), *scored))
        .collect();
    bias::by_term(&texts, threshold)
}

fn summary(figures: &Figures) -> [(&'static str, String, &'static str); 6] {
    [
        ("report-accuracy", figures.accuracy, "report-accuracy-text"),
        ("report-mcc", figures.mcc, "report-mcc-text"),
        ("report-auc", figures.auc, "report-auc-text"),
        (
            "report-average-precision",
            figures.average_precision,
            "report-average-precision-text",
        ),
        ("report-log-loss", figures.log_loss, "report-log-loss-text"),
        (
            "report-calibration-error",
            figures.calibration_error,
            "report-calibration-error-text",
        ),
    ]
    .map(|(name, value, meaning)| (name, format!("{value:.4}"), meaning))
}

fn budgets(scored: &[Scored], figures: &Figures) -> Vec<(String, String, String, String)> {
    let steps = steps(scored);
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    let row = |budget: &f64| {
        let at = at_budget(&steps, figures.spam, figures.ham, *budget);
        (
            percent(*budget),
            format!("{:.4}", at.threshold),
            percent(at.blocked),
            percent(at.caught),
        )
    };
    BUDGETS.iter().map(row).collect()
}

fn draw(words: &Words, scored: &[Scored], figures: &Figures, curve: &[(usize, f64)]) -> Vec<Chart> {
    let steps = steps(scored);
    let mut plots = vec![
        plots::roc(words, &steps, figures.spam, figures.ham),
        plots::precision_recall(words, &steps, figures.spam),
        plots::calibration(words, scored),
        plots::histogram(words, scored),
    ];
    if curve.len() > 1 {
        plots.push(plots::learning(words, curve));
    }
    plots
}

/// AUC on every second text after teaching the model more and more of the others. A point that cannot
/// be fitted (one class only) is left out.
fn learning_curve(base: &Base, samples: &[Sample]) -> Vec<(usize, f64)> {
    let lessons: Vec<Sample> = samples.iter().step_by(2).cloned().collect();
    let rest: Vec<&Sample> = samples.iter().skip(1).step_by(2).take(EXPLAINED).collect();
    let mut curve = Vec::new();
    for count in LESSONS
        .into_iter()
        .take_while(|count| *count <= lessons.len())
    {
        let stride = lessons.len() / count;
        let taught: Vec<Sample> = lessons
            .iter()
            .step_by(stride)
            .take(count)
            .cloned()
            .collect();
        let mut trainer = Trainer::new(Options::default(), Some(base.clone()));
        trainer.add("lessons", &taught, 1.0);
        let Ok(model) = trainer
            .finish()
            .map_err(drop)
            .and_then(|t| t.to_bytes().map_err(drop))
        else {
            continue;
        };
        let Ok(model) = Model::from_bytes(&model) else {
            continue;
        };
        let scored: Vec<Scored> = rest
            .par_iter()
            .map(|sample| (model.score(&sample.document()), sample.spam))
            .collect();
        curve.push((count, Figures::of(&scored).auc));
    }
    curve
}

/// The tokens that added most either way, over an even sample of the texts.
fn telling(words: &Words, model: &Model, samples: &[Sample]) -> [Table<Telling>; 2] {
    let stride = samples.len().div_ceil(EXPLAINED).max(1);
    let mut sums: HashMap<String, (f64, u64)> = HashMap::new();
    for sample in samples.iter().step_by(stride) {
        let document = sample.document();
        for token in model.explain(&document).tokens {
            let says = words.sign(&token, &document);
            let entry = sums.entry(says.to_lowercase()).or_default();
            entry.0 += token.weight;
            entry.1 += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let mut rows: Vec<Telling> = sums
        .into_iter()
        .map(|(says, (sum, texts))| Telling {
            says,
            texts,
            mean: format!("{:+.2}", sum / texts as f64),
            sum,
        })
        .collect();
    rows.sort_by(|a, b| b.sum.total_cmp(&a.sum).then_with(|| a.says.cmp(&b.says)));
    let ham = rows.split_off(rows.len().saturating_sub(ROWS));
    rows.truncate(ROWS);
    [
        ("report-towards-spam", "spam", rows),
        ("report-towards-ham", "ham", ham.into_iter().rev().collect()),
    ]
}

fn most_wrong(samples: &[Sample], scored: &[Scored]) -> [Table<Shown>; 2] {
    let worst = |spam: bool| {
        let mut wrong: Vec<(f64, &Sample)> = scored
            .iter()
            .zip(samples)
            .filter(|((_, is), _)| *is == spam)
            .map(|((score, _), sample)| (*score, sample))
            .collect();
        wrong.sort_by(|a, b| {
            if spam {
                a.0.total_cmp(&b.0)
            } else {
                b.0.total_cmp(&a.0)
            }
        });
        wrong.truncate(ROWS);
        let shown = |(score, sample): (f64, &Sample)| {
            (
                format!("{:.3}", probability(score)),
                sample.text.chars().take(SHOWN).collect::<String>(),
            )
        };
        wrong.into_iter().map(shown).collect::<Vec<_>>()
    };
    [
        ("report-ham-highest", "ham", worst(false)),
        ("report-spam-lowest", "spam", worst(true)),
    ]
}
