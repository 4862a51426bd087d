//! Training runs: asked for here, carried out by whichever instance has the lease, one at a time.
//!
//! A run trains a candidate on the site's labels, on top of the model that ships with the program,
//! but for the labels that are always held out; on those it measures the candidate against what is
//! live ([`measure`]) and judges whether it may go into use ([`gate`]); [`evaluation`] draws how it does,
//! when someone asks. It works on threads of its
//! own, at the lowest priority, and stands in no request's way. Putting the candidate into use is
//! the registry's.

mod collected;
pub mod evaluation;
pub mod gate;
mod measure;
mod run;

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;

use crate::{
    bayes::naive::FitError,
    bayes::{ModelError, Question},
    domain::{model::ModelId, site::SiteSlug},
    ground::Ground,
    learn::Learning,
    storage::{
        StoreError,
        runs::{Lease, Queued, Run},
    },
};

use super::live::LiveError;

/// How long the lease lasts without being prolonged: so long a killed instance's run rests.
const LEASE: Duration = Duration::from_secs(30);

/// Why a run was not begun.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// One is waiting or under way for the site already.
    #[error("a training run for this site is under way already")]
    UnderWay(ModelId),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a run ended without a model.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The labels are not such as to train on.
    #[error("{0}")]
    Labels(String),
    /// The model could not be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The model could not be written or read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The live model could not be made, to measure against.
    #[error("the live model could not be measured against: {0}")]
    Live(#[from] LiveError),
    /// The training threads could not be started.
    #[error("the training threads could not be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Another instance has the run now.
    #[error("another instance took the run up")]
    Lost,
    /// A defect of ours.
    #[error("training panicked: a defect")]
    Panicked,
    /// The work was stopped.
    #[error("the work was stopped")]
    Stopped(#[from] tokio::task::JoinError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks for a training run; some instance takes it up within a second or so.
///
/// # Errors
/// [`StartError`].
pub async fn start(
    ground: &Ground,
    question: Question,
    site: &SiteSlug,
    by: &str,
) -> Result<ModelId, StartError> {
    let (site, by) = (site.clone(), by.to_owned());
    let queued = ground.store.queue_run(question, site, by, ground.now());
    match queued.await? {
        Queued::New(id) => Ok(id),
        Queued::Already(id) => Err(StartError::UnderWay(id)),
    }
}

/// Carries the next run out, if there is one and nobody else trains; whether there was.
///
/// # Errors
/// [`StoreError`] when it cannot be read whether there is a run, or what came of it cannot be kept;
/// then the run is taken up again.
pub async fn work(learning: &Learning) -> Result<bool, StoreError> {
    let Some(run) = learning
        .ground
        .store
        .take_run(lease(&learning.ground))
        .await?
    else {
        return Ok(false);
    };
    tracing::info!(site = %run.site, id = %run.id, "a training run begins");
    // Caught here, so that a run that makes us panic ends as failed and is not begun for ever.
    let carrying = async {
        learning.ground.faults.strike("training", run.site.as_str());
        run::carry_out(learning, &run).await
    };
    let carried = AssertUnwindSafe(carrying).catch_unwind().await;
    match carried.unwrap_or(Err(RunError::Panicked)) {
        Ok(finished) => {
            let kept = learning
                .ground
                .store
                .finish_run(run, finished, lease(&learning.ground))
                .await?;
            tracing::info!(kept, "the training run has ended with a model");
        }
        Err(RunError::Lost) => tracing::warn!("the training run went to another instance"),
        Err(RunError::Store(error)) => {
            hand_back(&learning.ground).await?;
            return Err(error);
        }
        Err(error) => fail(&learning.ground, &run, &error).await?,
    }
    Ok(true)
}

async fn fail(ground: &Ground, run: &Run, error: &RunError) -> Result<(), StoreError> {
    tracing::warn!(%error, "the training run has ended without a model");
    let (id, failure) = (run.id, error.to_string());
    ground.store.fail_run(id, failure, lease(ground)).await
}

/// Lets another instance go on with the run that this one had begun.
///
/// # Errors
/// [`StoreError`].
pub async fn hand_back(ground: &Ground) -> Result<(), StoreError> {
    ground.store.hand_back_run(lease(ground)).await
}

/// The lease as this instance asks for it now.
fn lease(ground: &Ground) -> Lease {
    Lease {
        holder: ground.instance.to_string(),
        now: ground.now(),
        until: ground.now().plus(LEASE),
    }
}
