//! The sites, their policies and their block rules as people change them, from the interface, the desk or
//! the command line. Each act checks what was asked for, writes it, and puts it into force on this
//! instance. What is in force is kept in [`crate::directory`]; who may do what is the doors' to check.

pub mod abuse;
pub mod block_list;
pub mod blocks;
pub mod change;
pub mod pages;
pub mod removal;
pub mod trial;

pub use change::{add, change};
pub use removal::remove;

use std::sync::Arc;

use crate::{
    domain::{field::FieldError, site::SiteSlug},
    ground::Ground,
    learn::{Learning, live::LiveError},
    reading::Reading,
    storage::StoreError,
};

/// The room's parts.
pub struct Sites {
    ground: Arc<Ground>,
    learning: Arc<Learning>,
    reading: Arc<Reading>,
}

impl Sites {
    /// The room over the ground: a site that is removed is forgotten by `learning` and `reading`.
    #[must_use]
    pub const fn new(ground: Arc<Ground>, learning: Arc<Learning>, reading: Arc<Reading>) -> Self {
        Self {
            ground,
            learning,
            reading,
        }
    }
}

/// Why a site or a block rule was not added, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// What was asked for is not right.
    #[error("a field is not right")]
    Invalid(Vec<FieldError>),
    /// Another site has the slug.
    #[error("there is a site {0} already")]
    Taken(SiteSlug),
    /// There is no such site.
    #[error("there is no such site")]
    NoSite,
    /// There is no such block rule.
    #[error("there is no such block rule")]
    NoRule,
    /// The site has this many comments, and was to be removed only without any.
    #[error("the site {0} has comments and stays ({1} of them)")]
    HasComments(SiteSlug, i64),
    /// No model of abuse can be had.
    #[error(transparent)]
    Unjudged(LiveError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SiteError {
    /// What is wrong with which field of a form.
    ///
    /// # Errors
    /// The error itself when no field is to blame.
    pub fn of_fields(self) -> Result<Vec<FieldError>, Self> {
        match self {
            Self::Invalid(errors) => Ok(errors),
            Self::Taken(_) => {
                let message = "Another site has this name in addresses.";
                Ok(vec![FieldError::new("slug", "taken", message)])
            }
            other => Err(other),
        }
    }
}
