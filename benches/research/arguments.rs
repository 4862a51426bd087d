//! The arguments of `cross_validation`.

use std::collections::HashSet;
use std::path::PathBuf;

use hamlet::bayes::options::Options;
use hamlet::text::views::VIEWS;

use crate::corpus::{self, Failure, Weighing};

/// What a run is asked for.
pub struct Arguments {
    pub modes: HashSet<String>,
    pub data: PathBuf,
    /// The file of the shipped model, where it is not the one compiled in.
    pub model: Option<PathBuf>,
    /// Texts of each licensed source, language and label, at most.
    pub each: usize,
    pub weighing: Weighing,
    pub options: Options,
    /// How many of the texts that scored most wrongly are printed.
    pub worst: usize,
    /// Writes the texts, each with its part, for `benches/research/cross_validation.py`, and does nothing else.
    pub dump: Option<PathBuf>,
    /// Every score that was printed about, one JSON object a line, is added to this file: to look at calibration.
    pub scores: Option<PathBuf>,
    /// The one source that `sources` leaves out, instead of each; what is left out with it stays out.
    pub only: Option<String>,
    /// No lines for the written corpus's languages and kinds.
    pub brief: bool,
}

/// The arguments of this run; an error where one is none or has no value.
pub fn arguments() -> Result<Arguments, Failure> {
    let mut found = Arguments {
        modes: HashSet::new(),
        data: "../shared/data".into(),
        model: None,
        each: corpus::EACH,
        weighing: corpus::WEIGHING,
        options: corpus::options(),
        worst: 0,
        dump: None,
        scores: None,
        only: None,
        brief: false,
    };
    let mut rest = std::env::args().skip(1);
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{word} what?"));
        match word.as_str() {
            "--data" => found.data = value()?.into(),
            "--model" => found.model = Some(value()?.into()),
            "--each" => found.each = value()?.parse()?,
            "--written" => found.weighing.written = value()?.parse()?,
            "--imbalance" => found.weighing.imbalance = value()?.parse()?,
            "--freedom" => found.options.freedom = value()?.parse()?,
            "--alpha" => found.options.alpha = [value()?.parse()?; VIEWS.len()],
            "--confidence" => found.options.confidence = value()?.parse()?,
            "--shift" => found.options.shift = value()?.parse()?,
            "--cells" => found.options.kept_cells = value()?.parse()?,
            "--dump" => found.dump = Some(value()?.into()),
            "--scores" => found.scores = Some(value()?.into()),
            "--only" => found.only = Some(value()?),
            "--brief" => found.brief = true,
            "--worst" => found.worst = value()?.parse()?,
            mode => {
                found.modes.insert(mode.to_owned());
            }
        }
    }
    Ok(found)
}
