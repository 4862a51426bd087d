//! Faults that tests put in place, to see that the rest goes on. A release has none of this: without
//! debug assertions nothing is ever due, and there is no way to arm it.

#[cfg(debug_assertions)]
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// The faults of one instance.
#[derive(Debug, Default)]
pub struct Faults {
    /// How often each is still to strike, by the place and what it is about.
    #[cfg(debug_assertions)]
    armed: Mutex<BTreeMap<(String, String), usize>>,
}

impl Faults {
    /// Has the next `times` passes of `place` panic that are about `about`.
    #[cfg(debug_assertions)]
    pub fn arm(&self, place: &str, about: &str, times: usize) {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.insert((place.to_owned(), about.to_owned()), times);
    }

    /// Panics when a test wants it here.
    ///
    /// # Panics
    /// In tests, that being what it is for.
    pub fn strike(&self, place: &str, about: &str) {
        assert!(!self.is_due(place, about), "a fault in {place}");
    }

    /// Whether a test wants something to go wrong here, this time.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn is_due(&self, place: &str, about: &str) -> bool {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        if armed.is_empty() {
            return false;
        }
        let left = armed.get_mut(&(place.to_owned(), about.to_owned()));
        let Some(left) = left.filter(|left| **left > 0) else {
            return false;
        };
        *left -= 1;
        true
    }

    /// Never, in a release.
    #[cfg(not(debug_assertions))]
    #[must_use]
    #[expect(clippy::unused_self, reason = "a release has no faults")]
    pub const fn is_due(&self, _place: &str, _about: &str) -> bool {
        false
    }
}
