//! Counts how common each word and piece of a word is over the ham that the shipped model learns from, and writes the
//! table that the program is compiled with: `cargo run --release --example commonness -- DATA OUT`. A word is as common
//! as in the language where it is commonest: counted over all of them together, the everyday words of a language with
//! few texts would seem rare. See `models/rebuild.sh`.

use std::collections::BTreeMap;

use hamlet::text::commonness;
use hamlet::text::views::{Extractor, FEATURES, View};

#[allow(dead_code, reason = "what training needs of it")]
mod corpus;

use corpus::Text;

/// Texts that a language's counts are diluted with, so that one text of few makes nothing common.
const DOUBT: f64 = 100.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: commonness DATA OUT".into());
    };
    let mut texts = corpus::licensed(data.as_ref())?;
    texts.extend(corpus::split(corpus::written("models/written".as_ref())?).0);
    let mut languages: BTreeMap<&str, Vec<&Text>> = BTreeMap::new();
    for text in texts.iter().filter(|text| !text.sample.spam) {
        languages.entry(&text.language).or_default().push(text);
    }
    let mut shares = vec![0.0_f64; FEATURES];
    let mut most = 0;
    let mut extractor = Extractor::counting();
    for own in languages.values() {
        let mut counts = vec![0_u32; FEATURES];
        for text in own {
            extractor.extract(&text.sample.document());
            for view in [View::Words, View::Characters] {
                for feature in extractor.features(view) {
                    counts[feature.id as usize] += 1;
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of texts")]
        let count = own.len() as f64 + DOUBT;
        for (share, own) in shares.iter_mut().zip(&counts) {
            *share = share.max(f64::from(*own) / count);
        }
        most = most.max(own.len());
    }
    std::fs::write(out, commonness::table(most as u64, &shares))?;
    Ok(())
}
