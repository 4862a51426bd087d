//! The registry: what models there are, which one a site uses, and the change from one to another.
//! A change is one write; every instance follows it within a second or so, and no request waits.

use serde::Serialize;
use utoipa::ToSchema;

use super::live::LiveError;
use crate::{
    bayes::{Label, Question},
    domain::{
        model::{Gate, ModelEntry, ModelId, ModelStatus},
        site::SiteSlug,
    },
    ground::Ground,
    learn::Learning,
    storage::{StoreError, acts, models::RolledBack},
};

/// Why a model was not put into use. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no such model.
    #[error("there is no such model")]
    NotFound,
    /// Its training has not ended, or ended without a model.
    #[error("this training run has no model that could be used")]
    NotTrained(ModelStatus),
    /// It does not pass the gate.
    #[error("the model does not pass the gate: {}", .0.reasons.join(" "))]
    Refused(Gate),
    /// There is nothing to go back to.
    #[error("the site uses the model that ships with the program: there is nothing to go back to")]
    NothingBefore,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a site's comments are judged with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// The site.
    pub site: SiteSlug,
    /// What is judged: whether they are spam, or whether they are abusive.
    pub question: Question,
    /// The model in use; absent: the one that ships with the program.
    pub model: Option<ModelId>,
    /// The version of that model.
    pub version: String,
    /// The version of what judges: that model with the labels given since.
    pub judging: String,
    /// Ham labels (of abuse: clean) given since the model was trained.
    pub ham: i64,
    /// Spam labels (of abuse: abusive) given since the model was trained.
    pub spam: i64,
    /// Whether those labels count already.
    pub uses_labels: bool,
    /// Labels of each class that are needed before the shipped model is changed by them.
    pub minimum: i64,
    /// All of it in one sentence.
    pub says: String,
}

/// What a site's comments are judged with, as this instance has followed it.
///
/// # Errors
/// [`LiveError`].
pub async fn standing(
    learning: &Learning,
    question: Question,
    site: &SiteSlug,
) -> Result<Standing, LiveError> {
    let live = learning.model_of(question, site).await?;
    let [clean, against] = question.classes();
    let (ham, spam) = (live.count(Label::Ham), live.count(Label::Spam));
    let minimum = learning.minimum();
    let says = match (&live.trouble, live.registered, live.uses_labels) {
        (Some(trouble), ..) => format!(
            "The activated model cannot be used ({trouble}); the one that ships with the program is"
        ),
        (_, None, false) => format!(
            "The model that ships with the program, as it is: {ham} {clean} and {spam} {against} labels, \
             and {minimum} of each are needed before they count"
        ),
        (_, None, true) => format!(
            "The model that ships with the program, and what {ham} {clean} and {spam} {against} labels taught it"
        ),
        (_, Some(_), _) => format!(
            "The site's own model, and what {ham} {clean} and {spam} {against} labels taught it that it was not trained on"
        ),
    };
    Ok(Standing {
        site: site.clone(),
        question,
        model: live.registered,
        version: live.base_version.clone(),
        judging: live.model.version().to_owned(),
        ham,
        spam,
        uses_labels: live.uses_labels,
        minimum,
        says,
    })
}

/// The same of several sites.
///
/// # Errors
/// [`LiveError`].
pub async fn standings(
    learning: &Learning,
    question: Question,
    sites: &[SiteSlug],
) -> Result<Vec<Standing>, LiveError> {
    let mut standings = Vec::with_capacity(sites.len());
    for site in sites {
        standings.push(standing(learning, question, site).await?);
    }
    Ok(standings)
}

/// Runs and models of some sites that answer a question, latest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    ground: &Ground,
    question: Question,
    sites: &[SiteSlug],
) -> Result<Vec<ModelEntry>, StoreError> {
    ground.store.models(question, sites).await
}

/// A run or model.
///
/// # Errors
/// [`StoreError`].
pub async fn find(ground: &Ground, id: ModelId) -> Result<Option<ModelEntry>, StoreError> {
    ground.store.model(id).await
}

/// Puts a model into use on its site, in this instance before this returns. One that does not pass
/// the gate is refused, unless `force` or it was in use before: going back is always allowed.
///
/// # Errors
/// [`RegistryError`].
pub async fn activate(
    learning: &Learning,
    id: ModelId,
    by: &str,
    force: bool,
) -> Result<ModelEntry, RegistryError> {
    let entry = learning
        .ground
        .store
        .model(id)
        .await?
        .ok_or(RegistryError::NotFound)?;
    if !entry.status.is_trained() {
        return Err(RegistryError::NotTrained(entry.status));
    }
    let gate = entry.report.as_ref().map(|report| &report.gate);
    let refused = gate.filter(|gate| !gate.passed && !force);
    if let Some(gate) = refused.filter(|_| entry.status == ModelStatus::Candidate) {
        return Err(RegistryError::Refused(gate.clone()));
    }
    if gate.is_some_and(|gate| !gate.passed) {
        acts::mention("passed_gate", false.into());
    }
    let (site, by) = (entry.site.clone(), by.to_owned());
    learning
        .ground
        .store
        .activate_model(entry.question, site, Some(id), by, learning.ground.now())
        .await?;
    learning.follow().await?;
    learning
        .ground
        .store
        .model(id)
        .await?
        .ok_or(RegistryError::NotFound)
}

/// Puts the model that ships with the program into use on a site.
///
/// # Errors
/// [`StoreError`].
pub async fn activate_shipped(
    learning: &Learning,
    question: Question,
    site: &SiteSlug,
    by: &str,
) -> Result<(), StoreError> {
    let (site, by) = (site.clone(), by.to_owned());
    learning
        .ground
        .store
        .activate_model(question, site, None, by, learning.ground.now())
        .await?;
    learning.follow().await?;
    Ok(())
}

/// Puts the model back into use that the present one replaced; `None` in the answer: the one that
/// ships with the program.
///
/// # Errors
/// [`RegistryError::NothingBefore`], [`RegistryError::Store`].
pub async fn roll_back(
    learning: &Learning,
    question: Question,
    site: &SiteSlug,
    by: &str,
) -> Result<Option<ModelId>, RegistryError> {
    let (site, by) = (site.clone(), by.to_owned());
    let before = learning
        .ground
        .store
        .roll_back_model(question, site, by, learning.ground.now())
        .await?;
    learning.follow().await?;
    match before {
        RolledBack::To(id) => Ok(Some(id)),
        RolledBack::ToShipped => Ok(None),
        RolledBack::Nothing => Err(RegistryError::NothingBefore),
    }
}
