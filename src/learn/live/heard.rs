//! What was taught by this instance since its models were last brought up to date.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::learning::LearningStep;

/// Steps that are kept. With more the database is asked, which has them all.
const KEPT: usize = 1_000;

/// The steps in the order in which they were heard; `None` when some are missing.
type Steps = Option<Vec<LearningStep>>;

/// What was heard.
pub(super) struct Heard(Mutex<Steps>);

impl Default for Heard {
    fn default() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }
}

impl Heard {
    /// Adds steps.
    pub(super) fn add(&self, more: Vec<LearningStep>) {
        let mut steps = self.steps();
        *steps = steps
            .take()
            .filter(|heard| heard.len() + more.len() <= KEPT);
        if let Some(heard) = &mut *steps {
            heard.extend(more);
        }
    }

    /// Says that something changed of which nothing is known.
    pub(super) fn lose(&self) {
        *self.steps() = None;
    }

    /// Takes what was heard; `None` when something is missing.
    pub(super) fn take(&self) -> Steps {
        self.steps().replace(Vec::new())
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
