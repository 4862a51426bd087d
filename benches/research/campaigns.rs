//! What a near copy says: how much likelier one is among spam than among genuine comments, by how many came before it and
//! by what people had said of those. `cargo run --release --example campaigns -- ../shared/data`. The comments of each
//! source pass through a window, in the order of the file or, for the videos, of time; what they have in common with the
//! same text on the same page apart. Every text counts as decided about at once (`said`), or none (`unsaid`).

#![allow(clippy::print_stdout, reason = "an example that prints tables")]
#![allow(clippy::cast_precision_loss, reason = "counts of texts")]

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    time::Duration,
};

use hamlet::{
    domain::{comment::CommentId, timestamp::Timestamp},
    intake::campaigns::window::{Newcomer, Window},
    text::{Document, sketch::Sketch, views::with_features},
};

type Failure = Box<dyn std::error::Error>;

struct Text {
    text: String,
    is_spam: bool,
}

fn lines(path: &Path) -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        let value: serde_json::Value = serde_json::from_str(line)?;
        texts.push(Text {
            text: value["text"].as_str().unwrap_or_default().to_owned(),
            is_spam: value["label"] == "spam",
        });
    }
    Ok(texts)
}

fn videos(folder: &Path) -> Result<Vec<Text>, Failure> {
    let mut dated = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.to_string_lossy().contains("Youtube0") {
            continue;
        }
        let mut reader = csv::Reader::from_path(path)?;
        for record in reader.records() {
            let record = record?;
            let text = Text {
                text: record[3].to_owned(),
                is_spam: &record[4] == "1",
            };
            dated.push((record[2].to_owned(), text));
        }
    }
    dated.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(dated.into_iter().map(|(_, text)| text).collect())
}

fn sketch(text: &str) -> Option<Sketch> {
    let document = Document {
        text,
        name: None,
        email_domain: None,
        website: None,
    };
    with_features(&document, |features| Sketch::of(features))
}

#[derive(Default)]
struct Tally {
    ham: usize,
    spam: usize,
}

impl Tally {
    fn add(&mut self, is_spam: bool) {
        *(if is_spam {
            &mut self.spam
        } else {
            &mut self.ham
        }) += 1;
    }
}

fn pass(name: &str, texts: &[Text], show: bool) {
    let mut window = Window::new(1_000_000, Duration::from_hours(24 * 365));
    let mut labels: HashMap<CommentId, bool> = HashMap::new();
    let (mut all, mut sketched) = (Tally::default(), Tally::default());
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let now = Timestamp::from_millis(1_800_000_000_000);
    for Text { text, is_spam } in texts {
        all.add(*is_spam);
        let Some(sketch) = sketch(text) else { continue };
        sketched.add(*is_spam);
        let id = CommentId::generate();
        labels.insert(id, *is_spam);
        let newcomer = Newcomer {
            id,
            parent: None,
            sketch,
        };
        let Some(joined) = window.take_in(newcomer, now) else {
            continue;
        };
        let others = joined.others.len();
        let spam = joined.others.iter().filter(|id| labels[*id]).count();
        if show && !*is_spam {
            println!(
                "  ham copy of {others}: {}",
                text.chars().take(110).collect::<String>()
            );
        }
        let many = match others {
            1 => "1",
            2..4 => "2-3",
            4..10 => "4-9",
            _ => "10+",
        };
        tallies
            .entry(format!("unsaid {many}"))
            .or_default()
            .add(*is_spam);
        let said = match (spam, others - spam) {
            (0, 1) => "0:1",
            (0, _) => "0:2+",
            (1, 0) => "1:0",
            (2..4, 0) => "2-3:0",
            (_, 0) => "4+:0",
            _ => "both",
        };
        tallies
            .entry(format!("said (spam:ham) {said}"))
            .or_default()
            .add(*is_spam);
    }
    println!(
        "{name}: {} ham, {} spam; with a sketch {} and {}",
        all.ham, all.spam, sketched.ham, sketched.spam
    );
    for (what, Tally { ham, spam }) in tallies {
        let share = |count: usize, of: usize| (count as f64 + 0.5) / (of as f64 + 1.0);
        let weight = (share(spam, all.spam) / share(ham, all.ham)).ln();
        println!("  {what:24} ham {ham:5}  spam {spam:5}  log ratio {weight:+.2}");
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments
        .next()
        .unwrap_or_else(|| "../shared/data".to_owned());
    let show = arguments.next().is_some();
    let data = Path::new(&data);
    pass("videos", &videos(&data.join("youtube"))?, show);
    let labelled = |name: &str| lines(&data.join("labelled").join(name));
    pass(
        "Telegram, Russian",
        &labelled("telegram_ru_2025.jsonl")?,
        show,
    );
    pass("Indonesian", &labelled("indonesian_gambling.jsonl")?, show);
    let mut network = labelled("stackexchange_ham.jsonl")?;
    network.extend(labelled("meta_stackexchange_spam.jsonl")?);
    network.extend(labelled("apple_stackexchange_spam.jsonl")?);
    pass("Stack Exchange", &network, show);
    pass("Wikipedia", &labelled("wikipedia_talk_ham.jsonl")?, show);
    let mut written = Vec::new();
    for entry in fs::read_dir("models/written")? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "jsonl") {
            written.extend(lines(&path)?);
        }
    }
    pass("written, no two of which are copies", &written, show);
    Ok(())
}
