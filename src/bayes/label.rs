//! The two classes.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::words::words;

/// What a person said a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Label {
    /// Wanted, or at least genuine.
    Ham,
    /// Unwanted advertising, fraud, link dropping.
    Spam,
}

words!(Label);

impl Label {
    /// The class's place in arrays of two: ham 0, spam 1.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Ham => 0,
            Self::Spam => 1,
        }
    }
}
