//! Taking labelled texts in, in batches, for a training run. Memory is bounded by the feature space
//! and by a fixed sample of rows kept for the logistic layers, not by the data. Texts are put into
//! folds by their fingerprint, so equal and nearly equal ones never stand on both sides, and each is
//! counted once. The outcome depends on the data and the seed alone, not on threads. What is then
//! made of it is in [`super::fit`].

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::bayes::FitError;
use super::file::{Header, ModelError, Source};
use super::fit;
use super::lessons::Base;
use super::row::{Row, Sample};
use super::sums::{Change, Sums};
use super::views::mix;

/// What can be chosen about a training run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the model.
    pub name: String,
    /// Number of folds for out-of-fold scores, at least 2.
    pub folds: usize,
    /// Smoothing of each view. It must shrink as the feature space grows.
    pub alpha: [f64; 4],
    /// L2 penalty of the trust per view.
    pub penalty: f64,
    /// Inverse of the L2 penalty of the trust per feature.
    pub freedom: f64,
    /// The same on top of a base, where the starting point is already good.
    pub freedom_on_base: f64,
    /// How often a site's own text may count beside one of the base's: cross-validation picks one.
    pub lesson_weights: Vec<f64>,
    /// Features kept for the logistic layers, over all rows (4 bytes each).
    pub kept_cells: usize,
    /// Picks the folds and the sample kept.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "site".to_owned(),
            folds: 5,
            alpha: [0.05; 4],
            penalty: 1.0,
            freedom: 3.0,
            freedom_on_base: 10.0,
            lesson_weights: vec![16.0, 64.0, 256.0],
            kept_cells: 6_000_000,
            seed: 1,
        }
    }
}

/// A training run under way.
#[derive(Debug)]
pub struct Trainer {
    pub(super) options: Options,
    pub(super) base: Option<Base>,
    /// One set of fold sums per thread that asked for one.
    pool: Mutex<Vec<Vec<Sums>>>,
    seen: HashSet<u64>,
    pub(super) kept: Vec<Row>,
    kept_cells: usize,
    threshold: u64,
    pub(super) sources: Vec<Source>,
}

/// A trained model before it becomes a file.
#[derive(Debug)]
pub struct Trained {
    /// What the file will say about itself.
    pub header: Header,
    /// The sums.
    pub sums: Sums,
    /// Difference in trust of each feature.
    pub differences: Vec<f32>,
    /// Weight of each feature.
    pub weights: Vec<f32>,
    /// Out-of-fold log-odds and what the text was, for a sample of the data.
    pub held_out: Vec<(f64, bool)>,
}

impl Trained {
    /// The model file.
    ///
    /// # Errors
    /// See [`super::file::write`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        super::file::write(&self.header, &self.weights, &self.sums, &self.differences)
    }
}

impl Trainer {
    /// Starts a run, on top of `base` if there is one.
    #[must_use]
    pub fn new(options: Options, base: Option<Base>) -> Self {
        Self {
            options: Options {
                folds: options.folds.max(2),
                ..options
            },
            base,
            pool: Mutex::default(),
            seen: HashSet::new(),
            kept: Vec::new(),
            kept_cells: 0,
            threshold: u64::MAX,
            sources: Vec::new(),
        }
    }

    /// Takes in a batch from one source, each text counting `weight` times.
    pub fn add(&mut self, source: &str, samples: &[Sample], weight: f32) {
        let mut rows: Vec<Row> = samples
            .par_iter()
            .map(|sample| Row::of(&sample.document(), sample.label(), weight))
            .collect();
        let spam = rows.iter().filter(|row| row.spam).count();
        let seen = &mut self.seen;
        rows.retain(|row| seen.insert(row.fingerprint));
        let entry = self.source(source, weight);
        entry.spam += spam as u64;
        entry.ham += (samples.len() - spam) as u64;
        entry.duplicates += (samples.len() - rows.len()) as u64;
        let part = rows.len().div_ceil(rayon::current_num_threads()).max(1);
        rows.par_chunks(part).for_each(|rows| self.accumulate(rows));
        self.keep(rows);
    }

    fn source(&mut self, name: &str, weight: f32) -> &mut Source {
        let at = self
            .sources
            .iter()
            .position(|source| source.name == name)
            .unwrap_or(self.sources.len());
        if at == self.sources.len() {
            self.sources.push(Source {
                name: name.to_owned(),
                weight,
                ..Source::default()
            });
        }
        &mut self.sources[at]
    }

    pub(super) fn fold(&self, row: &Row) -> usize {
        let spread = mix(row.fingerprint ^ mix(self.options.seed));
        usize::try_from(spread % self.options.folds as u64).unwrap_or(0)
    }

    fn accumulate(&self, rows: &[Row]) {
        let lock = || self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().pop();
        let mut folds = taken.unwrap_or_else(|| vec![Sums::default(); self.options.folds]);
        for row in rows {
            folds[self.fold(row)].change(row, Change::Add);
        }
        lock().push(folds);
    }

    /// Keeps the rows whose hash is smallest, as many as there is room for.
    fn keep(&mut self, rows: Vec<Row>) {
        let seed = self.options.seed;
        for row in rows {
            if rank(seed, &row) <= self.threshold {
                self.kept_cells += row.len();
                self.kept.push(row);
            }
        }
        while self.kept_cells > self.options.kept_cells {
            self.threshold -= self.threshold / 8;
            let threshold = self.threshold;
            self.kept.retain(|row| rank(seed, row) <= threshold);
            self.kept_cells = self.kept.iter().map(Row::len).sum();
        }
    }

    /// The sums of each fold.
    pub(super) fn merged(&mut self) -> Vec<Sums> {
        let pool = std::mem::take(&mut self.pool)
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut parts = pool.into_iter();
        let mut folds = parts
            .next()
            .unwrap_or_else(|| vec![Sums::default(); self.options.folds]);
        for part in parts {
            folds
                .iter_mut()
                .zip(&part)
                .for_each(|(fold, part)| fold.merge(part));
        }
        folds
    }

    /// Fits the model on everything taken in.
    ///
    /// # Errors
    /// [`FitError::OneClass`] when a class is missing and there is no base, else see [`FitError`].
    pub fn finish(self) -> Result<Trained, FitError> {
        fit::finish(self)
    }
}

fn rank(seed: u64, row: &Row) -> u64 {
    mix(mix(row.fingerprint) ^ seed)
}
