//! The model of each site, kept up to date. Every instance reads the lessons it has not seen yet,
//! a few times a second and whenever it was woken, and puts a new model in place of the old one;
//! a request takes whichever is there and is never kept waiting. Sums are exact, so that instances
//! agree, and taking a label back leaves no trace.

mod site;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, Notify};

use self::site::Followed;
use crate::{
    app::App,
    bayes::Label,
    bayes::Model,
    bayes::ModelError,
    bayes::lessons::Base,
    bayes::naive::FitError,
    domain::{model::ModelId, site::SiteSlug},
    storage::{Store, StoreError},
};

/// Why a site's model could not be brought up to date. The one before it stays in use.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored model cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model could not be computed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The computation was stopped.
    #[error("the model's computation was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// A site's model, and what it is made of.
#[derive(Debug, Clone)]
pub struct SiteModel {
    /// Judges.
    pub model: Arc<Model>,
    /// The version of the model that was trained: what the site's own labels are added to.
    pub base_version: String,
    /// That model in the registry; `None`: the one that ships with the program.
    pub registered: Option<ModelId>,
    /// Labels given since that model was trained, net of those taken back: ham, spam.
    pub labels: [i64; 2],
    /// Whether the labels count: a shipped model is left as it is until there are enough of each
    /// class.
    pub uses_labels: bool,
    /// Why the activated model is not in use, if it could not be read.
    pub trouble: Option<String>,
}

impl SiteModel {
    /// How many labels of a class were given since the model was trained.
    #[must_use]
    pub fn count(&self, label: Label) -> i64 {
        self.labels[label.index()]
    }
}

/// The models in use.
pub struct Live {
    shipped: Arc<SiteModel>,
    /// Labels of each class that a site needs before the shipped model is changed by them.
    minimum: i64,
    sites: ArcSwap<BTreeMap<SiteSlug, Arc<SiteModel>>>,
    followed: Mutex<BTreeMap<SiteSlug, Followed>>,
    /// Versions told in the metrics, to take back those that have gone.
    told: Mutex<BTreeSet<(String, String)>>,
    woken: Notify,
}

impl Live {
    /// Starts with the shipped model for every site, until [`Live::follow`] is called.
    ///
    /// # Errors
    /// None in practice: a test loads the shipped model.
    pub fn new(minimum: i64) -> Result<Self, ModelError> {
        let model = Model::shipped()?;
        let shipped = SiteModel {
            base_version: model.version().to_owned(),
            model: Arc::new(model),
            registered: None,
            labels: [0, 0],
            uses_labels: false,
            trouble: None,
        };
        Ok(Self {
            shipped: Arc::new(shipped),
            minimum,
            sites: ArcSwap::default(),
            followed: Mutex::default(),
            told: Mutex::default(),
            woken: Notify::new(),
        })
    }

    /// The model that judges a site's comments now.
    #[must_use]
    pub fn model(&self, site: &SiteSlug) -> Arc<SiteModel> {
        let sites = self.sites.load();
        sites.get(site).unwrap_or(&self.shipped).clone()
    }

    /// The model that judges where nothing else does.
    #[must_use]
    pub fn shipped(&self) -> &Arc<SiteModel> {
        &self.shipped
    }

    /// Labels of each class that a site needs before the shipped model is changed by them.
    #[must_use]
    pub fn minimum(&self) -> i64 {
        self.minimum
    }

    /// Forgets a site that was removed: one that is added under its name has learnt nothing.
    pub async fn forget(&self, site: &SiteSlug) {
        let mut followed = self.followed.lock().await;
        followed.remove(site);
        self.sites.rcu(|sites| {
            let mut sites = BTreeMap::clone(sites);
            sites.remove(site);
            sites
        });
    }

    /// Says that there is something new to follow.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Waits until someone said so.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Brings every site's model up to date with the database. A site whose model cannot be made
    /// keeps the one it has.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be told which sites have changed.
    pub async fn follow(&self, store: &Store) -> Result<(), StoreError> {
        let mut followed = self.followed.lock().await;
        let states = store.learning_states().await?;
        let there: BTreeSet<&SiteSlug> = states.iter().map(|state| &state.site).collect();
        followed.retain(|site, _| there.contains(site));
        self.keep_only(&there);
        for state in &states {
            let present = followed.get(&state.site);
            if present.is_some_and(|present| present.is_at(state)) {
                continue;
            }
            let site = followed.remove(&state.site);
            match self.bring_up(store, site, state).await {
                Ok((site, model)) => {
                    followed.insert(state.site.clone(), site);
                    self.publish(&state.site, model);
                }
                Err(error) => {
                    tracing::error!(%error, site = %state.site, "the site's model was not brought up to date");
                }
            }
        }
        drop(followed);
        self.tell().await;
        Ok(())
    }

    async fn bring_up(
        &self,
        store: &Store,
        present: Option<Followed>,
        state: &crate::storage::samples::LearningState,
    ) -> Result<(Followed, SiteModel), LiveError> {
        let mut site = match present.filter(|present| present.continues_to(state)) {
            Some(present) => present,
            None => Followed::start(store, state).await?,
        };
        site.catch_up(store, state.revision).await?;
        let minimum = self.minimum;
        let shipped = self.shipped.clone();
        let made = tokio::task::spawn_blocking(move || {
            let model = site.make(&shipped, minimum);
            model.map(|model| (site, model))
        });
        made.await?
    }

    fn publish(&self, site: &SiteSlug, model: SiteModel) {
        let model = Arc::new(model);
        self.sites.rcu(|sites| {
            let mut sites = BTreeMap::clone(sites);
            sites.insert(site.clone(), model.clone());
            sites
        });
    }

    /// Forgets the models of sites that are no more.
    fn keep_only(&self, there: &BTreeSet<&SiteSlug>) {
        if self.sites.load().keys().all(|site| there.contains(site)) {
            return;
        }
        self.sites.rcu(|sites| {
            let mut sites = BTreeMap::clone(sites);
            sites.retain(|site, _| there.contains(site));
            sites
        });
    }

    /// Keeps the metrics true. The version told is that of the trained model: with every label in
    /// it there would be a new one for each decision.
    async fn tell(&self) {
        let mut told = self.told.lock().await;
        let sites = self.sites.load();
        let own = sites
            .iter()
            .map(|(site, model)| (site.to_string(), model.base_version.clone()));
        let now: BTreeSet<(String, String)> = own
            .chain([(String::new(), self.shipped.base_version.clone())])
            .collect();
        for (site, version) in told.difference(&now) {
            info(site, version).set(0.0);
        }
        for (site, version) in &now {
            info(site, version).set(1.0);
        }
        *told = now;
    }
}

/// The model that ships with the program, to train on. Read when something is first learnt and kept
/// from then on: a service that learns nothing need not hold its sums.
///
/// # Errors
/// None in practice: a test loads the shipped model.
pub fn shipped_base() -> Result<Arc<Base>, ModelError> {
    static BASE: OnceLock<Arc<Base>> = OnceLock::new();
    if let Some(base) = BASE.get() {
        return Ok(base.clone());
    }
    let base = Arc::new(Base::from_bytes(Model::shipped_bytes())?);
    Ok(BASE.get_or_init(|| base).clone())
}

/// What is live on a site, but for the labels that training holds out: what a candidate that does
/// not know them either is fairly measured against.
///
/// # Errors
/// [`LiveError`].
pub async fn without_held_out(
    app: &App,
    site: &SiteSlug,
    revision: i64,
) -> Result<SiteModel, LiveError> {
    let state = app.store.learning_state(site).await?;
    let mut site = Followed::start(&app.store, &state).await?;
    site.leave_held_out();
    site.catch_up(&app.store, revision).await?;
    let (shipped, minimum) = (app.live.shipped.clone(), app.live.minimum);
    tokio::task::spawn_blocking(move || site.make(&shipped, minimum)).await?
}

/// The gauge of a version; the site without a name stands for all that have no model of their own.
fn info(site: &str, version: &str) -> metrics::Gauge {
    metrics::gauge!("hamlet_model_info", "site" => site.to_owned(), "version" => version.to_owned())
}
