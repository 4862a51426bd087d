//! The questions that models answer. What differs between them is the data they are trained on, which views of a text
//! they read, and a few numbers: sums, trust, calibration, explanation and lessons are the same.

use serde::{Deserialize, Serialize};

use hamlet_text::views::View;

/// What is asked about a text.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Is it unwanted advertising? [`Label::Spam`](super::Label::Spam) is yes.
    #[default]
    Spam,
    /// Does it insult, threaten or degrade people? [`Label::Spam`](super::Label::Spam), the label that speaks against a
    /// text, is yes.
    Abuse,
}

impl Question {
    /// Every question, each in the place that [`Question::index`] says.
    pub const ALL: [Self; 2] = [Self::Spam, Self::Abuse];

    /// Its place among all, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Spam => 0,
            Self::Abuse => 1,
        }
    }

    /// The word used in files, in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
        }
    }

    /// What texts of each class are called, first those that nothing speaks against: the words for labels.
    #[must_use]
    pub const fn classes(self) -> [&'static str; 2] {
        match self {
            Self::Spam => ["ham", "spam"],
            Self::Abuse => ["clean", "abuse"],
        }
    }

    /// Reads the word that [`Question::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|question| question.as_str() == word)
    }

    /// Whether models of this question learn from a view. Abuse is in what is said: who says it, and where it links
    /// to, must not count against anyone.
    #[must_use]
    pub const fn reads(self, view: View) -> bool {
        match self {
            Self::Spam => !matches!(view, View::Tone),
            Self::Abuse => matches!(
                view,
                View::Words | View::Characters | View::Shape | View::Tone
            ),
        }
    }

    /// Whether a passage may speak for the whole text. Spam is hidden among ordinary words; abuse is seldom hidden.
    #[must_use]
    pub const fn looks_for_passages(self) -> bool {
        matches!(self, Self::Spam)
    }
}

/// What sort of abuse.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AbuseKind {
    /// Any of it: what makes people leave a conversation. The answer to [`Question::Abuse`] itself.
    Toxicity,
    /// Very hateful or aggressive.
    Severe,
    /// Insults a person or a group.
    Insult,
    /// Announces or wishes harm.
    Threat,
    /// Degrades people for what they are: origin, religion, sex, disability.
    IdentityAttack,
    /// Swearing. By itself it is no abuse.
    Obscene,
    /// About sexual acts or body parts, to harass.
    Sexual,
}

impl AbuseKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Toxicity,
        Self::Severe,
        Self::Insult,
        Self::Threat,
        Self::IdentityAttack,
        Self::Obscene,
        Self::Sexual,
    ];

    /// The word used in files and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Toxicity => "toxicity",
            Self::Severe => "severe",
            Self::Insult => "insult",
            Self::Threat => "threat",
            Self::IdentityAttack => "identity_attack",
            Self::Obscene => "obscene",
            Self::Sexual => "sexual",
        }
    }
}
