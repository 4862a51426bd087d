//! Taking comments in: a batch of arrivals in one transaction, so that many share one sync.
//!
//! Each statement serves the whole batch. The policy is asked inside the transaction, because it
//! needs what only the database knows: counts, and earlier approvals.

mod gates;
pub(super) mod keep;
mod repetition;
mod signals;

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        arrival::{Admission, Arrival, Judge, Lookback},
        evidence::{Evidence, Verdict},
        timestamp::Timestamp,
    },
    storage::{Result, Store, sql::Conn},
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
        self.write_within(self.engine.short_patience(), async |tx| {
            let mut intake = Intake::new(tx, batch, now, lookback);
            intake.answer_repetitions().await?;
            intake.refuse_orphans().await?;
            intake.spend_proofs().await?;
            intake.judge(&judge).await?;
            intake.claim_keys().await?;
            intake.keep().await?;
            Ok(intake.admissions())
        })
        .await
    }
}

/// A batch on its way through one transaction. `outcome[n]` is set once the n-th is settled.
struct Intake<'c, 't> {
    tx: &'c mut Conn<'t>,
    batch: Arc<[Arrival]>,
    outcome: Vec<Option<Admission>>,
    ruled: Vec<Option<Ruled>>,
    now: Timestamp,
    lookback: Lookback,
}

struct Ruled {
    verdict: Verdict,
    score: Option<f64>,
    evidence: Evidence,
}

impl<'c, 't> Intake<'c, 't> {
    fn new(
        tx: &'c mut Conn<'t>,
        batch: Arc<[Arrival]>,
        now: Timestamp,
        lookback: Lookback,
    ) -> Self {
        let outcome = vec![None; batch.len()];
        let ruled = batch.iter().map(|_| None).collect();
        Self {
            tx,
            batch,
            outcome,
            ruled,
            now,
            lookback,
        }
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
