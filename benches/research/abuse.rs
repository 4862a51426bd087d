//! The shipped abuse model on the rows that no training saw: `cargo run --release --example abuse -- MODE… [--data
//! ../shared/data] [--model FILE] [--dump FILE]`.
//!
//! `sources`: each source's AUC, and what is found where 1 % of its clean rows are flagged. `kinds`: the same for each kind
//! and language. `terms`: bias by identity term, on sentences from templates that were not trained on. `surge`: five models,
//! each without a fifth of the source that is too small to keep a fifth out of. `tune`: a model of the question alone, without
//! one of the four parts that are trained on (`--part`), measured on that part, for choosing the recipe's numbers (`--freedom`, `--alpha`,
//! `--power`, `--most`, `--harmless`, `--abusive`). `--dump` writes the rows, for `abuse.py`; `--scores` what `tune` measured, a text a line.

#![allow(clippy::print_stdout, reason = "an example that prints tables")]

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use hamlet::bayes::base::Base;
use hamlet::bayes::{AbuseKind, Kinds, Model};
use hamlet::evaluation::bias;
use hamlet::evaluation::figures::{Figures, Scored, at_budget, auc_of, steps};
use rayon::prelude::*;

#[allow(dead_code, reason = "what training needs of it")]
#[path = "../../models/abuse/corpus.rs"]
mod corpus;
#[allow(dead_code, reason = "what training needs of it")]
#[path = "../../models/abuse/people.rs"]
mod people;
#[allow(dead_code, reason = "what training needs of it")]
#[path = "../../models/abuse/recipe.rs"]
mod recipe;

use corpus::{Failure, Text};

/// Share of clean texts that may be flagged.
const BUDGET: f64 = 0.01;
/// The source whose threshold is used elsewhere.
const WIKIPEDIA: &str = "jigsaw_wiki";
/// A share of flagged harmless sentences above which a term is printed with a mark.
const TOO_MANY: f64 = 0.05;

fn main() -> Result<(), Failure> {
    let mut wanted = HashSet::new();
    let mut data = PathBuf::from("../shared/data");
    let mut model = PathBuf::from("models/abuse/shipped.hamlet");
    let mut dump = None;
    let mut scores = None;
    let mut part = 0;
    let mut numbers = recipe::Numbers::default();
    let mut rest = std::env::args().skip(1);
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{word} what?"));
        match word.as_str() {
            "--data" => data = value()?.into(),
            "--model" => model = value()?.into(),
            "--dump" => dump = Some(value()?),
            "--scores" => scores = Some(value()?),
            "--part" => part = value()?.parse()?,
            "--freedom" => numbers.freedom = value()?.parse()?,
            "--alpha" => numbers.alpha = value()?.parse()?,
            "--power" => numbers.weighing.power = value()?.parse()?,
            "--most" => numbers.weighing.most = value()?.parse()?,
            "--abusive" => numbers.abusive = value()?.parse()?,
            "--harmless" => numbers.harmless = value()?.parse()?,
            mode => drop(wanted.insert(mode.to_owned())),
        }
    }
    let texts = corpus::licensed(&data)?;
    if let Some(out) = dump {
        return write_rows(&out, &texts);
    }
    if wanted.remove("surge") {
        surge(&texts)?;
    }
    if wanted.remove("tune") {
        tune(&texts, part, numbers, scores.as_deref())?;
    }
    if !wanted.is_empty() {
        let base = Base::from_bytes(&std::fs::read(model)?)?;
        let measured = Measured::of(&base, texts)?;
        for (name, print) in [
            ("sources", Measured::sources as fn(&Measured)),
            ("kinds", Measured::kinds),
            ("terms", Measured::terms),
        ] {
            if wanted.contains(name) {
                print(&measured);
            }
        }
    }
    Ok(())
}

struct Measured {
    model: Model,
    /// None while numbers are chosen.
    kinds: Option<Kinds>,
    /// Kept-out texts with their scores.
    scored: Vec<(Text, f64)>,
    threshold: f64,
}

impl Measured {
    fn of(base: &Base, texts: Vec<Text>) -> Result<Self, Failure> {
        let model = base.untaught()?;
        let kinds = Some(base.kinds().ok_or("a model without kinds")?);
        let kept = texts.into_par_iter().filter(|text| text.kept_out);
        let scored: Vec<(Text, f64)> = kept
            .map(|text| {
                let score = model.score(&text.sample(false).document());
                (text, score)
            })
            .collect();
        let mut measured = Self {
            model,
            kinds,
            scored,
            threshold: 0.0,
        };
        let wiki = measured.of_source(WIKIPEDIA);
        measured.threshold = logit(found(&wiki).1);
        Ok(measured)
    }

    fn of_source(&self, source: &str) -> Vec<Scored> {
        let own = self.scored.iter().filter(|(text, _)| text.source == source);
        own.map(|(text, score)| (*score, text.is_abuse())).collect()
    }

    fn sources(&self) {
        println!(
            "{:<20} {:>6} {:>6}  AUC   found  flagged at {WIKIPEDIA}'s  calibration error",
            "source", "clean", "abuse"
        );
        let mut languages: BTreeMap<&str, Vec<Scored>> = BTreeMap::new();
        let mut names: Vec<&str> = Vec::new();
        for (text, score) in &self.scored {
            if !names.contains(&text.source) {
                names.push(text.source);
            }
            let own = languages.entry(text.language).or_default();
            own.push((*score, text.is_abuse()));
        }
        for name in names {
            self.line(name, &self.of_source(name));
        }
        for (language, scored) in languages {
            self.line(language, &scored);
        }
    }

    fn line(&self, name: &str, scored: &[Scored]) {
        let figures = Figures::of(scored);
        let clean = scored.iter().filter(|(_, is)| !is);
        let flagged = clean.filter(|(score, _)| *score >= self.threshold).count();
        println!(
            "{name:<20} {:>6} {:>6}  {:.3}  {:.2}  {:.3}  {:.3}",
            figures.ham,
            figures.spam,
            figures.auc,
            found(scored).0,
            share(flagged, usize::try_from(figures.ham).unwrap_or(0)),
            figures.calibration_error
        );
    }

    fn kinds(&self) {
        println!(
            "{:<16} {:<4} {:>6} {:>6}  AUC   found",
            "kind", "", "other", "of it"
        );
        for kind in recipe::KINDS {
            let mut languages: BTreeMap<&str, Vec<Scored>> = BTreeMap::new();
            for (text, _) in &self.scored {
                let Some(is) = text.is(recipe::in_data(kind)) else {
                    continue;
                };
                let own = languages.entry(text.language).or_default();
                own.push((self.of_kind(text, kind), is));
            }
            for (language, scored) in languages {
                let known = self.kinds.iter().flat_map(|kinds| kinds.languages(kind));
                let known = known.into_iter().any(|own| own == language);
                let figures = Figures::of(&scored);
                println!(
                    "{:<16} {language:<4} {:>6} {:>6}  {:.3}  {:.2}  {}",
                    kind.as_str(),
                    figures.ham,
                    figures.spam,
                    figures.auc,
                    found(&scored).0,
                    if known { "" } else { "unsupported" }
                );
            }
        }
    }

    fn of_kind(&self, text: &Text, kind: AbuseKind) -> f64 {
        let Some(kinds) = &self.kinds else { return 0.0 };
        let scores = kinds.score(&text.sample(false).document());
        let own = scores.iter().find(|score| score.kind == kind);
        own.map_or(0.0, |score| score.log_odds)
    }

    fn terms(&self) {
        let sentences = people::sentences(true);
        let score = |text: &str| {
            self.model.score(&hamlet::text::Document {
                text,
                ..Default::default()
            })
        };
        let made = sentences
            .iter()
            .map(|made| (made.text.as_str(), (score(&made.text), made.is_abuse)));
        let background = self
            .scored
            .iter()
            .filter(|(text, _)| text.source == WIKIPEDIA);
        let background =
            background.map(|(text, score)| (text.text.as_str(), (*score, text.is_abuse())));
        let texts: Vec<(&str, Scored)> = made.clone().chain(background).collect();
        println!(
            "{:<22} {:>5} {:>5}  flagged  subgroup  BPSN   BNSP   BPSN of templates",
            "term", "fine", "abuse"
        );
        let (mut worst, mut flagged) = (1.0_f64, 0.0_f64);
        let wiki: Vec<_> = texts.iter().filter(|(_, (_, is))| *is).collect();
        let wiki: Vec<_> = wiki[made.clone().filter(|(_, (_, is))| *is).count()..].to_vec();
        for term in bias::by_term(&texts, self.threshold) {
            let own: Vec<f64> = made
                .clone()
                .filter(|(text, (_, is))| !is && bias::mentions(&text.to_lowercase(), &term.term))
                .map(|(_, (score, _))| score)
                .collect();
            let over = share(
                own.iter().filter(|score| **score >= self.threshold).count(),
                own.len(),
            );
            let bad = wiki
                .iter()
                .filter(|(text, _)| !bias::mentions(&text.to_lowercase(), &term.term));
            let harmless = own.iter().map(|score| (*score, false));
            let templates = auc_of(
                &harmless
                    .chain(bad.map(|(_, scored)| *scored))
                    .collect::<Vec<_>>(),
            );
            worst = worst.min(templates);
            flagged = flagged.max(over);
            println!(
                "{:<22} {:>5} {:>5}  {over:.3}{}   {:.3}     {:.3}  {:.3}  {templates:.3}",
                term.term,
                term.texts[0],
                term.texts[1],
                if over > TOO_MANY { "!" } else { " " },
                term.subgroup,
                term.bpsn,
                term.bnsp
            );
        }
        println!(
            "threshold {:.3}; most flagged {flagged:.3}, least BPSN of templates {worst:.3}",
            self.threshold
        );
        for language in ["en", "de", "pt", "ru", "pl", "ko", "zh"] {
            let own = sentences.iter().filter(|made| made.language == language);
            let scored: Vec<Scored> = own.map(|made| (score(&made.text), made.is_abuse)).collect();
            let fine: Vec<_> = scored.iter().filter(|(_, is)| !is).collect();
            let over = fine
                .iter()
                .filter(|(score, _)| *score >= self.threshold)
                .count();
            println!(
                "{language}: AUC {:.3}, harmless flagged {:.3}",
                auc_of(&scored),
                share(over, fine.len())
            );
        }
    }
}

/// A model with other numbers than the recipe's, on a part of what the recipe trains on.
fn tune(
    texts: &[Text],
    part: usize,
    numbers: recipe::Numbers,
    dump: Option<&str>,
) -> Result<(), Failure> {
    let out = |text: &&Text| !text.kept_out && text.part == part;
    let mut rest: Vec<Text> = texts
        .iter()
        .filter(|text| !text.kept_out && !out(text))
        .cloned()
        .collect();
    rest.extend(recipe::people(numbers));
    let model = Model::from_bytes(&recipe::toxicity(&rest, numbers)?.to_bytes()?)?;
    let scored: Vec<(Text, f64)> = texts
        .par_iter()
        .filter(|text| out(text))
        .map(|text| (text.clone(), model.score(&text.sample(false).document())))
        .collect();
    if let Some(out) = dump {
        write_scores(out, &scored)?;
    }
    let mut measured = Measured {
        model,
        kinds: None,
        scored,
        threshold: 0.0,
    };
    measured.threshold = logit(found(&measured.of_source(WIKIPEDIA)).1);
    measured.sources();
    measured.terms();
    Ok(())
}

/// Five models, each without a part of the source, and the source's figures from those that had not seen the rows.
fn surge(texts: &[Text]) -> Result<(), Failure> {
    let mut scored: Vec<Scored> = Vec::new();
    for part in 0..5 {
        let out = |text: &&Text| text.source == "surge" && text.part == part;
        let mut rest: Vec<Text> = texts
            .iter()
            .filter(|text| !out(text) && (text.source == "surge" || !text.kept_out))
            .cloned()
            .collect();
        let numbers = recipe::Numbers::default();
        rest.extend(recipe::people(numbers));
        let model = Model::from_bytes(&recipe::toxicity(&rest, numbers)?.to_bytes()?)?;
        let own = texts.iter().filter(out);
        scored
            .extend(own.map(|text| (model.score(&text.sample(false).document()), text.is_abuse())));
    }
    println!(
        "surge, five folds: AUC {:.4}, found {:.2}",
        auc_of(&scored),
        found(&scored).0
    );
    Ok(())
}

/// The share of abuse found where [`BUDGET`] of the clean texts are flagged, and the threshold.
fn found(scored: &[Scored]) -> (f64, f64) {
    let abuse = scored.iter().filter(|(_, is)| *is).count() as u64;
    let at = at_budget(&steps(scored), abuse, scored.len() as u64 - abuse, BUDGET);
    (at.caught, at.threshold)
}

fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn write_scores(out: &str, scored: &[(Text, f64)]) -> Result<(), Failure> {
    let mut lines = String::new();
    for (text, score) in scored {
        let row = serde_json::json!({
            "score": score, "abuse": text.is_abuse(), "source": text.source, "text": text.text,
        });
        lines.push_str(&row.to_string());
        lines.push('\n');
    }
    Ok(std::fs::write(out, lines)?)
}

fn write_rows(out: &str, texts: &[Text]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(std::fs::File::create(out)?);
    for text in texts {
        let row = serde_json::json!({
            "text": text.text, "abuse": text.is_abuse(), "source": text.source,
            "language": text.language, "kept": text.kept_out, "part": text.part,
        });
        writeln!(file, "{row}")?;
    }
    Ok(())
}
