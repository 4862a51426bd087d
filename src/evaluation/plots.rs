//! The drawings of the evaluation report, as SVG text. What they are drawn from is computed in
//! [`super::figures`]; the page around them is in [`super::report`].

use super::charts::{Axis, Chart, Class, Drawn};
use super::figures::{Scored, Step, bins, ratio};
use crate::bayes::probability;

/// Both axes from 0 to 1; what is drawn is also its caption.
fn shares((x, y): (&str, &str), marks: Vec<Drawn>, caption: &str) -> Chart {
    Chart {
        x: Axis::share_of_one(x),
        y: Axis::share_of_one(y),
        marks,
        says: caption.to_owned(),
    }
}

/// What guessing gives.
fn even() -> Drawn {
    Drawn::Line(Class::Even, vec![(0.0, 0.0), (1.0, 1.0)])
}

/// Spam caught against ham blocked.
#[must_use]
pub fn roc(steps: &[Step], spam: u64, ham: u64) -> Chart {
    let points = steps
        .iter()
        .map(|step| (ratio(step.blocked, ham), ratio(step.caught, spam)));
    let curve = std::iter::once((0.0, 0.0)).chain(points).collect();
    shares(
        ("share of ham blocked", "share of spam caught"),
        vec![even(), Drawn::Line(Class::Spam, thin(curve))],
        "ROC: spam caught against ham blocked over all thresholds; grey is guessing.",
    )
}

/// Precision against recall.
#[must_use]
pub fn precision_recall(steps: &[Step], spam: u64) -> Chart {
    let points = steps.iter().map(|step| {
        (
            ratio(step.caught, spam),
            ratio(step.caught, step.caught + step.blocked),
        )
    });
    shares(
        ("share of spam caught", "share of spam among the blocked"),
        vec![Drawn::Line(Class::Spam, thin(points.collect()))],
        "Precision and recall over all thresholds.",
    )
}

/// Predicted probability against the share of spam found.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn calibration(scored: &[Scored]) -> Chart {
    let bins = bins(scored);
    let filled = bins.iter().filter(|bin| bin.count > 0);
    let points = filled.map(|bin| (bin.predicted / bin.count as f64, ratio(bin.spam, bin.count)));
    shares(
        ("predicted probability", "share of spam"),
        vec![even(), Drawn::Line(Class::Spam, points.collect())],
        "Calibration: of the texts given a probability, how many were spam; grey is perfect.",
    )
}

/// How scores are spread over ham and spam.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn histogram(scored: &[Scored]) -> Chart {
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
        ("score", "share of the class"),
        vec![
            Drawn::Line(Class::Ham, outline(0)),
            Drawn::Line(Class::Spam, outline(1)),
        ],
        "Scores given to ham (green) and to spam (red).",
    )
}

/// AUC on held-out texts after learning from more and more of the others.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn learning(curve: &[(usize, f64)]) -> Chart {
    let points: Vec<(f64, f64)> = curve
        .iter()
        .map(|(count, auc)| (*count as f64, *auc))
        .collect();
    let low = points.iter().map(|point| point.1).fold(1.0, f64::min);
    let end = points.last().map_or(1.0, |point| point.0).max(1.0);
    let caption =
        "Learning curve: the model taught with some of these texts, measured on the half kept out.";
    Chart {
        x: Axis::new("labels of these texts learnt", 0.0, end),
        y: Axis::new("AUC on the rest", (low - 0.02).clamp(0.0, 0.95), 1.0),
        marks: vec![Drawn::Line(Class::Ham, points)],
        says: caption.to_owned(),
    }
}

/// At most a thousand of the points: nobody sees more.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(1_000).max(1);
    let last = points.last().copied();
    points.into_iter().step_by(step).chain(last).collect()
}
