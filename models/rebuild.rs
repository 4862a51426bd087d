//! Trains the shipped model on the licensed texts and on those written for the project:
//! `cargo run --release --example rebuild -- DATA OUT`. See `models/rebuild.sh`.

#![allow(clippy::print_stdout, reason = "prints what each source counted")]

use hamlet::bayes::options::Options;
use hamlet::bayes::row::Sample;
use hamlet::bayes::train::Trainer;
use hamlet::evaluation::figures::Figures;

#[allow(dead_code, reason = "what cross-validation needs of it")]
mod corpus;

use corpus::Failure;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: rebuild DATA OUT".into());
    };
    let mut texts = corpus::thinned(corpus::licensed(data.as_ref())?, corpus::EACH);
    texts.extend(corpus::split(corpus::written("models/written".as_ref())?).0);
    let options = Options {
        // One fold alone moved the share of spam that is blocked by five points either way.
        calibrated_cells: usize::MAX,
        ..corpus::options()
    };
    let mut trainer = Trainer::new(options, None);
    for group in corpus::groups(&texts, corpus::WEIGHING) {
        let samples: Vec<Sample> = group.texts.iter().map(|text| text.sample.clone()).collect();
        println!(
            "{:<28} {:>6} texts, each counts {:.3}",
            group.name,
            samples.len(),
            group.weight
        );
        trainer.add(&group.name, &samples, group.weight);
    }
    let fitted = trainer.finish()?;
    println!("{}", Figures::of(&fitted.held_out));
    std::fs::write(out, fitted.to_bytes()?)?;
    Ok(())
}
