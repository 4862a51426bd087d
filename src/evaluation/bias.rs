//! Whether a model holds it against people that they are named: its figures on the texts that mention a term for a
//! group of people, beside those that do not (Borkan et al., 2019, "Nuanced Metrics for Measuring Unintended Bias with
//! Real Data for Text Classification").

use std::fmt;

use serde::Serialize;

use super::figures::{Scored, auc_of};

/// The terms that are looked for, by language.
static TERMS: &str = include_str!("terms.txt");

/// Texts of each class that mention a term, below which it is left out: fewer say nothing.
const FEWEST: usize = 5;

/// A model's figures on the texts that mention a term.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TermFigures {
    /// The term.
    pub term: String,
    /// Texts that mention it: harmless, abusive.
    pub texts: [usize; 2],
    /// AUC among them.
    pub subgroup: f64,
    /// Background positive, subgroup negative: the chance that abuse without the term scores above harmless texts
    /// with it. Low where the term itself is held against people.
    pub bpsn: f64,
    /// Background negative, subgroup positive: the chance that abuse with the term scores above harmless texts
    /// without it.
    pub bnsp: f64,
    /// Share of the harmless texts with the term that score at or above the threshold.
    pub flagged: f64,
}

impl fmt::Display for TermFigures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [harmless, abusive] = self.texts;
        write!(
            out,
            "{:<20} {harmless:>6} harmless, {:.3} flagged, {abusive:>6} abusive; AUC {:.3}   BPSN {:.3}   BNSP {:.3}",
            self.term, self.flagged, self.subgroup, self.bpsn, self.bnsp
        )
    }
}

/// The figures of every term that enough texts of both classes mention. `texts` are texts with their scores and whether
/// they are abuse; `threshold` is in log-odds.
#[must_use]
pub fn by_term(texts: &[(&str, Scored)], threshold: f64) -> Vec<TermFigures> {
    let folded: Vec<String> = texts.iter().map(|(text, _)| text.to_lowercase()).collect();
    terms()
        .filter_map(|term| {
            let (with, without): (Vec<_>, Vec<_>) = folded
                .iter()
                .zip(texts)
                .map(|(text, (_, scored))| (mentions(text, term), *scored))
                .partition(|(mentions, _)| *mentions);
            let of = |part: Vec<(bool, Scored)>| -> [Vec<Scored>; 2] {
                let (yes, no) = part
                    .into_iter()
                    .map(|(_, scored)| scored)
                    .partition(|(_, is)| *is);
                [no, yes]
            };
            let ([harmless, abusive], [clean, bad]) = (of(with), of(without));
            figures(term, &harmless, &abusive, &clean, &bad, threshold)
        })
        .collect()
}

fn figures(
    term: &str,
    harmless: &[Scored],
    abusive: &[Scored],
    clean: &[Scored],
    bad: &[Scored],
    threshold: f64,
) -> Option<TermFigures> {
    if harmless.len().min(abusive.len()) < FEWEST {
        return None;
    }
    let auc = |no: &[Scored], yes: &[Scored]| auc_of(&[no, yes].concat());
    let flagged = harmless.iter().filter(|(score, _)| *score >= threshold);
    #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
    let flagged = flagged.count() as f64 / harmless.len() as f64;
    Some(TermFigures {
        term: term.to_owned(),
        texts: [harmless.len(), abusive.len()],
        subgroup: auc(harmless, abusive),
        bpsn: auc(harmless, bad),
        bnsp: auc(clean, abusive),
        flagged,
    })
}

/// Every term that is looked for.
pub fn terms() -> impl Iterator<Item = &'static str> {
    let lines = TERMS.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Does a text in lower case mention a term, as a word of its own?
#[must_use]
pub fn mentions(text: &str, term: &str) -> bool {
    let spaced = term.chars().all(|c| !crate::text::tokens::is_unspaced(c));
    let is_border = |c: Option<char>| !spaced || c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(term).any(|(at, found)| {
        let after = text[at + found.len()..].chars().next();
        let hangul = found
            .chars()
            .any(|c| ('\u{AC00}'..='\u{D7A3}').contains(&c));
        is_border(text[..at].chars().next_back()) && (hangul || is_border(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_flags_a_term_shows_it() {
        let mut texts = Vec::new();
        for _ in 0..10 {
            texts.push(("a gay couple", (2.0, false)));
            texts.push(("I hate every gay man", (3.0, true)));
            texts.push(("a couple", (-3.0, false)));
            texts.push(("drop dead", (1.0, true)));
        }
        let found = by_term(&texts, 0.0);
        assert_eq!(found.len(), 1);
        let gay = &found[0];
        assert_eq!((gay.term.as_str(), gay.texts), ("gay", [10, 10]));
        assert!((gay.subgroup - 1.0).abs() < 1e-9 && gay.bpsn.abs() < 1e-9);
        assert!((gay.bnsp - 1.0).abs() < 1e-9 && (gay.flagged - 1.0).abs() < 1e-9);
    }

    #[test]
    fn terms_are_words() {
        assert!(mentions("the old gay bar", "old"));
        assert!(!mentions("he told me", "old"));
        assert!(mentions("他是穆斯林吗", "穆斯林"));
    }
}
