//! Counts which pairs and pieces of words are met again and again in the texts that the shipped models learn from, and writes
//! the table that the program is compiled with: `cargo run --release --example vocabulary -- DATA OUT`. Which label a text has
//! is not looked at, and what is kept out of training is not counted. See `models/rebuild.sh`.

#![allow(clippy::print_stdout, reason = "prints how many are known")]

use std::collections::BTreeMap;

use hamlet::text::Document;
use hamlet::text::views::{Extractor, View};
use hamlet::text::vocabulary::{BITS, BYTES};

#[allow(dead_code, reason = "what training needs of it")]
#[path = "abuse/corpus.rs"]
mod abuse;
#[allow(dead_code, reason = "what training needs of it")]
mod corpus;

/// A piece belongs to the vocabulary if so many texts of one language have it, and one more for each hundred that the root of
/// their number has: in a hundred thousand English texts five have many a slip of the pen.
const LEAST: f64 = 2.0;
const ROOT: f64 = 60.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: vocabulary DATA OUT".into());
    };
    let mut languages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |language: &str, text: String| {
        languages.entry(language.to_owned()).or_default().push(text);
    };
    let mut spam = corpus::thinned(corpus::licensed(data.as_ref())?, corpus::EACH);
    spam.extend(corpus::split(corpus::written("models/written".as_ref())?).0);
    for text in spam {
        add(&text.language, text.sample.text);
    }
    for text in abuse::licensed(data.as_ref())? {
        if !text.kept_out {
            add(text.language, text.text);
        }
    }
    let mut table = vec![0; 2 * BYTES];
    for texts in languages.values_mut() {
        texts.sort_unstable();
        texts.dedup();
        count(texts, &mut table);
    }
    for (view, part) in [View::Words, View::Characters]
        .iter()
        .zip(table.chunks(BYTES))
    {
        let known: u32 = part.iter().map(|byte| byte.count_ones()).sum();
        println!("{view:?}: {known} known");
    }
    std::fs::write(out, table)?;
    Ok(())
}

/// Adds the pieces that are known in one language.
fn count(texts: &[String], table: &mut [u8]) {
    let mut counts = vec![0_u16; 2 << BITS];
    let mut extractor = Extractor::counting();
    for text in texts {
        let document = Document {
            text,
            ..Document::default()
        };
        let mut pieces = extractor.pieces(&document);
        pieces.sort_unstable_by_key(|(view, value)| (view.index(), *value));
        pieces.dedup();
        for (view, value) in pieces {
            let count = &mut counts[(view.index() << BITS) + value as usize];
            *count = count.saturating_add(1);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of texts")]
    let least = LEAST + ((texts.len() as f64).sqrt() / ROOT).floor();
    for (place, count) in counts.iter().enumerate() {
        if f64::from(*count) >= least {
            table[place / 8] |= 1 << (place % 8);
        }
    }
}
