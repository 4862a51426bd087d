//! The gate: whether a candidate may go into use. It compares what was measured on the same
//! held-out samples and looks at the labels themselves; each thing that stands against the
//! candidate is one plain sentence. Pure.

use crate::{
    bayes::Question,
    domain::model::{Comparison, Gate},
    evaluation::figures::Scored,
};

/// Labels of each class that a run needs.
pub const NEEDED: u64 = 20;

/// Held-out samples of each class below which a comparison means nothing.
const FEW: u64 = 5;

/// A class with less than this share of the labels makes them one-sided.
const LEAST_SHARE: f64 = 0.02;

/// A loss as large as the one seen, or larger, would come by chance this often: less is significant.
const CHANCE: f64 = 0.05;

/// Calibration error that is never too much.
const SANE_CALIBRATION: f64 = 0.05;

/// A ranking worse than this on a site's own labels means that the labels contradict each other.
const POOR_RANKING: f64 = 0.75;

/// Share of a source's labels that may contradict what all others teach.
const CONTRADICTIONS: f64 = 0.25;

/// Contradictions below this number are no pattern.
const FEW_CONTRADICTIONS: u64 = 10;

/// A source held against all others.
#[derive(Debug, Clone)]
pub struct Opposed {
    /// Its name.
    pub name: String,
    /// Its labels looked at.
    pub labels: u64,
    /// Those of which the others' model is sure that they are the opposite.
    pub contradicted: u64,
}

/// What the gate looks at.
#[derive(Debug)]
pub struct Measurements<'a> {
    /// What the models answer.
    pub question: Question,
    /// Candidate against live.
    pub comparison: &'a Comparison,
    /// Held-out samples' scores by the candidate and by what is live, in the same order.
    pub candidate: &'a [Scored],
    /// See there.
    pub live: &'a [Scored],
    /// The shipped model's ranking of the labels: area under the ROC curve.
    pub shipped_auc: f64,
    /// All labels: ham, spam.
    pub labels: [u64; 2],
    /// Sources held against all others.
    pub opposed: &'a [Opposed],
}

/// What is wrong with the labels as a whole, before anything is trained on them.
#[must_use]
pub fn refuse_labels(question: Question, [ham, spam]: [u64; 2]) -> Option<String> {
    let [clean, against] = question.classes();
    if ham < NEEDED || spam < NEEDED {
        return Some(format!(
            "There are {ham} {clean} and {spam} {against} labels; at least {NEEDED} of each are needed to train a model."
        ));
    }
    let (fewer, name) = if ham < spam {
        (ham, clean)
    } else {
        (spam, against)
    };
    if share(fewer, ham + spam) < LEAST_SHARE {
        return Some(format!(
            "The labels are one-sided: only {fewer} of {} are {name}. A model trained on them would hardly know what {name} is.",
            ham + spam
        ));
    }
    None
}

/// What is wrong with what is left to train on once nearly equal texts have gone to one side: held
/// out or not.
#[must_use]
pub fn refuse_texts(question: Question, [ham, spam]: [i64; 2]) -> Option<String> {
    let [clean, against] = question.classes();
    let name = match (ham, spam) {
        (0, _) => clean,
        (_, 0) => against,
        _ => return None,
    };
    Some(format!(
        "The {name} labels are all about nearly the same text, which is held out to measure on: label more different ones."
    ))
}

/// Judges a candidate.
#[must_use]
pub fn judge(measured: &Measurements<'_>) -> Gate {
    let reasons: Vec<String> = [
        too_few(measured),
        lost(measured, true),
        lost(measured, false),
        miscalibrated(measured.comparison),
        poor(measured),
        swapped(measured),
    ]
    .into_iter()
    .flatten()
    .chain(measured.opposed.iter().filter_map(contradicts))
    .collect();
    Gate {
        passed: reasons.is_empty(),
        reasons,
    }
}

fn too_few(measured: &Measurements<'_>) -> Option<String> {
    let Comparison { ham, spam, .. } = measured.comparison;
    let [clean, against] = measured.question.classes();
    (*ham < FEW || *spam < FEW).then(|| {
        format!(
            "Only {ham} {clean} and {spam} {against} samples were held out to measure on; with fewer than {FEW} of each nothing can be said."
        )
    })
}

/// A significant loss in spam caught, or in ham let through.
fn lost(measured: &Measurements<'_>, spam: bool) -> Option<String> {
    let threshold = log_odds(measured.comparison.threshold);
    let (mut worse, mut better) = (0, 0);
    for (candidate, live) in measured.candidate.iter().zip(measured.live) {
        if candidate.1 == spam {
            let right = |scored: &Scored| (scored.0 >= threshold) == spam;
            match (right(candidate), right(live)) {
                (false, true) => worse += 1,
                (true, false) => better += 1,
                _ => {}
            }
        }
    }
    if by_chance(worse, better) >= CHANCE {
        return None;
    }
    let Comparison {
        candidate, live, ..
    } = measured.comparison;
    let [clean, against] = measured.question.classes();
    Some(if spam {
        format!(
            "It catches less {against} than the live model: {:.1} % instead of {:.1} %.",
            100.0 * candidate.caught,
            100.0 * live.caught
        )
    } else {
        format!(
            "It wrongly blocks more than the live model: {:.1} % of the {clean} instead of {:.1} %.",
            100.0 * candidate.blocked,
            100.0 * live.blocked
        )
    })
}

/// How likely it is by chance that, of samples on which two models differ, as many or more speak
/// against the one: the exact form of `McNemar`'s test (1947), one-sided.
#[must_use]
fn by_chance(worse: u32, better: u32) -> f64 {
    let n = worse + better;
    let mut log_term = -f64::from(n) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    for k in 0..=n {
        if k >= worse {
            sum += log_term.exp();
        }
        log_term += (f64::from(n - k) / f64::from(k + 1)).ln();
    }
    sum.min(1.0)
}

/// The calibration error of few samples is large by chance alone: some half over their root.
fn miscalibrated(comparison: &Comparison) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "a count of samples")]
    let samples = ((comparison.ham + comparison.spam).max(1)) as f64;
    let limit = SANE_CALIBRATION + 0.5 / samples.sqrt();
    let (candidate, live) = (comparison.candidate, comparison.live);
    let error = candidate.calibration_error;
    (!(error <= limit || error <= live.calibration_error + 0.01)).then(|| {
        format!("Its probabilities are not to be trusted: they are off by {error:.3} on average, and {limit:.3} is the most that is accepted.")
    })
}

fn poor(measured: &Measurements<'_>) -> Option<String> {
    let comparison = measured.comparison;
    let Comparison { ham, spam, .. } = comparison;
    let [clean, against] = measured.question.classes();
    let auc = comparison.candidate.auc;
    let sure = *ham >= FEW && *spam >= FEW;
    (sure && auc + 2.0 * auc_error(*ham, *spam) < POOR_RANKING).then(|| {
        format!("It hardly tells the site's own {against} from its {clean} (area under the curve {auc:.2}): the labels contradict each other.")
    })
}

fn swapped(measured: &Measurements<'_>) -> Option<String> {
    let [ham, spam] = measured.labels;
    let [clean, against] = measured.question.classes();
    let auc = measured.shipped_auc;
    (auc + 2.0 * auc_error(ham, spam) < 0.5).then(|| {
        format!("The labels say the opposite of what the model that ships with the program reads in the texts (area under the curve {auc:.2}): were {against} and {clean} swapped?")
    })
}

fn contradicts(source: &Opposed) -> Option<String> {
    let Opposed {
        name,
        labels,
        contradicted,
    } = source;
    let many =
        *contradicted >= FEW_CONTRADICTIONS && share(*contradicted, *labels) > CONTRADICTIONS;
    many.then(|| {
        format!("{contradicted} of {labels} labels from '{name}' are the opposite of what all other labels teach: look at that source.")
    })
}

/// The standard error of an area under the ROC curve of one half (Mann and Whitney 1947).
#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn auc_error(ham: u64, spam: u64) -> f64 {
    let (ham, spam) = (ham.max(1) as f64, spam.max(1) as f64);
    ((ham + spam + 1.0) / (12.0 * ham * spam)).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// A probability as log-odds.
pub(super) fn log_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Measured;

    fn measured(auc: f64, calibration_error: f64) -> Measured {
        Measured {
            caught: 0.9,
            blocked: 0.0,
            auc,
            mcc: 0.9,
            log_loss: 0.1,
            calibration_error,
        }
    }

    fn comparison(samples: u64, candidate: Measured) -> Comparison {
        Comparison {
            ham: samples,
            spam: samples,
            threshold: 0.95,
            candidate,
            live: measured(0.95, 0.02),
            live_version: "live".to_owned(),
        }
    }

    fn gate(comparison: &Comparison, candidate: &[Scored], live: &[Scored]) -> Gate {
        judge(&Measurements {
            question: Question::Spam,
            comparison,
            candidate,
            live,
            shipped_auc: 0.8,
            labels: [500, 500],
            opposed: &[],
        })
    }

    #[test]
    fn the_chance_of_a_loss_is_that_of_a_coin() {
        assert!((by_chance(0, 0) - 1.0).abs() < 1e-12);
        assert!((by_chance(5, 0) - 1.0 / 32.0).abs() < 1e-12);
        assert!((by_chance(1, 1) - 0.75).abs() < 1e-12);
        assert!(by_chance(10_000, 10_000) > 0.5);
        assert!(by_chance(600, 400) < 1e-6);
    }

    #[test]
    fn a_significant_loss_is_refused_and_a_small_one_is_not() {
        let comparison = comparison(100, measured(0.99, 0.02));
        let live = vec![(5.0, true); 100];
        let mut candidate = live.clone();
        candidate[..3].fill((0.0, true));
        assert!(gate(&comparison, &candidate, &live).passed);
        candidate[..8].fill((0.0, true));
        let refused = gate(&comparison, &candidate, &live);
        assert!(
            refused.reasons[0].starts_with("It catches less spam"),
            "{refused:?}"
        );
        let quiet = vec![(-5.0, false); 100];
        let mut blocking = quiet.clone();
        blocking[..8].fill((5.0, false));
        let refused = gate(&comparison, &blocking, &quiet);
        assert!(
            refused.reasons[0].starts_with("It wrongly blocks"),
            "{refused:?}"
        );
    }

    #[test]
    fn wild_probabilities_a_poor_ranking_and_few_samples_are_refused() {
        let says = |comparison: &Comparison| gate(comparison, &[], &[]).reasons.join(" ");
        assert!(says(&comparison(500, measured(0.99, 0.2))).contains("not to be trusted"));
        assert!(says(&comparison(500, measured(0.6, 0.02))).contains("contradict each other"));
        assert!(says(&comparison(4, measured(0.99, 0.02))).contains("held out"));
        assert_eq!(says(&comparison(500, measured(0.99, 0.04))), "");
    }

    #[test]
    fn labels_too_few_or_one_sided_are_refused_before_training() {
        assert!(
            refuse_labels(Question::Spam, [19, 500])
                .unwrap_or_default()
                .contains("19 ham")
        );
        assert!(
            refuse_labels(Question::Spam, [5_000, 50])
                .unwrap_or_default()
                .contains("one-sided")
        );
        assert_eq!(refuse_labels(Question::Spam, [500, 50]), None);
        assert!(
            refuse_texts(Question::Spam, [0, 90]).is_some_and(|says| says.contains("ham labels"))
        );
        assert_eq!(refuse_texts(Question::Spam, [90, 90]), None);
    }

    #[test]
    fn swapped_labels_and_a_source_that_contradicts_the_others_are_named() {
        let comparison = comparison(100, measured(0.99, 0.02));
        let opposed = [Opposed {
            name: "mallory".to_owned(),
            labels: 100,
            contradicted: 40,
        }];
        let gate = judge(&Measurements {
            question: Question::Spam,
            comparison: &comparison,
            candidate: &[],
            live: &[],
            shipped_auc: 0.1,
            labels: [500, 500],
            opposed: &opposed,
        });
        assert_eq!(gate.reasons.len(), 2, "{gate:?}");
        assert!(gate.reasons[0].contains("swapped") && gate.reasons[1].contains("mallory"));
    }
}
