//! One writer for all arrivals of this instance: whatever has gathered while a batch was being
//! written becomes the next batch, so that under load many comments share one sync and an idle
//! service answers at once. An answer leaves only after its batch is durable. Where the database takes
//! several batches at once ([`crate::storage::Store::batches_at_once`]), [`waiting`] keeps apart what has
//! something in common.
//!
//! A panic on the way ends one transaction and nothing else: nothing of the batch is stored then, and
//! its comments are tried one by one, so that whichever caused it is alone in being refused.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

mod waiting;

use futures_util::FutureExt;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use self::waiting::Waiting;
use super::{
    checks,
    policy::{self, Prepared},
};
use crate::{
    bayes::probability,
    domain::arrival::{Admission, Arrival, Judge, Ruling},
    ground::Ground,
    storage::StoreError,
};

/// Comments that share one transaction at most.
const BATCH: usize = 256;

/// So many are always written together when they wait; of more, half: while those are written, the
/// senders of the half before are answered and send again, and neither side stands idle.
const TOGETHER: usize = 32;

/// So many have to wait before another batch is begun beside one that is being written: a batch of few costs
/// the database as much as one of many.
const ANOTHER: usize = 16;

/// Comments that may wait to be written.
const WAITING: usize = 4096;

/// An arrival and what is known of it.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What to store.
    pub arrival: Arrival,
    /// What the policy needs.
    pub prepared: Prepared,
}

/// More is waiting than can be written, or the writer has stopped.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("too many comments are waiting to be written")]
pub struct Overloaded;

/// Why an arrival was not written. Nothing of it is stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// The database failed.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// Judging or writing it panicked: a defect of ours.
    #[error("a comment could not be judged and written: a defect")]
    Panicked,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

impl Failure {
    /// Whether something in the batch may be the reason, rather than the database's state.
    fn is_about_an_arrival(&self) -> bool {
        match self {
            Self::Store(error) => error.is_about_data(),
            Self::Panicked => true,
        }
    }
}

type Outcome = Result<Admission, Failure>;

struct Job {
    pending: Pending,
    answer: oneshot::Sender<Outcome>,
}

/// Hands arrivals to the writer. Clones share it.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    panics: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the writer on the present runtime; it ends when every handle is gone.
    #[must_use]
    pub fn start(ground: Arc<Ground>) -> Self {
        let (jobs, inbox) = mpsc::channel(WAITING);
        let panics = Arc::new(AtomicU64::new(0));
        let desk = Desk {
            ground,
            panics: panics.clone(),
        };
        tokio::spawn(desk.supervise(inbox));
        Self { jobs, panics }
    }

    /// Has an arrival written; the answer comes once it is durable.
    ///
    /// # Errors
    /// [`super::Rejection::Overloaded`], [`super::Rejection::Defect`] or [`super::Rejection::Store`];
    /// nothing was stored.
    pub async fn admit(&self, pending: Pending) -> Result<Admission, super::Rejection> {
        let (answer, answered) = oneshot::channel();
        let job = Job { pending, answer };
        self.jobs.try_send(job).map_err(|_| Overloaded)?;
        Ok(answered.await.map_err(|_| Overloaded)??)
    }

    /// Whether anything would be written: false once the writer has ended.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.jobs.is_closed()
    }

    /// How often judging or writing has panicked since the start.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}

/// How many of those that wait make the next batch.
fn share(waiting: usize) -> usize {
    (waiting / 2).clamp(TOGETHER, BATCH)
}

#[derive(Clone)]
struct Desk {
    ground: Arc<Ground>,
    panics: Arc<AtomicU64>,
}

impl Desk {
    /// Works until every handle is gone, whatever panics. What was taken from the inbox by then and is not
    /// being written is answered as overloaded, by its sender being dropped.
    async fn supervise(self, mut inbox: mpsc::Receiver<Job>) {
        let mut batches = JoinSet::new();
        while self
            .caught(self.work(&mut inbox, &mut batches))
            .await
            .is_err()
        {}
        while batches.join_next().await.is_some() {}
    }

    async fn work(&self, inbox: &mut mpsc::Receiver<Job>, batches: &mut JoinSet<()>) {
        let at_once = self.ground.store.batches_at_once();
        let mut waiting = Waiting::default();
        let mut is_open = true;
        loop {
            let count = waiting.len() + inbox.len();
            let may_begin = batches.is_empty() || batches.len() < at_once && count >= ANOTHER;
            if may_begin && count > 0 {
                let most = share(count);
                while waiting.len() < most
                    && let Ok(job) = inbox.try_recv()
                {
                    waiting.add(job);
                }
                self.ground.faults.strike("writer", "loop");
                if self.ground.faults.is_due("writer", "end") {
                    return;
                }
                self.begin(&mut waiting, most, batches);
            }
            let is_full = batches.len() == at_once || waiting.len() >= BATCH;
            tokio::select! {
                Some(ended) = batches.join_next_with_id(), if !batches.is_empty() => {
                    waiting.end(ended.map_or_else(|error| error.id(), |(id, ())| id));
                }
                job = inbox.recv(), if is_open && !is_full => match job {
                    Some(job) => waiting.add(job),
                    None => is_open = false,
                },
                else => return,
            }
        }
    }

    /// Begins to write the next batch, if not all that wait have to wait for one that is being written.
    fn begin(&self, waiting: &mut Waiting, most: usize, batches: &mut JoinSet<()>) {
        let (marks, jobs) = waiting.next(most);
        if jobs.is_empty() {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 256")]
        metrics::histogram!("hamlet_intake_batch_size").record(jobs.len() as f64);
        let desk = self.clone();
        let task = batches.spawn(async move {
            let (batch, answers) = unzip(jobs.into_iter());
            let outcomes = desk.admit(&batch).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A client that went away has its comment stored all the same.
                let _ = answer.send(outcome);
            }
        });
        waiting.begin(task.id(), marks);
    }

    /// Runs a part of the work; a panic in it is counted and becomes an error.
    async fn caught<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        ended.map_err(|_| {
            self.panics.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("hamlet_job_failures_total", "job" => "intake").increment(1);
            tracing::error!("judging or writing comments panicked: a defect; the writer goes on");
            Failure::Panicked
        })
    }

    /// Writes a batch. When the database refuses something in it, or something in it makes us panic,
    /// each arrival is tried by itself, so that one cannot take the others down.
    async fn admit(&self, batch: &Batch) -> Vec<Outcome> {
        let size = batch.arrivals.len();
        match self.write(batch).await {
            Ok(admissions) => admissions.into_iter().map(Ok).collect(),
            Err(error) if size > 1 && error.is_about_an_arrival() => {
                tracing::warn!(%error, size, "a batch was refused; its comments are tried one by one");
                let mut outcomes = Vec::with_capacity(size);
                for place in 0..size {
                    outcomes.push(self.admit_alone(batch, place).await);
                }
                outcomes
            }
            Err(error) => vec![Err(error); size],
        }
    }

    async fn admit_alone(&self, batch: &Batch, place: usize) -> Outcome {
        let alone = Batch {
            arrivals: [batch.arrivals[place].clone()].into(),
            prepared: [batch.prepared[place].clone()].into(),
        };
        let admissions = self.write(&alone).await?;
        let admission = admissions.into_iter().next();
        admission.ok_or_else(|| StoreError::Corrupt("batch").into())
    }

    async fn write(&self, batch: &Batch) -> Result<Vec<Admission>, Failure> {
        Ok(self.caught(self.write_once(batch)).await??)
    }

    async fn write_once(&self, batch: &Batch) -> Result<Vec<Admission>, StoreError> {
        let ground = self.ground.clone();
        let prepared = batch.prepared.clone();
        let judged = batch.arrivals.clone();
        let judge: Judge = Arc::new(move |place, signals| {
            ground.faults.strike("arrival", &judged[place].comment.name);
            let ruling = policy::rule(&prepared[place], signals, &ground.settings.intake);
            measure(&ruling);
            ruling
        });
        let now = self.ground.now();
        let lookback = checks::lookback(&self.ground.settings.intake, now);
        let arrivals = batch.arrivals.clone();
        self.ground
            .store
            .admit(arrivals, now, lookback, judge)
            .await
    }
}

/// Arrivals and what the policy needs of each, in the same order.
struct Batch {
    arrivals: Arc<[Arrival]>,
    prepared: Arc<[Prepared]>,
}

fn unzip(jobs: impl Iterator<Item = Job>) -> (Batch, Vec<oneshot::Sender<Outcome>>) {
    let mut answers = Vec::new();
    let (arrivals, prepared): (Vec<_>, Vec<_>) = jobs
        .map(|Job { pending, answer }| {
            answers.push(answer);
            (pending.arrival, pending.prepared)
        })
        .unzip();
    let batch = Batch {
        arrivals: arrivals.into(),
        prepared: prepared.into(),
    };
    (batch, answers)
}

fn measure(ruling: &Ruling) {
    let Ruling::Admit {
        verdict, evidence, ..
    } = ruling
    else {
        metrics::counter!("hamlet_verdicts_total", "verdict" => "refused").increment(1);
        return;
    };
    metrics::counter!("hamlet_verdicts_total", "verdict" => verdict.as_str()).increment(1);
    for finding in &evidence.checks {
        metrics::counter!("hamlet_findings_total", "check" => finding.check.as_str()).increment(1);
    }
    if let Some(log_odds) = evidence.log_odds() {
        metrics::histogram!("hamlet_score").record(probability(log_odds));
    }
}
