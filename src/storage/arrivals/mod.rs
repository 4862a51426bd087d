//! Taking comments in: a batch of arrivals in one transaction, so that many share one sync.
//!
//! Each statement serves the whole batch. The policy is asked between two of them, because it needs what only
//! the database knows: counts, and earlier approvals.
//!
//! On PostgreSQL several batches are written at once, and what they wait for each other for is kept short: what
//! is only read is read before the transaction, and counters are raised before it, since a counter's row is
//! locked until the transaction that raised it ends, and all who come from one network share it. The caller
//! sees to it that no two batches at once have an author, a text or a key in common.

mod earlier;
mod gates;
pub(super) mod keep;
mod repetition;
mod signals;

use std::{sync::Arc, time::Duration};

use sqlx::Connection;

use self::signals::Known;

use crate::{
    domain::{
        arrival::{Admission, Arrival, Judge, Lookback},
        evidence::{Evidence, Verdict},
        timestamp::Timestamp,
    },
    storage::{Result, Store, counters::Lasting, engine::Engine, lately::Lately, sql::Conn},
};

impl Store {
    /// Takes a batch in; the answer has an [`Admission`] for each arrival, in order, once all of
    /// them are durable.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing of the batch is stored.
    pub async fn admit(
        &self,
        batch: Arc<[Arrival]>,
        now: Timestamp,
        lookback: Lookback,
        judge: Judge,
    ) -> Result<Vec<Admission>> {
        self.on_writer(self.engine.short_patience(), async |connection| {
            let mut intake = Intake::new(batch, now, lookback, self.lately.clone());
            if self.engine == Engine::Postgres {
                intake.ask_ahead(&mut self.on(connection)).await?;
            }
            let mut transaction = connection.begin_with(self.begin()).await?;
            intake.take(&mut self.on(&mut transaction), &judge).await?;
            intake.remember();
            transaction.commit().await?;
            Ok(intake.admissions())
        })
        .await
    }

    /// How many batches may be written at once.
    #[must_use]
    pub fn batches_at_once(&self) -> usize {
        match self.engine {
            Engine::Sqlite => 1,
            // Half of the connections stay for those who read and decide.
            Engine::Postgres => (self.connections / 2).clamp(1, BATCHES_AT_MOST),
        }
    }
}

/// Batches at once on PostgreSQL: one is judged while others are written.
const BATCHES_AT_MOST: usize = 3;

/// A batch on its way through one transaction. `outcome[n]` is set once the n-th is settled.
struct Intake {
    batch: Arc<[Arrival]>,
    outcome: Vec<Option<Admission>>,
    ruled: Vec<Option<Ruled>>,
    /// What the database knows of the arrivals, if it was asked already.
    known: Option<Known>,
    now: Timestamp,
    lookback: Lookback,
    lately: Option<Arc<Lately>>,
}

struct Ruled {
    verdict: Verdict,
    score: Option<f64>,
    evidence: Evidence,
}

impl Intake {
    fn new(
        batch: Arc<[Arrival]>,
        now: Timestamp,
        lookback: Lookback,
        lately: Option<Arc<Lately>>,
    ) -> Self {
        let outcome = vec![None; batch.len()];
        let ruled = batch.iter().map(|_| None).collect();
        Self {
            batch,
            outcome,
            ruled,
            known: None,
            now,
            lookback,
            lately,
        }
    }

    /// Finds out, outside of the transaction, what is there to be known.
    async fn ask_ahead(&mut self, on: &mut Conn<'_>) -> Result<()> {
        self.answer_repetitions(on).await?;
        self.refuse_orphans(on).await?;
        // Whose proof of work is refused is not counted, and that is known only once proofs are spent.
        if self.open().all(|(_, arrival)| arrival.proof.is_none()) {
            self.known = Some(self.ask(on, Lasting::Soon).await?);
        }
        Ok(())
    }

    /// Takes the batch in.
    async fn take(&mut self, tx: &mut Conn<'_>, judge: &Judge) -> Result<()> {
        if tx.engine == Engine::Sqlite {
            self.answer_repetitions(tx).await?;
            self.refuse_orphans(tx).await?;
        }
        self.spend_proofs(tx).await?;
        let known = match self.known.take() {
            Some(known) => known,
            None => self.ask(tx, Lasting::WithTheRest).await?,
        };
        self.judge(known, judge);
        self.claim_keys(tx).await?;
        self.keep(tx).await
    }

    /// Notes in memory what is about to be stored.
    fn remember(&self) {
        let Some(lately) = &self.lately else { return };
        let arrivals = self.batch.iter().zip(&self.outcome);
        let stored = arrivals.filter_map(|(arrival, outcome)| match outcome {
            Some(Admission::Stored { id, .. }) if *id == arrival.comment.id => Some(arrival),
            _ => None,
        });
        let kept =
            stored.filter(|arrival| arrival.client.as_ref().is_none_or(|client| client.keeps));
        lately.add(kept.map(|arrival| &arrival.comment), &self.lookback);
    }

    /// The arrivals that are not settled yet, with their places.
    fn open(&self) -> impl Iterator<Item = (usize, &Arrival)> {
        let unsettled = |(place, _): &(usize, &Arrival)| self.outcome[*place].is_none();
        self.batch.iter().enumerate().filter(unsettled)
    }

    fn admissions(self) -> Vec<Admission> {
        let refused = Admission::Refused {
            retry_after: Duration::from_secs(1),
        };
        let outcome = self.outcome.into_iter();
        outcome
            .map(|one| one.unwrap_or_else(|| refused.clone()))
            .collect()
    }
}
