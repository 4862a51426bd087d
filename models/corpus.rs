//! The labelled texts that the shipped model is made of, and how often each counts. `rebuild.rs` trains on all of
//! them, `benches/research/cross_validation.rs` on a part. To add a source, add a line to [`LICENSED`].

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::read::GzDecoder;
use hamlet::bayes::Label;
use hamlet::bayes::options::Options;
use hamlet::bayes::row::Sample;
use hamlet::interchange::labelled;
use hamlet::text::views::{VIEWS, mix};
use serde::Deserialize;

#[path = "endings.rs"]
mod endings;

use endings::common_endings;

pub type Failure = Box<dyn std::error::Error>;

/// A labelled text and where it comes from.
#[derive(Clone, Debug)]
pub struct Text {
    pub sample: Sample,
    /// The site or collection; what leave-one-source-out leaves out.
    pub source: &'static str,
    /// The language's code (ISO 639-1).
    pub language: String,
    /// Which sort of spam or ham, in the written corpus; elsewhere the file's name.
    pub kind: String,
    /// The file's name.
    pub file: Rc<str>,
}

/// A licensed file: its path below the data folder, its source, its language.
type Licensed = (&'static str, &'static str, &'static str);

/// Every licensed file with spam labels, or ham that is nearly clean of spam.
const LICENSED: [Licensed; 26] = [
    ("youtube/Youtube01-Psy.csv", "YouTube", "en"),
    ("youtube/Youtube02-KatyPerry.csv", "YouTube", "en"),
    ("youtube/Youtube03-LMFAO.csv", "YouTube", "en"),
    ("youtube/Youtube04-Eminem.csv", "YouTube", "en"),
    ("youtube/Youtube05-Shakira.csv", "YouTube", "en"),
    ("sms/SMSSpamCollection.tsv", "SMS", "en"),
    (
        "labelled/apple_stackexchange_spam.jsonl",
        "Stack Exchange",
        "en",
    ),
    (
        "labelled/meta_stackexchange_spam.jsonl",
        "Stack Exchange",
        "en",
    ),
    ("labelled/stackexchange_ham.jsonl", "Stack Exchange", "en"),
    ("labelled/wikipedia_talk_ham.jsonl", "Wikipedia", "en"),
    ("labelled/indonesian_gambling.jsonl", "Indonesian", "id"),
    ("labelled/telegram_ru_2025.jsonl", "Telegram, Russian", "ru"),
    (
        "labelled/telegram_ru_tgspam.jsonl",
        "Telegram, filter",
        "ru",
    ),
    (
        "labelled/telegram_en_tgspam.jsonl",
        "Telegram, filter",
        "en",
    ),
    ("labelled/ham_zh_social.jsonl", "Chinese, social", "zh"),
    ("labelled/ham_ko_news.jsonl", "Korean, news", "ko"),
    ("labelled/ham_fr_social.jsonl", "French, social", "fr"),
    ("labelled/ham_ja_forum.jsonl", "Japanese, forum", "ja"),
    ("abuse/germeval2018.jsonl.gz", "GermEval", "de"),
    ("abuse/poleval2019.jsonl.gz", "PolEval", "pl"),
    ("abuse/told_br.jsonl.gz", "ToLD-Br", "pt"),
    ("abuse/ru_paradetox.jsonl.gz", "ParaDetox, Russian", "ru"),
    ("abuse/beep_ko.jsonl.gz", "Korean, abuse", "ko"),
    ("abuse/apeach_ko.jsonl.gz", "Korean, abuse", "ko"),
    ("abuse/cold_zh.jsonl.gz", "COLD", "zh"),
    ("abuse/surge.jsonl.gz", "Surge", "en"),
];

/// The source of the texts written for the project.
pub const WRITTEN: &str = "written";

/// A line of an abuse corpus. What nobody called abusive is ham.
#[derive(Deserialize)]
struct Remark {
    text: String,
    abuse: f64,
}

/// A line of the written corpus.
#[derive(Deserialize)]
struct Written {
    label: Label,
    lang: String,
    kind: String,
    name: Option<String>,
    website: Option<String>,
    email_domain: Option<String>,
    text: String,
}

/// The texts of every licensed file below `data`.
pub fn licensed(data: &Path) -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::new();
    for (file, source, language) in LICENSED {
        let path = data.join(file);
        let samples = if file.starts_with("abuse/") {
            clean_remarks(&path)
        } else {
            labelled_texts(&path)
        };
        let samples = samples.map_err(|error| format!("{}: {error}", path.display()))?;
        let name = stem(&path);
        texts.extend(samples.into_iter().map(|sample| Text {
            sample,
            source,
            language: language.to_owned(),
            kind: name.to_string(),
            file: Rc::clone(&name),
        }));
    }
    Ok(texts)
}

fn stem(path: &Path) -> Rc<str> {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into()
}

fn labelled_texts(path: &Path) -> Result<Vec<Sample>, Failure> {
    let mut samples = Vec::new();
    for record in labelled::read_any(BufReader::new(File::open(path)?))? {
        let record = record?;
        samples.push(Sample {
            spam: record.label == Some(Label::Spam),
            text: record.text,
            ..Sample::default()
        });
    }
    Ok(samples)
}

fn clean_remarks(path: &Path) -> Result<Vec<Sample>, Failure> {
    let mut lines = String::new();
    GzDecoder::new(File::open(path)?).read_to_string(&mut lines)?;
    let mut samples = Vec::new();
    for line in lines.lines() {
        let remark: Remark = serde_json::from_str(line)?;
        if remark.abuse == 0.0 {
            samples.push(Sample {
                text: remark.text,
                ..Sample::default()
            });
        }
    }
    Ok(samples)
}

/// At most `each` texts of a source, language and label, evenly taken.
pub fn thinned(texts: Vec<Text>, each: usize) -> Vec<Text> {
    let name = |text: &Text| (text.source, text.language.clone(), text.sample.spam);
    let mut sizes = BTreeMap::new();
    for text in &texts {
        *sizes.entry(name(text)).or_insert(0_usize) += 1;
    }
    let mut met = BTreeMap::new();
    let mut kept = texts;
    kept.retain(|text| {
        let step = sizes[&name(text)].div_ceil(each);
        let at = met.entry(name(text)).or_insert(0_usize);
        *at += 1;
        (*at - 1).is_multiple_of(step)
    });
    kept
}

/// A text is kept out of every training in so many of the written corpus.
const KEPT_OUT: usize = 5;

/// The written corpus's texts that models are trained on, and those kept out of every training: every fifth of each
/// file and label, counted kind by kind, so that kinds of fewer than five texts are among them too. Texts added in a
/// file of their own (`ko.2.jsonl`) leave those kept out before as they are.
pub fn split(written: Vec<Text>) -> (Vec<Text>, Vec<Text>) {
    let mut order: Vec<usize> = (0..written.len()).collect();
    order.sort_by_key(|at| &written[*at].kind);
    let mut met: HashMap<(Rc<str>, bool), usize> = HashMap::new();
    let mut is_kept = vec![false; written.len()];
    for at in order {
        let text = &written[at];
        let place = (Rc::clone(&text.file), text.sample.spam);
        let count = met.entry(place).or_default();
        *count += 1;
        is_kept[at] = count.is_multiple_of(KEPT_OUT);
    }
    let (trained_on, kept): (Vec<_>, Vec<_>) = written
        .into_iter()
        .zip(is_kept)
        .partition(|(_, is_kept)| !is_kept);
    let texts = |part: Vec<(Text, bool)>| part.into_iter().map(|(text, _)| text).collect();
    (texts(trained_on), texts(kept))
}

/// The written corpus, in the order of its files, every address under an ending that people use.
pub fn written(folder: &Path) -> Result<Vec<Text>, Failure> {
    let mut files: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    let mut texts = Vec::new();
    for path in files {
        let name = stem(&path);
        for line in BufReader::new(File::open(&path)?).lines() {
            let row: Written = serde_json::from_str(&line?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            texts.push(text_of(row, &name));
        }
    }
    Ok(texts)
}

fn text_of(row: Written, file: &Rc<str>) -> Text {
    let spam = row.label == Label::Spam;
    let neutral = |field: &str| common_endings(field, &row.lang);
    // Three times as often in spam as in ham, which is the writers' habit and says nothing.
    let given = !spam || key(&row.text).is_multiple_of(3);
    Text {
        sample: Sample {
            spam,
            text: neutral(&row.text),
            name: row.name.as_deref().map(neutral),
            website: row.website.as_deref().map(neutral),
            email_domain: row.email_domain.as_deref().filter(|_| given).map(neutral),
        },
        source: WRITTEN,
        kind: row.kind.clone(),
        language: row.lang,
        file: Rc::clone(file),
    }
}

/// A digest of a string.
pub fn key(text: &str) -> u64 {
    text.bytes().fold(7, |key, byte| mix(key ^ u64::from(byte)))
}

/// Texts that count alike: of one source, language and label.
pub struct Group<'a> {
    pub name: String,
    pub texts: Vec<&'a Text>,
    pub weight: f32,
}

/// How the written corpus and the languages are weighed.
#[derive(Clone, Copy, Debug)]
pub struct Weighing {
    /// How often a written text counts beside one of a licensed source of the same size.
    pub written: f64,
    /// The largest ratio, within a language, of what one class counts to what the other does.
    pub imbalance: f64,
}

/// Puts texts into groups and weighs them: a source counts by the root of its size, and no class of a language
/// counts more than its bounded share, or the language itself would be evidence.
pub fn groups<'a>(texts: impl IntoIterator<Item = &'a Text>, weighing: Weighing) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: HashMap<(&str, &str, bool), usize> = HashMap::new();
    for text in texts {
        let place = *places
            .entry((text.source, &text.language, text.sample.spam))
            .or_insert_with(|| {
                groups.push(Group {
                    name: format!("{} ({})", text.source, text.language),
                    texts: Vec::new(),
                    weight: 1.0,
                });
                groups.len() - 1
            });
        groups[place].texts.push(text);
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let mass = |group: &Group<'_>| {
        let count = group.texts.len() as f64;
        let written = group.texts[0].source == WRITTEN;
        if written {
            count * weighing.written
        } else {
            (2_000.0 * count).sqrt()
        }
    };
    let masses: Vec<f64> = groups.iter().map(mass).collect();
    let mut languages: HashMap<&str, [f64; 2]> = HashMap::new();
    for (group, mass) in groups.iter().zip(&masses) {
        let text = group.texts[0];
        languages.entry(&text.language).or_default()[usize::from(text.sample.spam)] += mass;
    }
    for (group, mass) in groups.iter_mut().zip(masses) {
        let text = group.texts[0];
        let [ham, spam] = languages[text.language.as_str()];
        let (own, other) = if text.sample.spam {
            (spam, ham)
        } else {
            (ham, spam)
        };
        // The written texts keep their weight: they are balanced by themselves, and the harder half.
        let scale = if text.source == WRITTEN {
            1.0
        } else {
            (other * weighing.imbalance / own.max(1e-9)).min(1.0)
        };
        #[expect(clippy::cast_precision_loss, reason = "a count of texts")]
        let weight = mass * scale / group.texts.len() as f64;
        #[expect(clippy::cast_possible_truncation, reason = "a weight of few digits")]
        let weight = weight.min(weighing.written) as f32;
        group.weight = weight;
    }
    groups
}

/// Texts of one licensed source, language and label that are trained on: more of them drown the others.
pub const EACH: usize = 1_000;

/// The weights that cross-validation found best.
pub const WEIGHING: Weighing = Weighing {
    written: 4.0,
    imbalance: 2.0,
};

/// How the shipped model is trained.
pub fn options() -> Options {
    Options {
        name: "shipped".to_owned(),
        kept_cells: 42_000_000,
        alpha: [0.5; VIEWS.len()],
        // Between the slopes that calibrate the scores of languages and of sources left out of training, and the most at which no
        // ham was blocked in cross-validation; then the log-odds of one comment in seven.
        confidence: 0.8,
        shift: -1.76,
        ..Options::default()
    }
}
