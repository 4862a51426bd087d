//! One run from its samples to a model and its figures. The lease is prolonged all along, and the
//! run is let go as soon as it turns out to be another instance's.

use std::{collections::HashMap, sync::Arc, time::Duration};

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::{sync::mpsc, time::interval};

use super::{
    RunError,
    collected::{Collected, sample},
    gate, lease,
    measure::Subjects,
};
use crate::{
    bayes::options::Options,
    bayes::row::Sample,
    bayes::train::Trainer,
    bayes::trained::Trained,
    bayes::{Label, Model, Question},
    domain::{
        model::{Phase, Progress, Report},
        sample::{SampleCount, StoredSample},
        site::Policy,
    },
    learn::Learning,
    learn::{live, shipped},
    storage::runs::{Finished, Run},
};

/// How often progress is written down, and the lease with it prolonged.
const BEAT: Duration = Duration::from_secs(2);

/// A probability of which neither is likelier.
const HALF: f64 = 0.5;

/// Pages of samples read ahead of the trainer.
const AHEAD: usize = 2;

/// Carries a run out.
///
/// # Errors
/// [`RunError`].
pub(super) async fn carry_out(learning: &Learning, run: &Run) -> Result<Finished, RunError> {
    let work = Work {
        learning,
        run,
        pool: Arc::new(pool(learning.ground.settings.learning.training_threads)?),
    };
    let counts = learning
        .ground
        .store
        .count_samples(run.question, std::slice::from_ref(&run.site))
        .await?;
    if let Some(refusal) = gate::refuse_labels(run.question, by_class(&counts)) {
        return Err(RunError::Labels(refusal));
    }
    let weights = Weights::new(&counts, learning.ground.settings.learning.cap_per_source);
    let question = run.question;
    let (run, collected, revision) = work.read(weights).await?;
    if let Some(refusal) = gate::refuse_texts(question, collected.trained_on()) {
        return Err(RunError::Labels(refusal));
    }
    let pool = work.pool.clone();
    let fitting = move || -> Result<(Trained, Vec<u8>), RunError> {
        let trained = pool.install(|| run.finish())?;
        let bytes = trained.to_bytes()?;
        Ok((trained, bytes))
    };
    let (trained, bytes) = work.beating(Phase::Fitting, fitting).await??;
    work.measure(collected, trained, bytes, revision).await
}

/// Threads of the lowest priority: whatever answers a request comes first.
pub(super) fn pool(threads: usize) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|number| format!("training-{number}"))
        .start_handler(|_| {
            // On Linux this is the thread's own. Where it is refused, the work is only less polite.
            let _ = rustix::process::nice(19);
        })
        .build()
}

struct Work<'a> {
    learning: &'a Learning,
    run: &'a Run,
    pool: Arc<ThreadPool>,
}

impl Work<'_> {
    /// Reads the samples, all as they were at one moment, into a trainer; the moment's revision.
    async fn read(&self, weights: Weights) -> Result<(Trainer, Collected, i64), RunError> {
        let question = self.run.question;
        let options = Options {
            name: match question {
                Question::Spam => self.run.site.to_string(),
                Question::Abuse => format!("{}-abuse", self.run.site),
            },
            question,
            ..Options::default()
        };
        let base = shipped::base(question)?;
        let mut intake = Intake {
            trainer: Trainer::new(options, Some(base)),
            collected: Collected::new(question),
            weights,
        };
        let (sender, mut pages) = mpsc::channel(AHEAD);
        let total = intake.weights.total;
        let reading = self
            .learning
            .ground
            .store
            .training_set(question, &self.run.site, sender);
        let taking = async {
            let (mut done, mut beat) = (0, interval(BEAT));
            while let Some(page) = pages.recv().await {
                done += i64::try_from(page.len()).unwrap_or(0);
                let pool = self.pool.clone();
                let taken = tokio::task::spawn_blocking(move || {
                    pool.install(|| intake.take(&page));
                    intake
                });
                intake = taken.await?;
                if futures_util::FutureExt::now_or_never(beat.tick()).is_some() {
                    self.report(Phase::Reading, done, total).await?;
                }
            }
            Ok::<_, RunError>(intake)
        };
        let (revision, intake) = tokio::join!(reading, taking);
        let intake = intake?;
        Ok((intake.trainer, intake.collected, revision?))
    }

    /// Measures the candidate, as it was written, against what is live.
    async fn measure(
        &self,
        collected: Collected,
        trained: Trained,
        bytes: Vec<u8>,
        revision: i64,
    ) -> Result<Finished, RunError> {
        let question = self.run.question;
        let live = live::without_held_out(self.learning, question, &self.run.site, revision);
        let live = live.await?;
        let candidate = Model::from_bytes(&bytes)?;
        let version = candidate.version().to_owned();
        let subjects = Subjects {
            question,
            candidate,
            live_version: live.base_version.clone(),
            live: live.model,
            shipped: shipped::base(question)?,
            threshold: self.threshold(),
            collected,
        };
        let pool = self.pool.clone();
        let measuring = move || pool.install(|| subjects.measure());
        let (comparison, gate) = self.beating(Phase::Measuring, measuring).await??;
        let sources = &trained.header.sources;
        let sum = |count: fn(&crate::bayes::file::Source) -> u64| sources.iter().map(count).sum();
        Ok(Finished {
            version,
            bytes,
            revision,
            report: Report {
                ham: sum(|source| source.ham),
                spam: sum(|source| source.spam),
                duplicates: sum(|source| source.duplicates),
                comparison,
                gate,
            },
        })
    }

    /// Spam is put aside from the site's threshold on. Nothing is done to abuse by itself: what is likelier than not is called it.
    fn threshold(&self) -> f64 {
        if self.run.question == Question::Abuse {
            return HALF;
        }
        let site = self.learning.ground.directory.site(self.run.site.as_str());
        let policy = site.map_or_else(Policy::default, |site| site.policy.clone());
        policy.spam_threshold
    }

    /// Does work that takes a while, writing down all along that the run goes on.
    async fn beating<T: Send + 'static>(
        &self,
        phase: Phase,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RunError> {
        let mut working = tokio::task::spawn_blocking(work);
        let mut beat = interval(BEAT);
        loop {
            tokio::select! {
                done = &mut working => return Ok(done?),
                _ = beat.tick() => self.report(phase, 0, 0).await?,
            }
        }
    }

    async fn report(&self, phase: Phase, done: i64, total: i64) -> Result<(), RunError> {
        let progress = Progress { phase, done, total };
        let (store, id) = (&self.learning.ground.store, self.run.id);
        if store
            .report_progress(id, progress, lease(&self.learning.ground))
            .await?
        {
            return Ok(());
        }
        Err(RunError::Lost)
    }
}

/// What pages go into.
struct Intake {
    trainer: Trainer,
    collected: Collected,
    weights: Weights,
}

impl Intake {
    fn take(&mut self, page: &[StoredSample]) {
        self.collected.take(page);
        let mut batches: HashMap<(String, Label), Vec<Sample>> = HashMap::new();
        for stored in page.iter().filter(|stored| !stored.vote.held_out) {
            if let Some(label) = stored.vote.label {
                let source = format!("{}:{}", stored.provenance.as_str(), stored.source);
                let batch = batches.entry((source, label)).or_default();
                batch.push(sample(stored, label));
            }
        }
        let mut batches: Vec<_> = batches.into_iter().collect();
        batches.sort_by(|a, b| (&a.0.0, a.0.1.index()).cmp(&(&b.0.0, b.0.1.index())));
        for ((source, label), batch) in batches {
            let weight = self.weights.of(&source, label);
            self.trainer.add(&source, &batch, weight);
        }
    }
}

/// How much a label counts, by source and class: all labels of one source count at most as much as
/// those of all others together, or as many as the cap, whichever is more.
struct Weights {
    each: HashMap<(String, Label), f32>,
    total: i64,
}

impl Weights {
    fn new(counts: &[SampleCount], cap: i64) -> Self {
        let of_class = |label| counts.iter().filter(move |count| count.label == label);
        let weigh = |count: &SampleCount| {
            let all: i64 = of_class(count.label).map(|other| other.count).sum();
            let others = all - count.count;
            let most = if others == 0 { all } else { others.max(cap) };
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                reason = "a ratio of counts"
            )]
            let weight = (most as f64 / count.count.max(1) as f64).min(1.0) as f32;
            let source = format!("{}:{}", count.provenance.as_str(), count.source);
            ((source, count.label), weight)
        };
        Self {
            each: counts.iter().map(weigh).collect(),
            total: counts.iter().map(|count| count.count).sum(),
        }
    }

    /// A source that came while the run began counts fully.
    fn of(&self, source: &str, label: Label) -> f32 {
        let key = (source.to_owned(), label);
        self.each.get(&key).copied().unwrap_or(1.0)
    }
}

fn by_class(counts: &[SampleCount]) -> [u64; 2] {
    let mut classes = [0; 2];
    for count in counts {
        classes[count.label.index()] += count.count.unsigned_abs();
    }
    classes
}
