//! Training: labelled texts stream in, in batches; a model file comes out. Memory is bounded by the
//! feature space and by a fixed sample of rows kept for the logistic layer, not by the data. Texts are
//! put into folds by their fingerprint, so equal and nearly equal ones never stand on both sides, and
//! each is counted once. The outcome depends on the data and the seed alone, not on threads.

use std::collections::HashSet;
use std::sync::Mutex;

use rayon::prelude::*;

use super::bayes::{self, FitError};
use super::file::{FEATURES_VERSION, Header, Precision, Source};
use super::model::with_features;
use super::sums::{Change, Sums, unit_length};
use super::trust::{BANDS, COLUMNS, Trust, band, column};
use super::views::{FEATURES, VIEWS, mix};
use super::{Document, Label};

/// A labelled text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The text as submitted.
    pub text: String,
    /// What it is; ham unless said otherwise.
    pub spam: bool,
    /// The author's name.
    pub name: Option<String>,
    /// The part of the author's email address after the `@`.
    pub email_domain: Option<String>,
    /// The author's website.
    pub website: Option<String>,
}

impl Sample {
    /// What a model would be asked to score.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document {
            text: &self.text,
            name: self.name.as_deref(),
            email_domain: self.email_domain.as_deref(),
            website: self.website.as_deref(),
        }
    }

    /// The label.
    #[must_use]
    pub fn label(&self) -> Label {
        if self.spam { Label::Spam } else { Label::Ham }
    }
}

/// What can be chosen about a training run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the model.
    pub name: String,
    /// How the file keeps its numbers.
    pub precision: Precision,
    /// Number of folds for out-of-fold scores, at least 2.
    pub folds: usize,
    /// Smoothing of each view.
    pub alpha: [f64; 4],
    /// L2 penalty of the logistic layer.
    pub penalty: f64,
    /// Feature values kept for the logistic layer, over all its rows (4 bytes each).
    pub kept_cells: usize,
    /// Picks folds and the sample kept.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "site".to_owned(),
            precision: Precision::Exact,
            folds: 5,
            alpha: [0.05, 0.05, 0.05, 0.05],
            penalty: 1.0,
            kept_cells: 30_000_000,
            seed: 1,
        }
    }
}

/// The features of one text.
#[derive(Clone, Debug)]
pub struct Row {
    ids: Box<[u32]>,
    ends: [u32; 4],
    /// Is it spam?
    pub spam: bool,
    /// Equal for near duplicates.
    pub fingerprint: u64,
}

impl Row {
    /// Extracts a sample.
    #[must_use]
    pub fn of(sample: &Sample) -> Self {
        with_features(&sample.document(), |text| {
            let mut ends = [0; 4];
            let mut ids = Vec::new();
            for view in VIEWS {
                ids.extend(text.features(view).iter().map(|feature| feature.id));
                ends[view.index()] = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            }
            Self {
                ids: ids.into(),
                ends,
                spam: sample.spam,
                fingerprint: text.fingerprint(),
            }
        })
    }

    /// The ids of each view's features.
    pub fn views(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let ids = &self.ids[start..end as usize];
            start = end as usize;
            ids
        })
    }

    /// What it is.
    #[must_use]
    pub fn label(&self) -> Label {
        if self.spam { Label::Spam } else { Label::Ham }
    }
}

/// A training run under way.
#[derive(Debug)]
pub struct Trainer {
    options: Options,
    /// One set of fold sums per thread that asked for one.
    pool: Mutex<Vec<Vec<Sums>>>,
    seen: HashSet<u64>,
    kept: Vec<Row>,
    kept_cells: usize,
    threshold: u64,
    sources: Vec<Source>,
}

/// A trained model before it becomes a file.
#[derive(Debug)]
pub struct Trained {
    /// What the file will say about itself.
    pub header: Header,
    /// The sums.
    pub sums: Sums,
    /// One weight per feature.
    pub weights: Vec<f32>,
    /// Out-of-fold log-odds and what the text was, for a sample of the data.
    pub held_out: Vec<(f64, bool)>,
}

impl Trainer {
    /// Starts a run.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            pool: Mutex::default(),
            seen: HashSet::new(),
            kept: Vec::new(),
            kept_cells: 0,
            threshold: u64::MAX,
            sources: Vec::new(),
        }
    }

    /// Takes in a batch from one source.
    pub fn add(&mut self, source: &str, samples: &[Sample]) {
        let mut rows: Vec<Row> = samples.par_iter().map(Row::of).collect();
        let entry = self.source(source);
        let mut counts = Source {
            name: String::new(),
            ..Source::default()
        };
        for row in &rows {
            *(if row.spam {
                &mut counts.spam
            } else {
                &mut counts.ham
            }) += 1;
        }
        let seen = &mut self.seen;
        rows.retain(|row| seen.insert(row.fingerprint));
        counts.duplicates = (samples.len() - rows.len()) as u64;
        let entry = &mut self.sources[entry];
        entry.ham += counts.ham;
        entry.spam += counts.spam;
        entry.duplicates += counts.duplicates;
        rows.par_chunks(512).for_each(|rows| self.accumulate(rows));
        self.keep(rows);
    }

    fn source(&mut self, name: &str) -> usize {
        if let Some(at) = self.sources.iter().position(|source| source.name == name) {
            return at;
        }
        self.sources.push(Source {
            name: name.to_owned(),
            ..Source::default()
        });
        self.sources.len() - 1
    }

    fn fold(&self, row: &Row) -> usize {
        let spread = mix(row.fingerprint ^ mix(self.options.seed));
        usize::try_from(spread % self.options.folds as u64).unwrap_or(0)
    }

    fn accumulate(&self, rows: &[Row]) {
        let lock = || {
            self.pool
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        };
        let taken = lock().pop();
        let mut folds = taken.unwrap_or_else(|| vec![Sums::default(); self.options.folds]);
        for row in rows {
            folds[self.fold(row)].change_row(row, 1.0, Change::Add);
        }
        lock().push(folds);
    }

    /// Keeps the rows whose hash is smallest, as many as there is room for.
    fn keep(&mut self, rows: Vec<Row>) {
        for row in rows {
            if self.rank(&row) <= self.threshold {
                self.kept_cells += row.ids.len();
                self.kept.push(row);
            }
        }
        while self.kept_cells > self.options.kept_cells {
            self.threshold /= 2;
            let threshold = self.threshold;
            let seed = self.options.seed;
            self.kept.retain(|row| rank(seed, row) <= threshold);
            self.kept_cells = self.kept.iter().map(|row| row.ids.len()).sum();
        }
    }

    fn rank(&self, row: &Row) -> u64 {
        rank(self.options.seed, row)
    }

    /// Fits the model on everything taken in.
    ///
    /// # Errors
    /// [`FitError::OneClass`] when a class is missing, else see [`FitError`].
    pub fn finish(mut self) -> Result<Trained, FitError> {
        let folds = self.merged();
        let mut sums = Sums::default();
        folds.iter().for_each(|fold| sums.merge(fold));
        if sums.texts(Label::Ham) <= 0.0 || sums.texts(Label::Spam) <= 0.0 {
            return Err(FitError::OneClass);
        }
        let rows = std::mem::take(&mut self.kept);
        let columns = self.out_of_fold(&sums, &folds, &rows)?;
        let spam: Vec<bool> = rows.iter().map(|row| row.spam).collect();
        let trust = Trust::fit(&columns, &spam, self.options.penalty)?;
        let held_out = columns
            .iter()
            .map(|row| trust.log_odds(row))
            .zip(spam)
            .collect();
        let weights = compile(&sums, &self.options.alpha, &trust)?;
        let header = Header {
            name: self.options.name,
            features: FEATURES_VERSION,
            precision: self.options.precision,
            texts: [0; 2],
            alpha: self.options.alpha.to_vec(),
            trust,
            sources: self.sources,
            base: None,
        };
        Ok(Trained {
            header,
            sums,
            weights,
            held_out,
        })
    }

    fn merged(&mut self) -> Vec<Sums> {
        let pool = std::mem::take(&mut self.pool)
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut folds = vec![Sums::default(); self.options.folds];
        for part in pool {
            folds
                .iter_mut()
                .zip(&part)
                .for_each(|(fold, part)| fold.merge(part));
        }
        folds
    }

    /// The columns of the logistic layer for each row, from models that never saw the row's fold.
    fn out_of_fold(
        &self,
        sums: &Sums,
        folds: &[Sums],
        rows: &[Row],
    ) -> Result<Vec<[f32; COLUMNS]>, FitError> {
        let views: Vec<Banded> = folds
            .par_iter()
            .map(|fold| {
                let mut rest = sums.clone();
                rest.without(fold);
                Banded::fit(&rest, &self.options.alpha)
            })
            .collect::<Result<_, _>>()?;
        Ok(rows
            .par_iter()
            .map(|row| views[self.fold(row)].columns(row))
            .collect())
    }
}

fn rank(seed: u64, row: &Row) -> u64 {
    mix(mix(row.fingerprint) ^ seed)
}

/// Log-ratios and bands over the whole feature space.
#[derive(Debug)]
pub struct Banded {
    ratios: Vec<f32>,
    bands: Vec<u8>,
}

impl Banded {
    /// Fits every view.
    ///
    /// # Errors
    /// See [`FitError`].
    pub fn fit(sums: &Sums, alpha: &[f64; 4]) -> Result<Self, FitError> {
        let mut ratios = Vec::with_capacity(FEATURES);
        let mut bands = Vec::with_capacity(FEATURES);
        for view in VIEWS {
            ratios.extend(bayes::log_ratios(sums, view, alpha[view.index()])?);
            let ham = sums.values(Label::Ham, view.range());
            let spam = sums.values(Label::Spam, view.range());
            #[expect(clippy::cast_possible_truncation, reason = "there are few bands")]
            bands.extend(ham.zip(spam).map(|(ham, spam)| band(ham + spam) as u8));
        }
        Ok(Self { ratios, bands })
    }

    /// What each view and band says about a row, in log-odds.
    #[must_use]
    pub fn columns(&self, row: &Row) -> [f32; COLUMNS] {
        let mut columns = [0.0; COLUMNS];
        for (view, ids) in VIEWS.iter().zip(row.views()) {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let value = unit_length(ids.len()) as f32;
            for &id in ids {
                let place = id as usize;
                columns[column(*view, usize::from(self.bands[place]))] +=
                    self.ratios[place] * value;
            }
        }
        columns
    }

    /// One weight per feature: its log-ratio times the trust in its view and band.
    #[must_use]
    pub fn weights(&self, trust: &Trust) -> Vec<f32> {
        let mut weights = Vec::with_capacity(FEATURES);
        for view in VIEWS {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let factors: [f32; BANDS] =
                std::array::from_fn(|band| trust.factors[column(view, band)] as f32);
            let range = view.range();
            let cells = self.ratios[range.clone()].iter().zip(&self.bands[range]);
            weights.extend(cells.map(|(ratio, band)| ratio * factors[usize::from(*band)]));
        }
        weights
    }
}

/// Turns sums and trust into weights.
fn compile(sums: &Sums, alpha: &[f64; 4], trust: &Trust) -> Result<Vec<f32>, FitError> {
    Ok(Banded::fit(sums, alpha)?.weights(trust))
}

impl Trained {
    /// The model file.
    ///
    /// # Errors
    /// See [`super::file::write`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, super::file::ModelError> {
        super::file::write(&self.header, &self.weights, &self.sums)
    }
}
