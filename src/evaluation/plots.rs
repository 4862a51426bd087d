//! The drawings of the evaluation report, as SVG text. What they are drawn from is computed in
//! [`super::figures`]; the page around them is in [`super::report`].

use plotters::prelude::*;

use super::figures::{Scored, Step, bins, ratio};
use crate::bayes::probability;

/// Why a drawing failed.
#[derive(Debug, thiserror::Error)]
#[error("a plot could not be drawn: {0}")]
pub struct PlotError(String);

/// A drawing and what it shows.
#[derive(Clone, Debug)]
pub struct Plot {
    /// The drawing.
    pub svg: String,
    /// What it shows.
    pub caption: String,
}

const SIZE: (u32, u32) = (480, 360);
const SPAM: RGBColor = RGBColor(180, 35, 24);
const HAM: RGBColor = RGBColor(26, 127, 55);
const GRAY: RGBColor = RGBColor(140, 149, 159);

/// A line of a plot.
struct Line {
    points: Vec<(f64, f64)>,
    colour: RGBColor,
}

/// Draws lines over axes from `low` to `high`.
fn lines(
    names: (&str, &str),
    low: (f64, f64),
    high: (f64, f64),
    lines: Vec<Line>,
) -> Result<String, PlotError> {
    let failed = |error: &dyn std::fmt::Display| PlotError(error.to_string());
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .x_label_area_size(40)
            .y_label_area_size(50)
            .build_cartesian_2d(low.0..high.0, low.1..high.1)
            .map_err(|error| failed(&error))?;
        chart
            .configure_mesh()
            .x_desc(names.0)
            .y_desc(names.1)
            .light_line_style(TRANSPARENT)
            .draw()
            .map_err(|error| failed(&error))?;
        for line in lines {
            let style = line.colour.stroke_width(2);
            let dots = line.points.len() <= 20;
            let marks: Vec<_> = line
                .points
                .iter()
                .filter(|_| dots)
                .map(|at| Circle::new(*at, 3, line.colour.filled()))
                .collect();
            chart
                .draw_series(LineSeries::new(line.points, style))
                .map_err(|error| failed(&error))?;
            chart.draw_series(marks).map_err(|error| failed(&error))?;
        }
        area.present().map_err(|error| failed(&error))?;
    }
    Ok(svg)
}

/// Spam caught against ham blocked.
///
/// # Errors
/// [`PlotError`] when the drawing fails; so with every function here.
pub fn roc(steps: &[Step], spam: u64, ham: u64) -> Result<Plot, PlotError> {
    let curve = |high: f64| -> Vec<(f64, f64)> {
        let points = steps
            .iter()
            .map(|step| (ratio(step.blocked, ham), ratio(step.caught, spam)));
        std::iter::once((0.0, 0.0))
            .chain(points.take_while(|point| point.0 <= high))
            .collect()
    };
    let chance = Line {
        points: vec![(0.0, 0.0), (1.0, 1.0)],
        colour: GRAY,
    };
    let svg = lines(
        ("share of ham blocked", "share of spam caught"),
        (0.0, 0.0),
        (1.0, 1.0),
        vec![
            chance,
            Line {
                points: thin(curve(1.0)),
                colour: SPAM,
            },
        ],
    )?;
    Ok(Plot {
        svg,
        caption: "ROC: spam caught against ham blocked over all thresholds; grey is guessing."
            .to_owned(),
    })
}

/// Precision against recall.
///
/// # Errors
/// See [`roc`].
pub fn precision_recall(steps: &[Step], spam: u64) -> Result<Plot, PlotError> {
    let points = steps.iter().map(|step| {
        (
            ratio(step.caught, spam),
            ratio(step.caught, step.caught + step.blocked),
        )
    });
    let svg = lines(
        ("share of spam caught", "share of spam among the blocked"),
        (0.0, 0.0),
        (1.0, 1.0),
        vec![Line {
            points: thin(points.collect()),
            colour: SPAM,
        }],
    )?;
    Ok(Plot {
        svg,
        caption: "Precision and recall over all thresholds.".to_owned(),
    })
}

/// Predicted probability against the share of spam found.
///
/// # Errors
/// See [`roc`].
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
pub fn calibration(scored: &[Scored]) -> Result<Plot, PlotError> {
    let bins = bins(scored);
    let filled = bins.iter().filter(|bin| bin.count > 0);
    let points = filled.map(|bin| (bin.predicted / bin.count as f64, ratio(bin.spam, bin.count)));
    let svg = lines(
        ("predicted probability", "share of spam"),
        (0.0, 0.0),
        (1.0, 1.0),
        vec![
            Line {
                points: vec![(0.0, 0.0), (1.0, 1.0)],
                colour: GRAY,
            },
            Line {
                points: points.collect(),
                colour: SPAM,
            },
        ],
    )?;
    Ok(Plot {
        svg,
        caption:
            "Calibration: of the texts given a probability, how many were spam; grey is perfect."
                .to_owned(),
    })
}

/// How scores are spread over ham and spam.
///
/// # Errors
/// See [`roc`].
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
pub fn histogram(scored: &[Scored]) -> Result<Plot, PlotError> {
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
    let svg = lines(
        ("score", "share of the class"),
        (0.0, 0.0),
        (1.0, 1.0),
        vec![
            Line {
                points: outline(0),
                colour: HAM,
            },
            Line {
                points: outline(1),
                colour: SPAM,
            },
        ],
    )?;
    Ok(Plot {
        svg,
        caption: "Scores given to ham (green) and to spam (red).".to_owned(),
    })
}

/// AUC on held-out texts after learning from more and more of the others.
///
/// # Errors
/// See [`roc`].
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
pub fn learning(curve: &[(usize, f64)]) -> Result<Plot, PlotError> {
    let points: Vec<(f64, f64)> = curve
        .iter()
        .map(|(count, auc)| (*count as f64, *auc))
        .collect();
    let low = points.iter().map(|point| point.1).fold(1.0, f64::min);
    let end = points.last().map_or(1.0, |point| point.0).max(1.0);
    let svg = lines(
        ("labels of these texts learnt", "AUC on the rest"),
        (0.0, (low - 0.02).clamp(0.0, 0.95)),
        (end, 1.0),
        vec![Line {
            points,
            colour: HAM,
        }],
    )?;
    Ok(Plot { svg, caption: "Learning curve: the model taught with some of these texts, measured on the half kept out.".to_owned() })
}

/// At most a thousand of the points: nobody sees more.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(1_000).max(1);
    let last = points.last().copied();
    points.into_iter().step_by(step).chain(last).collect()
}
