//! One writer for all arrivals of this instance: whatever has gathered while a batch was being
//! written becomes the next batch, so that under load many comments share one sync and an idle
//! service answers at once. An answer leaves only after its batch is durable.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{
    checks,
    policy::{self, Prepared},
};
use crate::{
    bayes::probability,
    clock::Clock,
    config::Intake,
    storage::{
        Store, StoreError,
        arrivals::{Admission, Arrival, Judge, Ruling},
    },
};

/// Comments that share one transaction at most.
const BATCH: usize = 256;

/// So many are always written together when they wait; of more, half: while those are written, the
/// senders of the half before are answered and send again, and neither side stands idle.
const TOGETHER: usize = 32;

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

type Outcome = Result<Admission, Arc<StoreError>>;

struct Job {
    pending: Pending,
    answer: oneshot::Sender<Outcome>,
}

/// Hands arrivals to the writer. Clones share it.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer on the present runtime; it ends when every handle is gone.
    #[must_use]
    pub fn start(store: Store, clock: Clock, limits: Intake) -> Self {
        let (jobs, inbox) = mpsc::channel(WAITING);
        let desk = Desk {
            store,
            clock,
            limits: Arc::new(limits),
        };
        tokio::spawn(desk.run(inbox));
        Self { jobs }
    }

    /// Has an arrival written; the answer comes once it is durable.
    ///
    /// # Errors
    /// [`super::Rejection::Overloaded`] or [`super::Rejection::Store`]; nothing was stored.
    pub async fn admit(&self, pending: Pending) -> Result<Admission, super::Rejection> {
        let (answer, answered) = oneshot::channel();
        let job = Job { pending, answer };
        self.jobs.try_send(job).map_err(|_| Overloaded)?;
        Ok(answered.await.map_err(|_| Overloaded)??)
    }
}

/// How many of those that wait make the next batch.
fn share(waiting: usize) -> usize {
    (waiting / 2).clamp(TOGETHER, BATCH)
}

struct Desk {
    store: Store,
    clock: Clock,
    limits: Arc<Intake>,
}

impl Desk {
    async fn run(self, mut inbox: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH);
        while inbox.recv_many(&mut jobs, share(inbox.len())).await > 0 {
            #[expect(clippy::cast_precision_loss, reason = "at most 256")]
            metrics::histogram!("hamlet_intake_batch_size").record(jobs.len() as f64);
            let (batch, answers) = unzip(jobs.drain(..));
            let outcomes = self.admit(&batch).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A client that went away has its comment stored all the same.
                let _ = answer.send(outcome);
            }
        }
    }

    /// Writes a batch. When the database refuses something in it, each arrival is tried by itself,
    /// so that one cannot take the others down.
    async fn admit(&self, batch: &Batch) -> Vec<Outcome> {
        let size = batch.arrivals.len();
        match self.write(batch).await {
            Ok(admissions) => admissions.into_iter().map(Ok).collect(),
            Err(error) if size > 1 && error.is_about_data() => {
                tracing::warn!(%error, size, "a batch was refused; its comments are tried one by one");
                let mut outcomes = Vec::with_capacity(size);
                for place in 0..size {
                    outcomes.push(self.admit_alone(batch, place).await);
                }
                outcomes
            }
            Err(error) => vec![Err(Arc::new(error)); size],
        }
    }

    async fn admit_alone(&self, batch: &Batch, place: usize) -> Outcome {
        let alone = Batch {
            arrivals: [batch.arrivals[place].clone()].into(),
            prepared: [batch.prepared[place].clone()].into(),
        };
        let admissions = self.write(&alone).await.map_err(Arc::new)?;
        let admission = admissions.into_iter().next();
        admission.ok_or_else(|| Arc::new(StoreError::Corrupt("batch")))
    }

    async fn write(&self, batch: &Batch) -> Result<Vec<Admission>, StoreError> {
        let limits = self.limits.clone();
        let prepared = batch.prepared.clone();
        let judge: Judge = Arc::new(move |place, signals| {
            let ruling = policy::rule(&prepared[place], signals, &limits);
            measure(&ruling);
            ruling
        });
        let now = self.clock.now();
        let lookback = checks::lookback(&self.limits, now);
        let arrivals = batch.arrivals.clone();
        self.store.admit(arrivals, now, lookback, judge).await
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
