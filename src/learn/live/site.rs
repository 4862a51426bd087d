//! One site's learning as this instance has followed it: the trained model, and the lessons since.

use std::sync::Arc;

use super::{LiveError, SiteModel, shipped_base};
use crate::{
    bayes::Label,
    bayes::lessons::{Base, Lessons},
    domain::model::ModelId,
    storage::{
        Store, StoreError,
        samples::{LearningState, Lesson, Wanted},
    },
};

/// Lessons read at a time.
const PAGE: i64 = 1_000;

/// What this instance knows of a site's learning.
#[derive(Clone)]
pub(super) struct Followed {
    state: LearningState,
    /// The site's trained model; `None`: the one that ships with the program ([`shipped_base`]).
    base: Option<Arc<Base>>,
    /// The labels that the trained model knows: those up to this revision, held-out ones excepted.
    trained: i64,
    lessons: Lessons,
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

    /// Starts with the site's trained model, and none of the lessons since. A model that cannot be
    /// read is replaced by the shipped one: a site is never without.
    pub(super) async fn start(store: &Store, state: &LearningState) -> Result<Self, LiveError> {
        let mut site = Self {
            state: LearningState {
                revision: 0,
                ..state.clone()
            },
            base: None,
            trained: 0,
            lessons: Lessons::default(),
            without_held_out: false,
            trouble: None,
        };
        let Some(live) = &state.live else {
            return Ok(site);
        };
        let file = store.model_file(&state.site, live).await?;
        let file = file.ok_or(StoreError::Corrupt("model in use"))?;
        let read = tokio::task::spawn_blocking(move || -> Result<_, LiveError> {
            let base = Base::from_bytes(&file.bytes)?;
            let forgotten = file.forgotten.as_deref().map(Lessons::from_bytes);
            Ok((
                base,
                forgotten.transpose()?.unwrap_or_default(),
                file.revision,
            ))
        });
        match read.await? {
            Ok((base, forgotten, revision)) => {
                site.base = Some(Arc::new(base));
                site.lessons = forgotten;
                site.trained = revision;
            }
            Err(error) => {
                tracing::error!(%error, site = %state.site, "the activated model cannot be used; the shipped one is");
                site.trouble = Some(error.to_string());
            }
        }
        Ok(site)
    }

    /// Passes over held-out labels from now on.
    pub(super) fn leave_held_out(&mut self) {
        self.without_held_out = true;
    }

    /// Learns what is new up to a revision.
    pub(super) async fn catch_up(&mut self, store: &Store, upto: i64) -> Result<(), LiveError> {
        let mut wanted = Wanted {
            site: self.state.site.clone(),
            after: (self.state.revision, "~".to_owned()),
            upto,
            trained: self.trained,
        };
        loop {
            let mut stretch = store.lessons(&wanted, PAGE).await?;
            let lessons = &mut stretch.lessons;
            if !lessons.is_empty() {
                lessons.retain(|lesson| !(self.without_held_out && lesson.vote.held_out));
                self.lessons = taught(std::mem::take(&mut self.lessons), stretch.lessons).await?;
            }
            let Some(next) = stretch.next else {
                self.state.revision = upto;
                return Ok(());
            };
            wanted.after = next;
        }
    }

    /// The model that follows. Takes some tens of milliseconds of a core.
    pub(super) fn make(&self, shipped: &SiteModel, minimum: i64) -> Result<SiteModel, LiveError> {
        let labels = [Label::Ham, Label::Spam].map(|label| self.lessons.count(label));
        let registered = self
            .state
            .live
            .as_deref()
            .filter(|_| self.trouble.is_none());
        let registered = registered.and_then(ModelId::parse);
        let enough = registered.is_some() || labels.iter().all(|count| *count >= minimum);
        let uses_labels = enough && !self.lessons.is_empty();
        let model = if registered.is_none() && !uses_labels {
            shipped.model.clone()
        } else {
            let base = match &self.base {
                Some(base) => base.clone(),
                None => shipped_base()?,
            };
            Arc::new(base.taught(&self.lessons)?)
        };
        Ok(SiteModel {
            model,
            base_version: match &self.base {
                Some(base) => base.version().to_owned(),
                None => shipped.base_version.clone(),
            },
            registered,
            labels,
            uses_labels,
            trouble: self.trouble.clone(),
        })
    }
}

/// Teaches a page of lessons, away from the threads that answer requests.
async fn taught(mut known: Lessons, lessons: Vec<Lesson>) -> Result<Lessons, LiveError> {
    let teaching = tokio::task::spawn_blocking(move || {
        for lesson in &lessons {
            let document = lesson.vote.document();
            if let Some(label) = lesson.unlearn {
                known.forget(&document, label);
            }
            if let Some(label) = lesson.learn {
                known.learn(&document, label);
            }
        }
        known
    });
    Ok(teaching.await?)
}
