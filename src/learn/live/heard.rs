//! What was taught by this instance since its models were last brought up to date.

use std::sync::{Mutex, PoisonError};

use crate::storage::learning::LearningStep;

/// Steps that are kept. With more the database is asked, which has them all.
const KEPT: usize = 1_000;

/// What was heard.
#[derive(Default)]
pub(super) struct Heard(Mutex<News>);

/// The steps in the order in which they were heard, or that some are missing.
#[derive(Default)]
struct News {
    steps: Vec<LearningStep>,
    lost: bool,
}

impl Heard {
    /// Adds steps.
    pub(super) fn add(&self, steps: Vec<LearningStep>) {
        let mut news = self.news();
        if news.steps.len() + steps.len() > KEPT {
            news.lost = true;
        }
        if news.lost {
            news.steps = Vec::new();
        } else {
            news.steps.extend(steps);
        }
    }

    /// Says that something changed of which nothing is known.
    pub(super) fn lose(&self) {
        *self.news() = News {
            steps: Vec::new(),
            lost: true,
        };
    }

    /// Takes what was heard; `None` when something is missing.
    pub(super) fn take(&self) -> Option<Vec<LearningStep>> {
        let news = std::mem::take(&mut *self.news());
        (!news.lost).then_some(news.steps)
    }

    fn news(&self) -> std::sync::MutexGuard<'_, News> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
