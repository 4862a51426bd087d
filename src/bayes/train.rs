//! Taking labelled texts in, in batches, for a training run. Memory is bounded by the feature space
//! and by a fixed sample of rows kept for the logistic layers, not by the data. Texts are put into
//! folds by their fingerprint, so equal and nearly equal ones never stand on both sides, and each is
//! counted once. The outcome depends on the data and the seed alone, not on threads. What is then
//! made of it is in [`super::fit`].

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::base::Base;
use super::file::Source;
use super::fit::{self, Gathered};
use super::naive::FitError;
use super::options::Options;
use super::row::{Row, Sample};
use super::sums::{Change, Sums};
use super::trained::Trained;
use hamlet_text::views::mix;

/// A training run under way.
#[derive(Debug)]
pub struct Trainer {
    options: Options,
    base: Option<Base>,
    /// One set of fold sums per thread that asked for one.
    pool: Mutex<Vec<Vec<Sums>>>,
    seen: HashSet<u64>,
    kept: Vec<Row>,
    kept_cells: usize,
    threshold: u64,
    sources: Vec<Source>,
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
        let question = self.options.question;
        let mut rows: Vec<Row> = samples
            .par_iter()
            .map(|sample| Row::read(question, &sample.document(), sample.label(), weight))
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

    fn accumulate(&self, rows: &[Row]) {
        let lock = || self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().pop();
        let mut folds = taken.unwrap_or_else(|| vec![Sums::default(); self.options.folds]);
        for row in rows {
            folds[self.options.fold(row)].change(row, Change::Add);
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

    /// Fits the model on everything taken in.
    ///
    /// # Errors
    /// [`FitError::OneClass`] when a class is missing and there is no base, else see [`FitError`].
    pub fn finish(self) -> Result<Trained, FitError> {
        fit::finish(Gathered {
            folds: merged(self.pool),
            rows: self.kept,
            options: self.options,
            base: self.base,
            sources: self.sources,
        })
    }
}

/// The sums of each fold, from what each thread added up.
fn merged(pool: Mutex<Vec<Vec<Sums>>>) -> Vec<Sums> {
    let pool = pool.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut parts = pool.into_iter();
    let mut folds = parts.next().unwrap_or_default();
    for part in parts {
        folds
            .iter_mut()
            .zip(&part)
            .for_each(|(fold, part)| fold.merge(part));
    }
    folds
}

fn rank(seed: u64, row: &Row) -> u64 {
    mix(mix(row.fingerprint) ^ seed)
}
