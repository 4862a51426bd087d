//! The model of each site, kept up to date. Every instance reads the lessons it has not seen yet,
//! a few times a second and whenever it was woken, and puts a new model in place of the old one;
//! a request takes whichever is there and is never kept waiting. Sums are exact, so that instances
//! agree, and taking a label back leaves no trace.

mod site;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, Notify};

use self::site::Followed;
use crate::{
    bayes::Label,
    bayes::Model,
    bayes::ModelError,
    bayes::lessons::Base,
    bayes::naive::FitError,
    domain::{model::ModelId, site::SiteSlug},
    ground::Ground,
    storage::{Store, StoreError, samples::LearningState},
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

/// How far this instance has followed a site.
#[derive(Default)]
struct Place {
    /// The lessons so far; kept also while no model can be made of them, so that another try goes on
    /// from here.
    read: Option<Arc<Followed>>,
    /// Whether the model in use is made of them.
    is_made: bool,
    trouble: Option<Trouble>,
}

impl Place {
    fn is_at(&self, state: &LearningState) -> bool {
        let read = self.read.as_ref();
        self.is_made && read.is_some_and(|read| read.is_at(state))
    }

    /// Whether this state of the site was tried a moment ago, in vain.
    fn rests(&self, state: &LearningState) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|trouble| trouble.state == *state && Instant::now() < trouble.until)
    }
}

/// A site that could not be followed.
struct Trouble {
    /// What could not be reached: a further label is a reason to try at once.
    state: LearningState,
    tries: u32,
    /// When it is tried again.
    until: Instant,
}

/// The first pause after a site could not be followed; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(500);

/// The longest pause after a site could not be followed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The models in use, and what follows them.
pub struct Learning {
    pub(crate) ground: Arc<Ground>,
    shipped: Arc<SiteModel>,
    sites: ArcSwap<BTreeMap<SiteSlug, Arc<SiteModel>>>,
    followed: Mutex<BTreeMap<SiteSlug, Place>>,
    /// Versions told in the metrics, to take back those that have gone.
    told: Mutex<BTreeSet<(String, String)>>,
    woken: Notify,
}

impl Learning {
    /// Starts with the shipped model for every site, until [`Learning::follow`] is called.
    ///
    /// # Errors
    /// None in practice: a test loads the shipped model.
    pub fn new(ground: Arc<Ground>) -> Result<Self, ModelError> {
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
            ground,
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
        self.ground.settings.learning.minimum_per_class
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

    /// Brings every site's model up to date with the database; how many sites could not be. Such a
    /// site keeps the model it has, holds up no other, and is tried again after a pause.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be told which sites have changed.
    pub async fn follow(&self) -> Result<usize, StoreError> {
        let store = &self.ground.store;
        let mut followed = self.followed.lock().await;
        let states = store.learning_states().await?;
        let there: BTreeSet<&SiteSlug> = states.iter().map(|state| &state.site).collect();
        followed.retain(|site, _| there.contains(site));
        self.keep_only(&there);
        let mut left_behind = 0;
        for state in &states {
            let place = followed.entry(state.site.clone()).or_default();
            if place.is_at(state) || place.rests(state) {
                continue;
            }
            match self.bring_up(store, place, state).await {
                Ok(model) => {
                    self.publish(&state.site, model);
                    place.is_made = true;
                    if place.trouble.take().is_some() {
                        tracing::info!(site = %state.site, "the site's model is up to date again");
                    }
                }
                Err(error) => {
                    left_behind += 1;
                    troubled(place, state, &error);
                }
            }
        }
        drop(followed);
        self.tell().await;
        Ok(left_behind)
    }

    /// Reads what is new and makes the model of it. What was read is put in place when all of it is
    /// there: a caller that goes away meanwhile changes nothing.
    async fn bring_up(
        &self,
        store: &Store,
        place: &mut Place,
        state: &LearningState,
    ) -> Result<SiteModel, LiveError> {
        let present = place.read.clone();
        let mut site = match present.filter(|present| present.continues_to(state)) {
            Some(present) => Followed::clone(&present),
            None => Followed::start(store, state).await?,
        };
        site.catch_up(store, state.revision).await?;
        let site = Arc::new(site);
        place.read = Some(site.clone());
        place.is_made = false;
        let minimum = self.minimum();
        let shipped = self.shipped.clone();
        tokio::task::spawn_blocking(move || site.make(&shipped, minimum)).await?
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

/// Notes that a site could not be followed; logged when that begins, not at each try.
fn troubled(place: &mut Place, state: &LearningState, error: &LiveError) {
    let tries = place.trouble.as_ref().map_or(0, |trouble| trouble.tries);
    if tries == 0 {
        tracing::error!(%error, site = %state.site, "the site's model was not brought up to date; it is tried again");
    }
    let pause = PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE);
    place.trouble = Some(Trouble {
        state: state.clone(),
        tries: tries.saturating_add(1),
        until: Instant::now() + pause,
    });
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
    learning: &Learning,
    site: &SiteSlug,
    revision: i64,
) -> Result<SiteModel, LiveError> {
    let state = learning.ground.store.learning_state(site).await?;
    let mut site = Followed::start(&learning.ground.store, &state).await?;
    site.leave_held_out();
    site.catch_up(&learning.ground.store, revision).await?;
    let (shipped, minimum) = (learning.shipped.clone(), learning.minimum());
    tokio::task::spawn_blocking(move || site.make(&shipped, minimum)).await?
}

/// The gauge of a version; the site without a name stands for all that have no model of their own.
fn info(site: &str, version: &str) -> metrics::Gauge {
    metrics::gauge!("hamlet_model_info", "site" => site.to_owned(), "version" => version.to_owned())
}
