//! The drawings of the evaluation report, as SVG text. What they are drawn from is computed in
//! [`super::figures`]; the page around them is in [`super::report`].

use super::charts::{Axis, Chart, Class, Drawn};
use super::figures::{Scored, Step, bins, ratio};
use crate::bayes::probability;
use crate::words::Words;

/// Both axes from 0 to 1; axes and caption by the names of their sentences.
fn shares(words: &Words, (x, y): (&str, &str), marks: Vec<Drawn>, caption: &str) -> Chart {
    Chart {
        x: Axis::share_of_one(&words.say(x)),
        y: Axis::share_of_one(&words.say(y)),
        marks,
        says: words.say(caption).into(),
    }
}

/// What guessing gives.
fn even() -> Drawn {
    Drawn::Line(Class::Even, vec![(0.0, 0.0), (1.0, 1.0)])
}

/// Spam caught against ham blocked.
#[must_use]
pub fn roc(words: &Words, steps: &[Step], spam: u64, ham: u64) -> Chart {
    let points = steps
        .iter()
        .map(|step| (ratio(step.blocked, ham), ratio(step.caught, spam)));
    let curve = std::iter::once((0.0, 0.0)).chain(points).collect();
    shares(
        words,
        ("report-axis-ham-blocked", "report-axis-spam-caught"),
        vec![even(), Drawn::Line(Class::Spam, thin(curve))],
        "report-plot-caught",
    )
}

/// Precision against recall.
#[must_use]
pub fn precision_recall(words: &Words, steps: &[Step], spam: u64) -> Chart {
    let points = steps.iter().map(|step| {
        (
            ratio(step.caught, spam),
            ratio(step.caught, step.caught + step.blocked),
        )
    });
    shares(
        words,
        ("report-axis-spam-caught", "report-axis-spam-blocked"),
        vec![Drawn::Line(Class::Spam, thin(points.collect()))],
        "report-plot-precision",
    )
}

/// Predicted probability against the share of spam found.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn calibration(words: &Words, scored: &[Scored]) -> Chart {
    let bins = bins(scored);
    let filled = bins.iter().filter(|bin| bin.count > 0);
    let points = filled.map(|bin| (bin.predicted / bin.count as f64, ratio(bin.spam, bin.count)));
    shares(
        words,
        ("report-axis-probability", "report-axis-spam"),
        vec![even(), Drawn::Line(Class::Spam, points.collect())],
        "report-plot-calibration",
    )
}

/// How scores are spread over ham and spam.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn histogram(words: &Words, scored: &[Scored]) -> Chart {
    const BARS: usize = 25;
    let mut counts = [[0_u64; BARS]; 2];
    for &(score, spam) in scored {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability times 25"
        )]
        let place = ((probability(score) * BARS as f64) as usize).min(BARS - 1);
        counts[usize::from(spam)][place] += 1;
    }
    let outline = |class: usize| -> Vec<(f64, f64)> {
        let whole = counts[class].iter().sum::<u64>();
        let bar = |(at, count): (usize, &u64)| {
            let height = ratio(*count, whole);
            [
                (at as f64 / BARS as f64, height),
                ((at + 1) as f64 / BARS as f64, height),
            ]
        };
        counts[class].iter().enumerate().flat_map(bar).collect()
    };
    shares(
        words,
        ("report-score", "report-axis-class"),
        vec![
            Drawn::Line(Class::Ham, outline(0)),
            Drawn::Line(Class::Spam, outline(1)),
        ],
        "report-plot-scores",
    )
}

/// AUC on held-out texts after learning from more and more of the others.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn learning(words: &Words, curve: &[(usize, f64)]) -> Chart {
    let points: Vec<(f64, f64)> = curve
        .iter()
        .map(|(count, auc)| (*count as f64, *auc))
        .collect();
    let low = points.iter().map(|point| point.1).fold(1.0, f64::min);
    let end = points.last().map_or(1.0, |point| point.0).max(1.0);
    Chart {
        x: Axis::new(&words.say("report-axis-labels"), 0.0, end),
        y: Axis::new(
            &words.say("report-axis-auc"),
            (low - 0.02).clamp(0.0, 0.95),
            1.0,
        ),
        marks: vec![Drawn::Line(Class::Ham, points)],
        says: words.say("report-plot-learning").into(),
    }
}

/// At most a thousand of the points: nobody sees more.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(1_000).max(1);
    let last = points.last().copied();
    points.into_iter().step_by(step).chain(last).collect()
}
