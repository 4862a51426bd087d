//! Trains the shipped abuse model, all kinds, on the licensed texts and on the project's own sentences about people:
//! `cargo run --release --example rebuild_abuse -- DATA OUT`. See `models/rebuild.sh`.

#![allow(clippy::print_stdout, reason = "prints what each source counted")]

use hamlet::bayes::AbuseKind;
use hamlet::bayes::Question;
use hamlet::bayes::compact;
use hamlet::evaluation::figures::Figures;

#[allow(dead_code, reason = "what measuring needs of it")]
mod corpus;
#[allow(dead_code, reason = "what measuring needs of it")]
mod people;
#[allow(dead_code, reason = "what measuring needs of it")]
mod recipe;

use corpus::Failure;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: rebuild_abuse DATA OUT".into());
    };
    let mut texts = corpus::licensed(data.as_ref())?;
    texts.retain(|text| !text.kept_out);
    let numbers = recipe::Numbers::default();
    texts.extend(recipe::people(numbers));
    let trained = recipe::toxicity(&texts, numbers)?;
    println!("toxicity\n{}", Figures::of(&trained.held_out));
    let languages = recipe::languages(&texts, AbuseKind::Toxicity);
    let mut kinds = Vec::new();
    for kind in recipe::KINDS {
        let trained = recipe::kind(&texts, kind)?;
        let languages = recipe::languages(&texts, kind);
        println!(
            "{} {languages:?}\n{}",
            kind.as_str(),
            Figures::of(&trained.held_out)
        );
        kinds.push((kind, languages, trained));
    }
    let kinds: Vec<_> = kinds
        .iter()
        .map(|(kind, languages, trained)| (*kind, languages.clone(), trained))
        .collect();
    let bytes = compact::write(Question::Abuse, languages, &trained, &kinds)?;
    println!("{} bytes", bytes.len());
    std::fs::write(out, bytes)?;
    Ok(())
}
