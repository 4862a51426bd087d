//! Comments that come from other systems and go to them: [`import`] makes comments of this service of
//! what `interchange` reads, [`undo`] takes an import back, [`export`] hands its writers what is kept here;
//! [`replay`] says what this service would have done with them, and keeps nothing.

mod adoption;
mod blogs;
pub mod export;
pub mod import;
pub mod replay;
pub mod report;
pub mod sent;
mod stream;
pub mod undo;
pub mod wordpress;

use std::sync::Arc;

use crate::{ground::Ground, learn::Learning, privacy::Privacy};

/// The room's parts.
pub struct History {
    learning: Arc<Learning>,
    /// Follows the key file, for an import may take hours.
    privacy: Arc<Privacy>,
}

impl History {
    /// The room; imported labels wake `learning`.
    #[must_use]
    pub const fn new(learning: Arc<Learning>, privacy: Arc<Privacy>) -> Self {
        Self { learning, privacy }
    }

    fn ground(&self) -> &Ground {
        &self.learning.ground
    }
}
