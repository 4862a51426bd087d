//! From sums and a sample of rows to a model. In order: log-ratios that have not seen each fold, trust
//! per view (or, on top of a base, the base's trust and the best weight for the site's own labels),
//! trust per feature, and calibration on scores of texts that no step had seen.

use rayon::prelude::*;

use super::base::Base;
use super::file::{FEATURES_VERSION, Header, Source};
use super::label::Label;
use super::naive::{FitError, all_log_ratios};
use super::odds::log_loss;
use super::options::Options;
use super::refine::{self, Placed};
use super::row::Row;
use super::sums::Sums;
use super::trained::Trained;
use super::trust::{Line, Trust, columns};
use hamlet_text::commonness::rarity;
use hamlet_text::views::FEATURES;

/// What is known after the first layer: a trust to start from.
struct Start {
    trust: Trust,
    differences: Vec<f32>,
    /// Everything summed, the base included.
    sums: Sums,
    /// Log-ratios that have not seen each fold.
    ratios: Vec<Vec<f32>>,
    lesson_weight: f64,
}

/// What a training run took in.
pub(super) struct Gathered {
    pub options: Options,
    pub base: Option<Base>,
    /// The sums of each fold; none when nothing was taken in.
    pub folds: Vec<Sums>,
    /// The rows kept for the logistic layers.
    pub rows: Vec<Row>,
    pub sources: Vec<Source>,
}

/// Fits the model.
pub(super) fn finish(gathered: Gathered) -> Result<Trained, FitError> {
    let Gathered {
        mut options,
        base,
        mut folds,
        rows,
        sources,
    } = gathered;
    if let Some(base) = &base {
        // The base's trust was learnt on log-ratios that were smoothed so.
        options.alpha = base.header().alpha;
    }
    folds.resize_with(options.folds, Sums::default);
    let start = match &base {
        Some(base) => start_on(base, &options, &folds, &rows)?,
        None => start_afresh(&options, &folds, &rows)?,
    };
    let freedom = if base.is_some() {
        options.freedom_on_base
    } else {
        options.freedom
    };
    let placed = place(&options, &start, &rows);
    let scored = held_out(&options, &start, &placed, freedom);
    let line = Line::calibrating(&scored);
    let used = Line {
        slope: line.slope * options.confidence,
        shift: line.shift * options.confidence + options.shift,
    };
    let ratios = all_log_ratios(&start.sums, &options.alpha)?;
    let (own, shift) = refine::fit(&placed, &ratios, freedom);
    let trust = Trust {
        bias: start.trust.bias + shift,
        ..start.trust
    }
    .calibrated(used);
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
    let slope = used.slope as f32;
    let differences: Vec<f32> = start
        .differences
        .iter()
        .zip(own)
        .map(|(start, own)| (start + own) * slope)
        .collect();
    let weights = trust.weights(&ratios, &differences);
    let header = Header {
        name: options.name,
        question: options.question,
        features: FEATURES_VERSION,
        texts: [0; 2],
        alpha: options.alpha,
        trust,
        widest_difference: 0.0,
        lesson_weight: start.lesson_weight,
        sources,
        base: base.map(|base| base.version().to_owned()),
    };
    let held_out = scored
        .iter()
        .map(|(score, spam)| (line.apply(*score), *spam))
        .collect();
    Ok(Trained {
        header,
        sums: start.sums,
        differences,
        weights,
        held_out,
    })
}

/// Log-ratios without each fold in turn.
fn ratios_without(
    total: &Sums,
    folds: &[Sums],
    weight: f64,
    options: &Options,
) -> Result<Vec<Vec<f32>>, FitError> {
    let one = |fold: &Sums| {
        let mut rest = total.clone();
        rest.blend(fold, -weight);
        all_log_ratios(&rest, &options.alpha)
    };
    folds.par_iter().map(one).collect()
}

/// Learns the trust per view from the data alone.
fn start_afresh(options: &Options, folds: &[Sums], rows: &[Row]) -> Result<Start, FitError> {
    let mut sums = Sums::default();
    for fold in folds {
        sums.merge(fold);
    }
    if sums.texts(Label::Ham) <= 0.0 || sums.texts(Label::Spam) <= 0.0 {
        return Err(FitError::OneClass);
    }
    let ratios = ratios_without(&sums, folds, 1.0, options)?;
    let said: Vec<_> = rows
        .par_iter()
        .map(|row| columns(row, &ratios[options.fold(row)]))
        .collect();
    let spam: Vec<bool> = rows.iter().map(|row| row.spam).collect();
    let trust = Trust::fit(&said, &spam, options.penalty)?;
    let lesson_weight = lesson_weight_for(&sums);
    Ok(Start {
        trust,
        differences: vec![0.0; FEATURES],
        sums,
        ratios,
        lesson_weight,
    })
}

/// A label given after training counts as one in a thousand of all, at least once and at most 64 times:
/// enough to be felt, and as much as cross-validation found best on top of the shipped model.
fn lesson_weight_for(sums: &Sums) -> f64 {
    ((sums.texts(Label::Ham) + sums.texts(Label::Spam)) / 1_000.0).clamp(1.0, 64.0)
}

/// Takes the base's trust and tries how often the site's own texts should count.
fn start_on(
    base: &Base,
    options: &Options,
    folds: &[Sums],
    rows: &[Row],
) -> Result<Start, FitError> {
    let mut best: Option<(f64, Start)> = None;
    for &weight in &options.lesson_weights {
        let mut sums = base.sums();
        for fold in folds {
            sums.blend(fold, weight);
        }
        let ratios = ratios_without(&sums, folds, weight, options)?;
        let start = Start {
            trust: base.header().trust.clone(),
            differences: base.differences(),
            sums,
            ratios,
            lesson_weight: weight,
        };
        let scored: Vec<(f64, bool)> = place(options, &start, rows)
            .iter()
            .map(|p| (p.offset, p.row.spam))
            .collect();
        let line = Line::calibrating(&scored);
        let loss = log_loss(
            &scored
                .iter()
                .map(|(score, spam)| (line.apply(*score), *spam))
                .collect::<Vec<_>>(),
        );
        if best.as_ref().is_none_or(|(least, _)| loss < *least) {
            best = Some((loss, calibrated(start, line)));
        }
    }
    best.map(|(_, start)| start).ok_or(FitError::OneClass)
}

fn calibrated(start: Start, line: Line) -> Start {
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
    let slope = line.slope as f32;
    let differences = start
        .differences
        .iter()
        .map(|difference| difference * slope)
        .collect();
    Start {
        trust: start.trust.calibrated(line),
        differences,
        ..start
    }
}

/// The rows with their scores by the first layer.
fn place<'a>(options: &Options, start: &Start, rows: &'a [Row]) -> Vec<Placed<'a>> {
    let weights: Vec<Vec<f32>> = start
        .ratios
        .par_iter()
        .map(|ratios| start.trust.weights(ratios, &start.differences))
        .collect();
    rows.par_iter()
        .map(|row| Placed {
            row,
            offset: start.trust.bias + dot(row, &weights[options.fold(row)]),
        })
        .collect()
}

fn dot(row: &Row, weights: &[f32]) -> f64 {
    let views = row.views().map(|(ids, scale)| {
        let sum: f32 = ids
            .iter()
            .map(|&id| weights[id as usize] * rarity(id))
            .sum();
        f64::from(sum) * f64::from(scale)
    });
    views.sum()
}

/// Scores of texts that neither layer had seen: of every fold, or of one where there is plenty.
fn held_out(
    options: &Options,
    start: &Start,
    placed: &[Placed<'_>],
    freedom: f64,
) -> Vec<(f64, bool)> {
    let cells: usize = placed.iter().map(|placed| placed.row.len()).sum();
    let folds = if cells > options.calibrated_cells {
        1
    } else {
        start.ratios.len()
    };
    let mut scored = Vec::new();
    for fold in 0..folds {
        let (out, rest): (Vec<_>, Vec<_>) = placed
            .iter()
            .partition(|placed| options.fold(placed.row) == fold);
        let ratios = &start.ratios[fold];
        let (own, shift) = refine::fit(&rest, ratios, freedom);
        let own: Vec<f32> = own
            .iter()
            .zip(ratios)
            .map(|(difference, ratio)| difference * ratio)
            .collect();
        scored.par_extend(
            out.par_iter()
                .map(|p| (p.offset + shift + dot(p.row, &own), p.row.spam)),
        );
    }
    scored
}
