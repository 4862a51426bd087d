//! The model of each site. It is made when someone asks for it for the first time, from what the database holds, and
//! kept while there is room. Every instance reads which sites' learning has changed, a few times a second and whenever
//! it was woken, and puts a new model in place of the old one for those in memory; a request takes whichever is there.
//! Sums are exact, so that instances agree, and taking a label back leaves no trace.

mod follower;
mod heard;
mod places;
mod progress;
mod site;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, Notify},
    time::timeout,
};

use self::{follower::Follower, heard::Heard, places::info, site::Followed};
use crate::{
    bayes::naive::FitError,
    bayes::{Label, Model, ModelError, Question},
    domain::{model::ModelId, site::SiteSlug},
    ground::Ground,
    storage::{
        StoreError,
        learning::{LearningState, LearningStep, Mark},
    },
};

/// How long a request waits for the model of a site that is not in memory. What is read goes on being read, for the
/// requests that follow.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many genuine comments have to be labelled on a site before its own labels alone make spam of a text. With twelve of a campaign
/// and three genuine ones a reader's question about compost scored 0.9997.
const FEW: i64 = 20;

/// Why a site's model could not be had, or not be brought up to date. The one before it stays in use; where there is
/// none, nothing is judged.
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
    /// It could not be had a moment ago, and is not tried yet.
    #[error("the site's model could not be made, and is tried again in a moment")]
    Resting,
    /// It takes longer than anyone waits.
    #[error("the site's model is still being made")]
    Late,
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
    /// The memory that it takes of its own.
    bytes: usize,
}

impl SiteModel {
    /// The model that ships with the program, as it is.
    fn shipped(question: Question) -> Result<Self, ModelError> {
        let model = super::shipped::model(question)?;
        Ok(Self {
            base_version: model.version().to_owned(),
            model,
            registered: None,
            labels: [0, 0],
            uses_labels: false,
            trouble: None,
            bytes: 0,
        })
    }

    /// Whether a text is not to be called spam for this site's own labels alone: of what genuine comments look like here they say too
    /// little as yet, so that a campaign in the site's own words would make spam of its readers'.
    #[must_use]
    pub fn rests_on_few(&self) -> bool {
        self.uses_labels && self.registered.is_none() && are_few(self.labels)
    }

    /// Whether what is written on this site was learnt: from enough labels, or by training.
    #[must_use]
    pub fn has_learnt(&self) -> bool {
        self.registered.is_some() || self.uses_labels && !are_few(self.labels)
    }

    /// Whether it is anything but the shipped model as it is.
    fn has_own(&self) -> bool {
        self.registered.is_some() || self.uses_labels || self.bytes > 0
    }

    /// How many labels of a class were given since the model was trained.
    #[must_use]
    pub fn count(&self, label: Label) -> i64 {
        self.labels[label.index()]
    }
}

/// Whether so many labels of a site (ham, spam) are too few to make spam of a text by themselves.
#[must_use]
pub const fn are_few(labels: [i64; 2]) -> bool {
    labels[Label::Ham.index()] < FEW
}

/// The models in use, and what follows them.
pub struct Learning {
    pub(crate) ground: Arc<Ground>,
    shipped: Arc<SiteModel>,
    follower: Arc<Follower>,
    following: Mutex<Following>,
    heard: Heard,
    woken: Notify,
}

/// How far changes were followed.
#[derive(Default)]
struct Following {
    /// None before anything was asked for.
    mark: Option<Mark>,
    /// Sites in memory, each with what it learns, that could not be brought up to date.
    behind: BTreeSet<(Question, SiteSlug)>,
}

impl Learning {
    /// Starts with no site in memory.
    ///
    /// # Errors
    /// None in practice: a test loads the shipped model.
    pub fn new(ground: Arc<Ground>) -> Result<Self, ModelError> {
        let learning = &ground.settings.learning;
        let follower = Follower::new(
            ground.store.clone(),
            learning.minimum_per_class,
            learning.memory_mib << 20,
        );
        Ok(Self {
            shipped: follower.shipped(Question::Spam)?.clone(),
            follower: Arc::new(follower),
            ground,
            following: Mutex::default(),
            heard: Heard::default(),
            woken: Notify::new(),
        })
    }

    /// The model that judges now whether a site's comments are spam.
    ///
    /// # Errors
    /// [`LiveError`]; then nothing can be judged.
    pub async fn model(&self, site: &SiteSlug) -> Result<Arc<SiteModel>, LiveError> {
        self.model_of(Question::Spam, site).await
    }

    /// The model that answers a question about a site's comments now. One that is not in memory is made from what the database
    /// holds, which takes a millisecond or two.
    ///
    /// # Errors
    /// [`LiveError`]; then nothing can be judged.
    pub async fn model_of(
        &self,
        question: Question,
        site: &SiteSlug,
    ) -> Result<Arc<SiteModel>, LiveError> {
        let place = self.follower.places.of(question, site);
        if let Some(model) = place.model() {
            return Ok(model);
        }
        self.begin().await?;
        // A task of its own: it goes on when whoever asked has gone away.
        let loading = tokio::spawn(self.follower.clone().load(place));
        timeout(PATIENCE, loading)
            .await
            .map_err(|_| LiveError::Late)??
    }

    /// Notes how far changes go before the first model is made: those after that are followed.
    async fn begin(&self) -> Result<(), StoreError> {
        if self.follower.has_begun() {
            return Ok(());
        }
        let mut following = self.following.lock().await;
        self.begin_with(&mut following).await
    }

    async fn begin_with(&self, following: &mut Following) -> Result<(), StoreError> {
        if following.mark.is_none() {
            following.mark = Some(self.ground.store.learning_mark().await?);
            self.follower.begin();
        }
        Ok(())
    }

    /// The model that judges spam where nothing else does.
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
    pub fn forget(&self, site: &SiteSlug) {
        for question in Question::ALL {
            self.follower.places.forget(question, site);
        }
    }

    /// Says that there is something new to follow.
    pub fn wake(&self) {
        self.heard.lose();
        self.woken.notify_one();
    }

    /// Says what changed here, so that it need not be looked for.
    pub fn hear(&self, steps: Vec<LearningStep>) {
        if !steps.is_empty() {
            self.heard.add(steps);
            self.woken.notify_one();
        }
    }

    /// Waits until there is something to [`follow`](Self::follow) in the database. What was heard is learnt meanwhile: it would be found
    /// there with three statements, and reading it back took longer than learning it.
    pub async fn woken(&self) {
        loop {
            self.woken.notified().await;
            let Some(steps) = self.heard.take() else {
                return;
            };
            for step in steps {
                let learnt = self.follower.learn(step).await;
                if !matches!(learnt, Ok(true)) {
                    return;
                }
            }
        }
    }

    /// Brings the models in memory up to date with the database; how many could not be. Such a
    /// site keeps the model it has, holds up no other, and is tried again after a pause.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read which sites have changed.
    pub async fn follow(&self) -> Result<usize, StoreError> {
        info(Question::Spam, "", &self.shipped.base_version).set(1.0);
        let store = &self.ground.store;
        let mut following = self.following.lock().await;
        self.begin_with(&mut following).await?;
        let Some(before) = following.mark else {
            return Ok(0);
        };
        // All of it is in the database by now.
        self.heard.take();
        let (now, mut states) = store.learning_since(before).await?;
        if now.removed != before.removed {
            states.extend(self.look_for_removed().await?);
        }
        let mut behind = std::mem::take(&mut following.behind);
        let has_state = |(question, site): &(Question, SiteSlug)| {
            let mut all = states.iter();
            all.any(|state| state.question == *question && state.site == *site)
        };
        behind.retain(|one| !has_state(one));
        // Put back before anything can fail: it is looked at again then.
        following.behind.clone_from(&behind);
        states.extend(self.states_of(behind).await?);
        let mut left_behind = 0;
        for state in &states {
            left_behind += usize::from(self.bring_up(&mut following, state).await);
        }
        following.mark = Some(now);
        Ok(left_behind)
    }

    /// Brings a site's model up to a state, if it is in memory; whether that was tried in vain.
    async fn bring_up(&self, following: &mut Following, state: &LearningState) -> bool {
        let learnt = (state.question, state.site.clone());
        let Some(place) = self.follower.places.find(state.question, &state.site) else {
            following.behind.remove(&learnt);
            return false;
        };
        let followed = self.follower.follow(&place, state).await;
        if let Ok(true) = followed {
            following.behind.remove(&learnt);
        } else {
            following.behind.insert(learnt);
        }
        followed.is_err()
    }

    /// Forgets the sites in memory that have learnt nothing any more, as those do that were removed; where the
    /// learning of the others stands.
    async fn look_for_removed(&self) -> Result<Vec<LearningState>, StoreError> {
        let sites = self.follower.places.that_learnt();
        self.states_of(sites).await
    }

    /// Where the learning of sites in memory stands; one that has learnt nothing any more is forgotten.
    async fn states_of(
        &self,
        sites: impl IntoIterator<Item = (Question, SiteSlug)>,
    ) -> Result<Vec<LearningState>, StoreError> {
        let mut states = Vec::new();
        for (question, site) in sites {
            match self.ground.store.learning_state(question, &site).await? {
                Some(state) => states.push(state),
                None => self.follower.places.forget(question, &site),
            }
        }
        Ok(states)
    }
}

/// What is live on a site, but for the labels that training holds out: what a candidate that does
/// not know them either is fairly measured against.
///
/// # Errors
/// [`LiveError`].
pub async fn without_held_out(
    learning: &Learning,
    question: Question,
    site: &SiteSlug,
    revision: i64,
) -> Result<SiteModel, LiveError> {
    let store = &learning.ground.store;
    let state = store.learning_state(question, site).await?;
    let state = state.unwrap_or_else(|| LearningState {
        question,
        site: site.clone(),
        revision: 0,
        epoch: 0,
        live: None,
    });
    let mut site = Followed::start(store, &state).await?;
    site.leave_held_out();
    site.catch_up(store, revision).await?;
    let shipped = learning.follower.shipped(question)?;
    site.make(shipped, learning.minimum())
}
