//! How the abuse model is trained: what counts how much, for the question itself and for each of its kinds.

use std::collections::BTreeMap;

use hamlet::bayes::row::Sample;
use hamlet::bayes::train::Trainer;
use hamlet::bayes::trained::Trained;
use hamlet::bayes::{AbuseKind, Question, options::Options};
use hamlet::text::views::VIEWS;

use super::corpus::{Failure, Text, WEIGHING, Weighing, groups};
use super::people::sentences;

/// The source of the sentences that were made for the project.
pub const PEOPLE: &str = "people";
/// How much one of them counts, harmless and abusive: enough that no term is evidence, although the sources know some
/// terms from abuse alone.
const HARMLESS: f32 = 8.0;
const ABUSIVE: f32 = 3.0;
/// Where one counts less: those of Korean had counted as much as all its comments together, and terms are no evidence
/// all the same.
const LESS: [&str; 2] = ["ko", "ru"];
/// By how much, harmless and abusive.
const LESS_BY: [f32; 2] = [4.0, 3.0];
/// Texts of a kind that a language needs for it.
const ENOUGH: usize = 90;
/// Not answered although there are texts enough: the source calls a text either an insult or an attack on a group, and what
/// was learnt hardly tells the two apart.
const NOT_TOLD_APART: (AbuseKind, &str) = (AbuseKind::Insult, "ko");
/// Of the texts that are no abuse, one in so many is enough to tell a kind by.
const CLEAN_ONE_IN: usize = 3;
/// How often texts are of a kind where it is asked for: their share in the data says how they were collected.
const SHARE: f64 = 0.1;

/// The kinds beside toxicity, in the order of their weights in the file.
pub const KINDS: [AbuseKind; 6] = [
    AbuseKind::Severe,
    AbuseKind::Insult,
    AbuseKind::Threat,
    AbuseKind::IdentityAttack,
    AbuseKind::Obscene,
    AbuseKind::Sexual,
];

/// A kind's name in the data.
pub const fn in_data(kind: AbuseKind) -> &'static str {
    match kind {
        AbuseKind::IdentityAttack => "identity",
        other => other.as_str(),
    }
}

/// What can be chosen about the model of the question itself.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// Inverse of the L2 penalty of the trust per feature.
    pub freedom: f64,
    /// Smoothing.
    pub alpha: f64,
    pub weighing: Weighing,
    /// How much a harmless sentence about people counts, and an abusive one.
    pub harmless: f32,
    pub abusive: f32,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            freedom: 0.3,
            alpha: 0.2,
            weighing: WEIGHING,
            harmless: HARMLESS,
            abusive: ABUSIVE,
        }
    }
}

/// The project's sentences to train on.
pub fn people(numbers: Numbers) -> impl Iterator<Item = Text> {
    sentences(false).into_iter().map(move |sentence| Text {
        text: sentence.text,
        abuse: f64::from(u8::from(sentence.is_abuse)),
        kinds: if sentence.is_abuse && !sentence.term.is_empty() {
            vec!["identity".to_owned()]
        } else {
            Vec::new()
        },
        // What is harmless is so in every way; what is abusive was not sorted further, and that about one term alone not at all:
        // some of it insults a person, some a group.
        told_apart: match (sentence.is_abuse, sentence.term) {
            (false, _) => "severe insult threat identity obscene sexual",
            (true, "") => "",
            (true, _) => "identity",
        },
        source: PEOPLE,
        language: sentence.language,
        weight: weight(numbers, sentence.language, sentence.is_abuse),
        kept_out: false,
        part: usize::MAX,
    })
}

/// How much a sentence about people counts.
fn weight(numbers: Numbers, language: &str, is_abuse: bool) -> f32 {
    let all = [numbers.harmless, numbers.abusive][usize::from(is_abuse)];
    if LESS.contains(&language) {
        all / LESS_BY[usize::from(is_abuse)]
    } else {
        all
    }
}

fn options(name: &str, numbers: Numbers) -> Options {
    Options {
        name: name.to_owned(),
        question: Question::Abuse,
        kept_cells: 120_000_000,
        freedom: numbers.freedom,
        alpha: [numbers.alpha; VIEWS.len()],
        ..Options::default()
    }
}

/// The model of the question itself.
pub fn toxicity(texts: &[Text], numbers: Numbers) -> Result<Trained, Failure> {
    let labelled = texts.iter().map(|text| (text, text.is_abuse()));
    train(options("abuse", numbers), labelled, numbers.weighing)
}

/// The model of a kind.
pub fn kind(texts: &[Text], kind: AbuseKind) -> Result<Trained, Failure> {
    let name = in_data(kind);
    // The abusive sentences about people say "idiot" and "moron" as well: counting as much as for the question itself, they
    // would make every insult an attack on a group.
    let once = |text: &Text| Text {
        weight: if text.source == PEOPLE && text.is_abuse() {
            1.0
        } else {
            text.weight
        },
        ..text.clone()
    };
    let texts: Vec<Text> = texts.iter().map(once).collect();
    let mut clean = 0_usize;
    let mut labelled = Vec::new();
    for text in &texts {
        let clean_elsewhere =
            kind == AbuseKind::Sexual && text.source == "surge" && !text.is_abuse();
        let Some(is) = text.is(name).or(clean_elsewhere.then_some(false)) else {
            continue;
        };
        clean += usize::from(!text.is_abuse());
        if text.is_abuse() || text.source == PEOPLE || clean.is_multiple_of(CLEAN_ONE_IN) {
            labelled.push((text, is));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let share = labelled.iter().filter(|(_, is)| *is).count() as f64 / labelled.len() as f64;
    let odds = |share: f64| (share / (1.0 - share)).ln();
    let weighing = Weighing {
        share: 0.2,
        ..WEIGHING
    };
    let mut trained = train(
        options(kind.as_str(), Numbers::default()),
        labelled,
        weighing,
    )?;
    trained.header.trust.bias += odds(SHARE) - odds(share);
    Ok(trained)
}

fn train<'a>(
    options: Options,
    texts: impl IntoIterator<Item = (&'a Text, bool)>,
    weighing: Weighing,
) -> Result<Trained, Failure> {
    let mut trainer = Trainer::new(options, None);
    for group in groups(texts, weighing) {
        let samples: Vec<Sample> = group
            .texts
            .iter()
            .map(|(text, is)| text.sample(*is))
            .collect();
        trainer.add(&group.name, &samples, group.weight);
    }
    Ok(trainer.finish()?)
}

/// The languages with enough texts of a kind, people's sentences not counted.
pub fn languages(texts: &[Text], kind: AbuseKind) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts.iter().filter(|text| text.source != PEOPLE) {
        let is = match kind {
            AbuseKind::Toxicity => text.is_abuse(),
            kind => text.is(in_data(kind)) == Some(true),
        };
        *counts.entry(text.language).or_default() += usize::from(is);
    }
    let enough = counts
        .into_iter()
        .filter(|(language, count)| *count >= ENOUGH && (kind, *language) != NOT_TOLD_APART);
    enough.map(|(language, _)| language.to_owned()).collect()
}
