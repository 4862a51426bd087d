//! One site's learning as this instance has followed it: the trained model, and the lessons since.

use super::{LiveError, SiteModel};
use crate::{
    bayes::base::Base,
    bayes::file::FEATURES_VERSION,
    bayes::lessons::Lessons,
    bayes::sums::Change,
    bayes::taught::Taught,
    bayes::{Label, ModelError, Question},
    domain::model::ModelId,
    storage::{
        Store, StoreError,
        learning::{LearningState, LearntSums},
        models::ModelFile,
        samples::{Lesson, Wanted},
    },
};

/// Lessons read at a time.
const PAGE: i64 = 1_000;

/// What lessons add up to is kept after so many new ones at least, and after one in [`SHARE`] of all: a site is then
/// known again without reading more than that, and what is written stays in proportion to what was learnt.
const KEPT_AFTER: i64 = 256;
const SHARE: i64 = 64;

/// What this instance knows of a site's learning. Copies share what they hold.
#[derive(Clone)]
pub(super) struct Followed {
    state: LearningState,
    /// The trained model, the site's or the one that ships with the program ([`shipped::base`](crate::learn::shipped::base)), with the lessons.
    taught: Taught,
    /// The labels that the trained model knows: those up to this revision, held-out ones excepted.
    trained: i64,
    /// Whether the trained model is the site's.
    is_own: bool,
    /// Lessons learnt since their sums were kept.
    unkept: i64,
    /// Whether held-out labels are left out here too, to measure.
    without_held_out: bool,
    trouble: Option<String>,
}

impl Followed {
    /// Whether there is nothing new.
    pub(super) fn is_at(&self, state: &LearningState) -> bool {
        self.state == *state
    }

    /// Whether the lessons so far are a part of those wanted.
    pub(super) fn continues_to(&self, state: &LearningState) -> bool {
        self.state.live == state.live
            && self.state.epoch == state.epoch
            && self.state.revision <= state.revision
    }

    /// Whether the lessons so far are all of those before the last step to a state.
    pub(super) fn is_before(&self, state: &LearningState) -> bool {
        self.continues_to(state) && self.state.revision + 1 == state.revision
    }

    /// Whether a state's lessons are a part of those so far.
    pub(super) fn is_beyond(&self, state: &LearningState) -> bool {
        self.state.live == state.live
            && self.state.epoch == state.epoch
            && self.state.revision >= state.revision
    }

    /// Starts with the site's trained model, and none of the lessons since. A model that cannot be
    /// read is replaced by the shipped one: a site is never without.
    pub(super) async fn start(store: &Store, state: &LearningState) -> Result<Self, LiveError> {
        let file = match &state.live {
            None => None,
            Some(live) => {
                let file = store.model_file(&state.site, live).await?;
                Some(file.ok_or(StoreError::Corrupt("model in use"))?)
            }
        };
        let question = state.question;
        let read = tokio::task::spawn_blocking(move || match file {
            None => shipped(question),
            Some(file) => read(question, &file),
        });
        let (read, trouble) = match read.await? {
            Ok(read) => (read, None),
            Err(error) => {
                tracing::error!(%error, site = %state.site, "the activated model cannot be used; the shipped one is");
                (shipped(question)?, Some(error.to_string()))
            }
        };
        let (taught, trained) = read;
        Ok(Self {
            state: LearningState {
                revision: 0,
                ..state.clone()
            },
            taught,
            trained,
            is_own: state.live.is_some() && trouble.is_none(),
            unkept: 0,
            without_held_out: false,
            trouble,
        })
    }

    /// Goes on from what the lessons added up to when that was kept, if it was for a state on the way to `state`.
    /// Damaged sums are as good as none.
    pub(super) async fn recall(
        &mut self,
        store: &Store,
        state: &LearningState,
    ) -> Result<(), StoreError> {
        let kept = match store.learnt_sums(state, FEATURES_VERSION).await {
            Err(error) if error.is_damage() => None,
            kept => kept?,
        };
        let Some(kept) = kept.filter(|_| self.trouble.is_none()) else {
            return Ok(());
        };
        let lessons = Lessons::from_bytes(&kept.sums).ok();
        let sound = lessons.filter(|lessons| lessons.digest().cast_signed() == kept.digest);
        match sound {
            Some(lessons) => {
                self.taught = self.taught.with(lessons);
                self.state.revision = kept.revision;
            }
            None => {
                tracing::warn!(site = %state.site, "what the lessons add up to is damaged; they are read again");
            }
        }
        Ok(())
    }

    /// Passes over held-out labels from now on.
    pub(super) fn leave_held_out(&mut self) {
        self.without_held_out = true;
    }

    /// Learns what leads to the next state.
    pub(super) async fn step(
        &mut self,
        state: &LearningState,
        lessons: Vec<Lesson>,
    ) -> Result<(), LiveError> {
        self.learn(lessons).await?;
        self.state.revision = state.revision;
        Ok(())
    }

    async fn learn(&mut self, lessons: Vec<Lesson>) -> Result<(), LiveError> {
        if !lessons.is_empty() {
            self.unkept += i64::try_from(lessons.len()).unwrap_or(i64::MAX);
            self.taught = taught(self.taught.clone(), lessons).await?;
        }
        Ok(())
    }

    /// Learns what is new up to a revision.
    pub(super) async fn catch_up(&mut self, store: &Store, upto: i64) -> Result<(), LiveError> {
        if self.state.revision == upto {
            return Ok(());
        }
        let mut wanted = Wanted {
            question: self.state.question,
            site: self.state.site.clone(),
            after: (self.state.revision, "~".to_owned()),
            upto,
            trained: self.trained,
        };
        loop {
            let mut stretch = store.lessons(&wanted, PAGE).await?;
            let lessons = &mut stretch.lessons;
            lessons.retain(|lesson| !(self.without_held_out && lesson.vote.held_out));
            self.learn(stretch.lessons).await?;
            let Some(next) = stretch.next else {
                self.state.revision = upto;
                return Ok(());
            };
            wanted.after = next;
        }
    }

    /// Keeps what the lessons add up to, where there are enough new ones. That it could not be kept is no trouble:
    /// they are all there.
    pub(super) async fn keep_sums(&mut self, store: &Store) {
        let lessons = self.taught.lessons();
        let all = lessons.count(Label::Ham).abs() + lessons.count(Label::Spam).abs();
        if self.unkept < KEPT_AFTER.max(all / SHARE) || self.trouble.is_some() {
            return;
        }
        self.unkept = 0;
        let lessons = lessons.clone();
        let digest = lessons.digest().cast_signed();
        let Ok(Ok(sums)) = tokio::task::spawn_blocking(move || lessons.to_bytes()).await else {
            return;
        };
        let kept = LearntSums {
            revision: self.state.revision,
            sums,
            digest,
        };
        let state = self.state.clone();
        if let Err(error) = store.keep_learnt_sums(state, FEATURES_VERSION, kept).await {
            tracing::warn!(%error, site = %self.state.site, "what the lessons add up to was not kept");
        }
    }

    /// The model that follows.
    pub(super) fn make(&self, shipped: &SiteModel, minimum: i64) -> Result<SiteModel, LiveError> {
        let lessons = self.taught.lessons();
        let labels = [Label::Ham, Label::Spam].map(|label| lessons.count(label));
        let registered = self.state.live.as_deref().filter(|_| self.is_own);
        let registered = registered.and_then(ModelId::parse);
        let enough = registered.is_some() || labels.iter().all(|count| *count >= minimum);
        let uses_labels = enough && !lessons.is_empty();
        let (model, of_model) = if registered.is_none() && !uses_labels {
            (shipped.model.clone(), 0)
        } else {
            (self.taught.model()?.into(), self.taught.model_bytes())
        };
        let base = if self.is_own {
            self.taught.base().bytes()
        } else {
            0
        };
        Ok(SiteModel {
            model,
            base_version: self.taught.base().version().to_owned(),
            registered,
            labels,
            uses_labels,
            trouble: self.trouble.clone(),
            bytes: lessons.bytes() + base + of_model,
        })
    }
}

/// The shipped model, without lessons.
fn shipped(question: Question) -> Result<(Taught, i64), LiveError> {
    let base = crate::learn::shipped::base(question)?;
    Ok((Taught::new(base, Lessons::default()), 0))
}

/// A trained model with what it has to forget, and the revision of the labels that it knows.
fn read(question: Question, file: &ModelFile) -> Result<(Taught, i64), LiveError> {
    let base = Base::from_bytes(&file.bytes)?;
    if base.question() != question {
        return Err(ModelError::Foreign.into());
    }
    let forgotten = file.forgotten.as_deref().map(Lessons::from_bytes);
    let lessons = forgotten.transpose()?.unwrap_or_default();
    Ok((Taught::trained(base, lessons), file.revision))
}

/// Teaches a page of lessons, away from the threads that answer requests.
async fn taught(mut known: Taught, lessons: Vec<Lesson>) -> Result<Taught, LiveError> {
    let teaching = tokio::task::spawn_blocking(move || {
        known.teach(lessons.iter().flat_map(|lesson| {
            let document = lesson.vote.document();
            let unlearn = lesson
                .unlearn
                .map(|label| (document, label, Change::Remove));
            let learn = lesson.learn.map(|label| (document, label, Change::Add));
            unlearn.into_iter().chain(learn)
        }));
        known
    });
    Ok(teaching.await?)
}
