//! The evaluation report of a model that a run has trained: measured once more, on the site's labels
//! that no model is ever trained on, because of its training only the sums are kept. As training, it
//! works on threads of the lowest priority, one report at a time.

use tokio::sync::Mutex;

use super::{
    collected::{MAX_HELD_OUT, Share, sample},
    run::pool,
};
use crate::{
    bayes::Model,
    bayes::ModelError,
    bayes::naive::FitError,
    bayes::row::Sample,
    bayes::{base::Base, lessons::Lessons, taught::Taught},
    domain::model::ModelEntry,
    evaluation::report::{self, ReportError},
    ground::Ground,
    storage::{StoreError, models::ModelFile},
    words::{Argument, Words},
};

/// Held by whoever makes a report: each takes a core for seconds.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The run has no model.
    #[error("this training run has no model that could be measured")]
    NotTrained,
    /// There is nothing to measure on.
    #[error("none of the site's labels is held out any more: there is nothing to measure it on")]
    NothingHeldOut,
    /// The model's file cannot be read.
    #[error("the model's file cannot be read: {0}")]
    Model(#[from] ModelError),
    /// What the model has to forget could not be taken out of it.
    #[error("what the model has to forget could not be taken out of it: {0}")]
    Fit(#[from] FitError),
    /// The page could not be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The threads could not be started.
    #[error("the threads could not be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The work was stopped.
    #[error("the work was stopped")]
    Stopped(#[from] tokio::task::JoinError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The report of a model, one HTML page that needs no other file, in the language of `words`.
///
/// # Errors
/// [`EvaluationError`].
pub async fn evaluate(
    ground: &Ground,
    entry: &ModelEntry,
    words: &'static Words,
) -> Result<String, EvaluationError> {
    let turn = ONE_AT_A_TIME.lock().await;
    let (site, id) = (&entry.site, entry.id.to_string());
    let file = ground.store.model_file(site, &id).await?;
    let file = file.ok_or(EvaluationError::NotTrained)?;
    let samples = held_out(ground, entry).await?;
    if samples.is_empty() {
        return Err(EvaluationError::NothingHeldOut);
    }
    let day = ground.now().to_utc().date().to_string();
    let about: [(&str, &dyn Argument); 2] = [("site", &site.as_str()), ("day", &day)];
    let measured_on = words.fill("report-labels-of", &about);
    let pool = pool(ground.settings.learning.training_threads)?;
    let work = tokio::task::spawn_blocking(move || {
        // Held to the end of the work, which goes on when nobody waits for it any more.
        let _turn = turn;
        pool.install(|| measure(words, &file, &measured_on, &samples))
    });
    work.await?
}

fn measure(
    words: &'static Words,
    file: &ModelFile,
    measured_on: &str,
    samples: &[Sample],
) -> Result<String, EvaluationError> {
    let base = Base::from_bytes(&file.bytes)?;
    let model = match &file.forgotten {
        None => Model::from_bytes(&file.bytes)?,
        Some(forgotten) => {
            Taught::trained(base.clone(), Lessons::from_bytes(forgotten)?).model()?
        }
    };
    Ok(report::of(words, &model, &base, measured_on, samples)?)
}

/// As many of the held-out labels as training measures on.
async fn held_out(ground: &Ground, entry: &ModelEntry) -> Result<Vec<Sample>, StoreError> {
    let (mut share, mut after) = (Share::of(MAX_HELD_OUT), String::new());
    let (question, site) = (entry.question, &entry.site);
    loop {
        let page = ground
            .store
            .held_out_samples(question, site, &after)
            .await?;
        let Some(last) = page.last() else {
            return Ok(share.into_samples());
        };
        after.clone_from(&last.vote.id);
        for stored in &page {
            if let Some(label) = stored.vote.label {
                share.offer(&stored.vote.id, || sample(stored, label));
            }
        }
    }
}
