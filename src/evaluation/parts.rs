//! The figures of each language and each kind of text, with intervals: a model that is good on the whole may be useless
//! in one language, and few texts of it may say little.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::figures::{Figures, Scored};
use super::intervals;
use crate::bayes::row::Sample;
use crate::text::language;
use crate::text::views::with_features;

/// Log-odds of 0.95 and of 0.2, from which a comment is blocked and held where nobody chose otherwise.
const BLOCKED: f64 = 2.944_439;
const HELD: f64 = -1.386_294;
/// Parts of fewer texts say nothing.
const FEWEST: usize = 10;

/// What a labelled text says of itself besides its label.
#[derive(Clone, Debug, Default)]
pub struct TextOrigin {
    /// The code of its language, as whoever labelled it calls it.
    pub language: Option<String>,
    /// Which sort of spam or ham.
    pub kind: Option<String>,
}

impl TextOrigin {
    /// The origin of a text of which only the language is known, recognised as a comment's is.
    #[must_use]
    pub fn recognised(sample: &Sample) -> Self {
        let found = with_features(&sample.document(), |features| {
            language::of(&sample.text, features)
        });
        Self {
            language: found.map(|language| language.code.to_owned()),
            kind: None,
        }
    }
}

/// A share of texts, with its interval of 95 %. All are shares of one, none of nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Portion {
    /// The share.
    pub share: f64,
    /// The interval's ends.
    pub interval: [f64; 2],
}

/// The figures of one part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartFigures {
    /// `language` or `kind`.
    pub by: &'static str,
    /// The language's code, or the kind's name.
    pub name: String,
    /// Ham texts.
    pub ham: u64,
    /// Spam texts.
    pub spam: u64,
    /// Area under the ROC curve and half the width of its interval of 95 %; none where a class is missing.
    pub auc: Option<[f64; 2]>,
    /// Ham at 0.95 and above.
    pub ham_blocked: Option<Portion>,
    /// Ham at 0.2 and above.
    pub ham_held: Option<Portion>,
    /// Spam at 0.95 and above.
    pub spam_blocked: Option<Portion>,
    /// Spam at 0.2 and above.
    pub spam_held: Option<Portion>,
}

/// The figures of every language and every kind of which there are texts enough, languages first.
#[must_use]
pub fn of(scored: &[Scored], origins: &[TextOrigin]) -> Vec<PartFigures> {
    let mut parts: BTreeMap<(u8, &str), Vec<Scored>> = BTreeMap::new();
    for (scored, origin) in scored.iter().zip(origins) {
        for (by, name) in [(0, &origin.language), (1, &origin.kind)] {
            if let Some(name) = name.as_deref().filter(|name| !name.is_empty()) {
                parts.entry((by, name)).or_default().push(*scored);
            }
        }
    }
    let enough = parts.iter().filter(|(_, scored)| scored.len() >= FEWEST);
    enough
        .map(|((by, name), scored)| part(["language", "kind"][usize::from(*by)], name, scored))
        .collect()
}

fn part(by: &'static str, name: &str, scored: &[Scored]) -> PartFigures {
    let figures = Figures::of(scored);
    let share = |spam: bool, threshold: f64| {
        let own = || scored.iter().filter(|(_, is)| *is == spam);
        let over = own().filter(|(score, _)| *score >= threshold).count();
        share(over, own().count())
    };
    PartFigures {
        by,
        name: name.to_owned(),
        ham: figures.ham,
        spam: figures.spam,
        auc: (figures.ham > 0 && figures.spam > 0)
            .then(|| [figures.auc, intervals::area(&figures)]),
        ham_blocked: share(false, BLOCKED),
        ham_held: share(false, HELD),
        spam_blocked: share(true, BLOCKED),
        spam_held: share(true, HELD),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
fn share(part: usize, whole: usize) -> Option<Portion> {
    let (part, whole) = (part as f64, whole as f64);
    (whole > 0.0).then(|| Portion {
        share: part / whole,
        interval: intervals::share(part, whole),
    })
}

impl fmt::Display for Portion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval.map(|end| 100.0 * end);
        write!(out, "{:.1} % ({low:.1}–{high:.1})", 100.0 * self.share)
    }
}

impl PartFigures {
    /// The area under the curve and each share as words, in the order of the fields.
    #[must_use]
    pub fn cells(&self) -> [String; 5] {
        let none = || "–".to_owned();
        let shares = [
            self.ham_blocked,
            self.ham_held,
            self.spam_blocked,
            self.spam_held,
        ];
        let [a, b, c, d] = shares.map(|share| share.map_or_else(none, |share| share.to_string()));
        let area = self.auc;
        let area = area.map_or_else(none, |[area, half]| format!("{area:.3} ± {half:.3}"));
        [area, a, b, c, d]
    }
}

impl fmt::Display for PartFigures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [area, blocked, held, caught, either] = self.cells();
        write!(
            out,
            "{} {}: {} ham, {} spam, AUC {area}; ham blocked {blocked}, held {held}; spam blocked {caught}, or held {either}",
            self.by, self.name, self.ham, self.spam
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_and_each_kind_has_its_own_figures() {
        let origin = |language: &str, kind: &str| TextOrigin {
            language: Some(language.to_owned()),
            kind: Some(kind.to_owned()),
        };
        let mut scored = vec![(3.0, true); 6];
        scored.extend([(-3.0, false); 6]);
        scored.extend([(-1.0, false); 12]);
        let mut origins = vec![origin("de", "casino"); 6];
        origins.extend(vec![origin("de", "question"); 6]);
        origins.extend(vec![origin("ko", "question"); 12]);
        let found = of(&scored, &origins);
        let names: Vec<_> = found.iter().map(|part| (part.by, &*part.name)).collect();
        assert_eq!(
            names,
            [("language", "de"), ("language", "ko"), ("kind", "question")],
            "a kind of six texts says nothing"
        );
        let [area, _] = found[0].auc.expect("both classes");
        assert!((area - 1.0).abs() < 1e-12);
        assert_eq!(found[0].spam_blocked.map(|share| share.share), Some(1.0));
        assert_eq!(found[1].auc, None);
        assert_eq!(found[1].ham_held.map(|share| share.share), Some(1.0));
        assert_eq!(found[1].ham_blocked.map(|share| share.share), Some(0.0));
        assert_eq!(found[1].spam_blocked, None);
    }
}
