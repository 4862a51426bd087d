//! Counts how common each word and piece of a word is over the ham of labelled files and writes the
//! table that the program is compiled with: `cargo run --release --example commonness -- FILE… OUT`.
//! See `models/rebuild.sh`.

use std::fs::File;
use std::io::BufReader;

use hamlet::bayes::Label;
use hamlet::bayes::row::Row;
use hamlet::interchange::labelled;
use hamlet::text::Document;
use hamlet::text::commonness;
use hamlet::text::views::FEATURES;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let out = files.pop().ok_or("usage: commonness FILE… OUT")?;
    let mut counts = vec![0_u32; FEATURES];
    let mut texts = 0;
    for path in files {
        for record in labelled::read_any(BufReader::new(File::open(path)?))? {
            let record = record?;
            if record.label == Some(Label::Ham) {
                texts += 1;
                let document = Document {
                    text: &record.text,
                    ..Document::default()
                };
                Row::of(&document, Label::Ham, 1.0).each(|id, _| counts[id as usize] += 1);
            }
        }
    }
    std::fs::write(out, commonness::table(texts, &counts))?;
    Ok(())
}
