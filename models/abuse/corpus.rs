//! The labelled texts that the shipped abuse model is made of: which rows are trained on, which are kept out, and how
//! much each counts. `rebuild.rs` trains on them, `benches/research/abuse.rs` measures. Sources are in `sources.txt`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use hamlet::bayes::row::Sample;
use hamlet::text::Document;
use hamlet::text::views::Extractor;
use serde::Deserialize;

pub type Failure = Box<dyn std::error::Error>;

/// The sources, one a line.
const SOURCES: &str = include_str!("sources.txt");

/// One row, or abuse with its rewrites, in so many is kept out of every training.
const KEPT_OUT: usize = 5;

/// A labelled text.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the text of a text")]
pub struct Text {
    pub text: String,
    /// Share of the annotators who called it abuse.
    pub abuse: f64,
    /// The kinds that it was said to be, by their names in the data.
    pub kinds: Vec<String>,
    /// The kinds that its source tells apart.
    pub told_apart: &'static str,
    pub source: &'static str,
    pub language: &'static str,
    /// How much it counts, before languages and classes are brought in proportion.
    pub weight: f32,
    /// Never trained on.
    pub kept_out: bool,
    /// Which fifth of the texts it is in, copies and pairs together.
    pub part: usize,
}

impl Text {
    pub fn is_abuse(&self) -> bool {
        self.abuse >= 0.5
    }

    /// Whether it is of a kind; `None` where its source does not tell.
    pub fn is(&self, kind: &str) -> Option<bool> {
        let knows = self.told_apart.split_whitespace().any(|own| own == kind);
        knows.then(|| self.kinds.iter().any(|own| own == kind))
    }

    pub fn sample(&self, spam: bool) -> Sample {
        Sample {
            text: self.text.clone(),
            spam,
            ..Sample::default()
        }
    }
}

#[derive(Deserialize)]
struct Line {
    text: String,
    abuse: f64,
    #[serde(default)]
    kind: Vec<String>,
}

/// Comments written for the project, a file for each language.
const WRITTEN: [(&str, &str); 7] = [
    ("en", include_str!("written/en.jsonl")),
    ("de", include_str!("written/de.jsonl")),
    ("pt", include_str!("written/pt.jsonl")),
    ("ru", include_str!("written/ru.jsonl")),
    ("pl", include_str!("written/pl.jsonl")),
    ("ko", include_str!("written/ko.jsonl")),
    ("zh", include_str!("written/zh.jsonl")),
];

/// The name of their source, and how much one counts.
const WRITTEN_SOURCE: &str = "written";
const WRITTEN_WEIGHT: f32 = 4.0;

/// The comments written for the project. Of abusive and of harmless ones alike every fifth is kept out.
fn written() -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::new();
    for (language, file) in WRITTEN {
        let mut counts = [0; 2];
        for line in file.lines() {
            let line: Line = serde_json::from_str(line)?;
            let count = &mut counts[usize::from(line.abuse >= 0.5)];
            let part = *count % KEPT_OUT;
            *count += 1;
            texts.push(Text {
                text: line.text,
                abuse: line.abuse,
                kinds: line.kind,
                told_apart: "insult threat identity obscene sexual",
                source: WRITTEN_SOURCE,
                language,
                weight: WRITTEN_WEIGHT,
                kept_out: part == KEPT_OUT - 1,
                part,
            });
        }
    }
    Ok(texts)
}

/// The texts of every source below `data`, in the order of `sources.txt`, each once; then those written for the project.
pub fn licensed(data: &Path) -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::new();
    let mut seen = HashSet::new();
    // The tables are counted over these texts, so which of them are copies must not depend on the tables.
    let mut extractor = Extractor::counting();
    for line in SOURCES.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&'static str> = line.split_whitespace().collect();
        let [name, language, weight, reading, ..] = fields[..] else {
            continue;
        };
        let told_apart = line.split_once(reading).map_or("", |(_, kinds)| kinds);
        let path = data.join("abuse").join(format!("{name}.jsonl.gz"));
        let rows = lines(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let weight: f32 = weight.parse()?;
        let mut group = 0;
        for (at, row) in rows.into_iter().enumerate() {
            let pairs = reading == "pairs";
            group += usize::from(!pairs || row.abuse >= 0.5 || at == 0);
            let text = without_addresses(&row.text);
            let text = if pairs { plain(&text) } else { text };
            if !seen.insert(fingerprint(&mut extractor, &text)) {
                continue;
            }
            let doubtful = reading == "clean" && row.abuse > 0.0;
            texts.push(Text {
                text,
                abuse: row.abuse,
                kinds: row.kind,
                told_apart,
                source: name,
                language,
                weight,
                kept_out: doubtful || group % KEPT_OUT == KEPT_OUT - 1,
                part: group % KEPT_OUT,
            });
        }
    }
    texts.extend(written()?);
    Ok(texts)
}

fn lines(path: &Path) -> Result<Vec<Line>, Failure> {
    let mut content = String::new();
    GzDecoder::new(File::open(path)?).read_to_string(&mut content)?;
    let parsed = content.lines().map(serde_json::from_str);
    Ok(parsed.collect::<Result<_, _>>()?)
}

/// Equal for texts that are equal but for numbers and links.
fn fingerprint(extractor: &mut Extractor, text: &str) -> u64 {
    extractor.extract(&Document {
        text,
        ..Document::default()
    });
    extractor.fingerprint()
}

/// Network addresses stand in some signatures: whoever had one is nobody's business.
fn without_addresses(text: &str) -> String {
    let is_address = |word: &str| {
        let parts: Vec<&str> = word.split('.').collect();
        let number =
            |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        parts.len() == 4 && parts.iter().all(number)
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
        let length = rest[from..].find(|c: char| !c.is_ascii_digit() && c != '.');
        let end = length.map_or(rest.len(), |length| from + length);
        let word = rest[from..end].trim_end_matches('.');
        out.push_str(&rest[..from]);
        out.push_str(if is_address(word) { "(address)" } else { word });
        rest = &rest[from + word.len()..];
    }
    out + rest
}

/// One case and no spaces before punctuation: the abuse of pairs was cut into words by a program, its rewrites were
/// typed by people.
fn plain(text: &str) -> String {
    let mut out: String = text.to_lowercase();
    for mark in [".", ",", "!", "?", ":", ";", "'"] {
        out = out.replace(&format!(" {mark}"), mark);
    }
    out.trim_end_matches(['.', ' ']).to_owned()
}

/// Texts that count alike.
pub struct Group<'a> {
    pub name: String,
    pub texts: Vec<(&'a Text, bool)>,
    pub weight: f32,
}

/// How languages and classes are brought in proportion.
#[derive(Clone, Copy, Debug)]
pub struct Weighing {
    /// The share of what counts that is of the class, in every language: or the language would be evidence.
    pub share: f64,
    /// A language counts by this power of what its texts do.
    pub power: f64,
    /// The most that one text counts.
    pub most: f64,
}

pub const WEIGHING: Weighing = Weighing {
    share: 0.35,
    power: 0.6,
    most: 40.0,
};

/// Languages that count more than by their size, and by how much: they gain more than the others lose.
const MORE: [(&str, f64); 4] = [("ko", 1.25), ("ru", 1.2), ("de", 1.15), ("pl", 1.15)];

/// How much more a language counts than by its size.
fn more(language: &str) -> f64 {
    let own = MORE.iter().find(|(own, _)| *own == language);
    own.map_or(1.0, |(_, more)| *more)
}

/// Puts texts, each with whether it is of the class, into groups and weighs them.
pub fn groups<'a>(
    texts: impl IntoIterator<Item = (&'a Text, bool)>,
    weighing: Weighing,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    let mut masses: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for (text, is) in texts {
        let place = *places.entry((text.source, is)).or_insert_with(|| {
            groups.push(Group {
                name: format!("{} ({})", text.source, text.language),
                texts: Vec::new(),
                weight: 1.0,
            });
            groups.len() - 1
        });
        groups[place].texts.push((text, is));
        masses.entry(text.language).or_default()[usize::from(is)] += f64::from(text.weight);
    }
    let largest = masses
        .values()
        .map(|[no, yes]| no + yes)
        .fold(1.0, f64::max);
    for group in &mut groups {
        let (text, is) = group.texts[0];
        let [no, yes] = masses[text.language];
        let share = if is {
            weighing.share
        } else {
            1.0 - weighing.share
        };
        let own = if is { yes } else { no };
        let whole = no + yes;
        let language = (whole / largest).powf(weighing.power) * largest * more(text.language);
        let scale = share * language / own.max(1e-9);
        #[expect(clippy::cast_possible_truncation, reason = "a weight of few digits")]
        let weight = (f64::from(text.weight) * scale).min(weighing.most) as f32;
        group.weight = weight;
    }
    groups
}
