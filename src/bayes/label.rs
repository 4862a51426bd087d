//! The two classes.

use serde::{Deserialize, Serialize};

/// What a person said a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Wanted, or at least genuine.
    Ham,
    /// Unwanted advertising, fraud, link dropping.
    Spam,
}

impl Label {
    /// The word used in files, in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ham => "ham",
            Self::Spam => "spam",
        }
    }

    /// Reads the word that [`Label::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Ham, Self::Spam]
            .into_iter()
            .find(|label| label.as_str() == word)
    }

    /// The class's place in arrays of two: ham 0, spam 1.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Ham => 0,
            Self::Spam => 1,
        }
    }
}
