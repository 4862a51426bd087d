//! What people may ask for: to be shown what is kept of them, or to be erased; how long things are kept;
//! and how the keys that seal their addresses are exchanged while instances run. The keys themselves are
//! `sealing`'s.

pub mod erased;
mod following;
pub mod inspection;
pub mod presence;
mod resealing;
pub mod retention;
pub mod rotation;
pub mod subjects;

use std::sync::Arc;

use self::presence::Presence;
use crate::{ground::Ground, learn::Learning, reading::Reading};

/// The room's parts.
pub struct Privacy {
    pub(crate) ground: Arc<Ground>,
    learning: Arc<Learning>,
    reading: Arc<Reading>,
    /// What this instance has announced of the key it seals with.
    presence: Presence,
}

impl Privacy {
    /// The room over the ground; erasures reach `learning` and `reading`.
    #[must_use]
    pub fn new(ground: Arc<Ground>, learning: Arc<Learning>, reading: Arc<Reading>) -> Self {
        Self {
            ground,
            learning,
            reading,
            presence: Presence::default(),
        }
    }
}
