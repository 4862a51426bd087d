//! Brings sites' models up to date with the database: one that is asked about for the first time, and those in memory
//! whose learning has changed.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Semaphore, time::timeout};

use super::{
    LiveError, SiteModel,
    places::{Place, Places},
    progress::Progress,
    site::Followed,
};
use crate::{
    bayes::{ModelError, Question},
    storage::{
        Store,
        learning::{LearningState, LearningStep},
    },
};

/// Sites that are read at once where many are asked about for the first time: others wait their turn, and the
/// database has connections left for what comes in.
const LOADS: usize = 4;

/// How long a site that someone else is at is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Follows sites.
pub(super) struct Follower {
    store: Store,
    /// The models that ship with the program, each once it was asked for.
    shipped: [OnceLock<Arc<SiteModel>>; Question::ALL.len()],
    /// Labels of each class that a site needs before the shipped model is changed by them.
    minimum: i64,
    pub(super) places: Places,
    loads: Semaphore,
    /// Whether changes are followed: a model that is made before would miss some.
    begun: AtomicBool,
}

impl Follower {
    pub(super) fn new(store: Store, minimum: i64, budget: usize) -> Self {
        Self {
            store,
            shipped: Default::default(),
            minimum,
            places: Places::new(budget),
            loads: Semaphore::new(LOADS),
            begun: AtomicBool::new(false),
        }
    }

    /// What judges where a site has learnt nothing.
    pub(super) fn shipped(&self, question: Question) -> Result<&Arc<SiteModel>, ModelError> {
        let kept = &self.shipped[question.index()];
        if let Some(shipped) = kept.get() {
            return Ok(shipped);
        }
        let shipped = SiteModel::shipped(question)?;
        Ok(kept.get_or_init(|| Arc::new(shipped)))
    }

    pub(super) fn begin(&self) {
        self.begun.store(true, Ordering::Release);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// Makes the model of a site that is not in memory. Whoever asks meanwhile waits for this one.
    pub(super) async fn load(
        self: Arc<Self>,
        place: Arc<Place>,
    ) -> Result<Arc<SiteModel>, LiveError> {
        let mut progress = place.progress.lock().await;
        if let Some(model) = place.model() {
            return Ok(model);
        }
        let _turn = self.loads.acquire().await;
        let state = self.store.learning_state(place.question, &place.site);
        let Some(state) = state.await? else {
            let model = self.shipped(place.question)?.clone();
            self.places.publish(&place, model.clone(), None);
            return Ok(model);
        };
        if progress.rests(&state) {
            return Err(LiveError::Resting);
        }
        self.bring_up(&place, &mut progress, &state).await
    }

    /// Brings the model of a site in memory up to a state. `false` when it rests after it failed.
    pub(super) async fn follow(
        &self,
        place: &Arc<Place>,
        state: &LearningState,
    ) -> Result<bool, LiveError> {
        let progress = timeout(PATIENCE, place.progress.lock()).await;
        let mut progress = progress.map_err(|_| LiveError::Late)?;
        // One that is not made yet is made from what there is when someone asks again.
        if place.model().is_none() || progress.is_at(state) {
            return Ok(true);
        }
        if progress.rests(state) {
            return Ok(false);
        }
        self.bring_up(place, &mut progress, state).await?;
        Ok(true)
    }

    /// Brings the model of a site in memory one step further. `false` when it is not the next step from where it is: then the
    /// database has to be asked.
    pub(super) async fn learn(&self, step: LearningStep) -> Result<bool, LiveError> {
        let LearningStep { state, lessons } = step;
        let Some(place) = self.places.find(state.question, &state.site) else {
            return Ok(true);
        };
        let progress = timeout(PATIENCE, place.progress.lock()).await;
        let mut progress = progress.map_err(|_| LiveError::Late)?;
        if place.model().is_none() || progress.is_beyond(&state) {
            return Ok(true);
        }
        let mut site = match &progress.read {
            Some(read) if read.is_before(&state) && !progress.rests(&state) => read.clone(),
            None if state.revision == 1 => Followed::start(&self.store, &state).await?,
            _ => return Ok(false),
        };
        if let Some(lessons) = lessons {
            site.step(&state, lessons).await?;
            // Together, so that whoever is stopped here leaves no model that is said to know them.
            (progress.read, progress.is_made) = (Some(site), false);
        }
        self.bring_up(&place, &mut progress, &state).await?;
        Ok(true)
    }

    async fn bring_up(
        &self,
        place: &Arc<Place>,
        progress: &mut Progress,
        state: &LearningState,
    ) -> Result<Arc<SiteModel>, LiveError> {
        match self.make(progress, state).await {
            Ok(model) => {
                let model = Arc::new(model);
                self.places
                    .publish(place, model.clone(), Some(&model.base_version));
                progress.made(state);
                if let Some(read) = &mut progress.read {
                    read.keep_sums(&self.store).await;
                }
                Ok(model)
            }
            Err(error) => {
                progress.troubled(state, &error);
                Err(error)
            }
        }
    }

    /// Reads what is new and makes the model of it. What was read is put in place when all of it is
    /// there: a caller that goes away meanwhile changes nothing.
    async fn make(
        &self,
        progress: &mut Progress,
        state: &LearningState,
    ) -> Result<SiteModel, LiveError> {
        let present = progress.read.clone();
        let present = present.filter(|present| present.continues_to(state));
        let mut site = if let Some(present) = present {
            present
        } else {
            let mut site = Followed::start(&self.store, state).await?;
            site.recall(&self.store, state).await?;
            site
        };
        site.catch_up(&self.store, state.revision).await?;
        progress.is_made = false;
        let model = site.make(self.shipped(state.question)?, self.minimum);
        progress.read = Some(site);
        model
    }
}
