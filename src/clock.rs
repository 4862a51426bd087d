//! The time, as a parameter: the machine's own, or one that tests set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::domain::timestamp::Timestamp;

/// Tells the time. Clones of a manual clock share its hands.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Stands still until [`Clock::advance`].
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that starts at the present and stands still.
    #[must_use]
    pub fn manual() -> Self {
        Self::Manual(Arc::new(AtomicI64::new(Self::System.now().millis())))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Manual(hands) => Timestamp::from_millis(hands.load(Ordering::SeqCst)),
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                Timestamp::from_millis(0).plus(since.unwrap_or_default())
            }
        }
    }

    /// Moves a manual clock forward; the machine's clock does not heed this.
    pub fn advance(&self, duration: Duration) {
        if let Self::Manual(hands) = self {
            let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
            hands.fetch_add(millis, Ordering::SeqCst);
        }
    }
}
