//! How far this instance has followed a site, and how long it rests where it could not.

use std::time::{Duration, Instant};

use super::{LiveError, site::Followed};
use crate::storage::learning::LearningState;

/// The first pause after a site could not be followed; it doubles up to [`LONGEST_PAUSE`]. A site that has no model
/// yet rests no longer than this: its comments are held meanwhile.
const PAUSE: Duration = Duration::from_millis(500);

/// The longest pause after a site could not be followed.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How far this instance has followed a site.
#[derive(Default)]
pub(super) struct Progress {
    /// The lessons so far; kept also while no model can be made of them, so that another try goes on
    /// from here.
    pub(super) read: Option<Followed>,
    /// Whether the model in use is made of them.
    pub(super) is_made: bool,
    trouble: Option<Trouble>,
}

/// A site that could not be followed.
struct Trouble {
    /// What could not be reached: a further label is a reason to try at once.
    state: LearningState,
    tries: u32,
    /// When it is tried again.
    until: Instant,
}

impl Progress {
    pub(super) fn is_at(&self, state: &LearningState) -> bool {
        let read = self.read.as_ref();
        self.is_made && read.is_some_and(|read| read.is_at(state))
    }

    /// Whether the model in use knows all that led to a state.
    pub(super) fn is_beyond(&self, state: &LearningState) -> bool {
        let read = self.read.as_ref();
        self.is_made && read.is_some_and(|read| read.is_beyond(state))
    }

    /// Whether this state of the site was tried a moment ago, in vain.
    pub(super) fn rests(&self, state: &LearningState) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|trouble| trouble.state == *state && Instant::now() < trouble.until)
    }

    /// Notes that a model was made of a state.
    pub(super) fn made(&mut self, state: &LearningState) {
        self.is_made = true;
        if self.trouble.take().is_some() {
            tracing::info!(site = %state.site, "the site's model is up to date again");
        }
    }

    /// Notes that a state could not be followed; logged when that begins, not at each try.
    pub(super) fn troubled(&mut self, state: &LearningState, error: &LiveError) {
        let tries = self.trouble.as_ref().map_or(0, |trouble| trouble.tries);
        if tries == 0 {
            tracing::error!(%error, site = %state.site, "the site's model was not brought up to date; it is tried again");
        }
        let pause = if self.is_made {
            PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE)
        } else {
            PAUSE
        };
        self.trouble = Some(Trouble {
            state: state.clone(),
            tries: tries.saturating_add(1),
            until: Instant::now() + pause,
        });
    }
}
