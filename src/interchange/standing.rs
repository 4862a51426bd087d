//! The words by which tables, JSON and systems of all kinds say where a comment stands and what it is.

use super::{doubt::Doubt, foreign::Standing, labelled::label_of};
use crate::bayes::Label;

/// Whether a mark of spam says what somebody decided: that it is not set says so only of what is public, for it is set of nothing
/// that waits.
pub(super) fn decides(mark: &str, status: Option<&str>) -> bool {
    let is_public = || standing(status, None).standing == Standing::Approved;
    label_of(mark) != Some(Label::Ham) || status.is_none() || is_public()
}

/// What a status and a mark of spam say. What is marked so is not public, whatever its status says.
pub(super) fn marked(status: Option<&str>, mark: &str) -> Said {
    let said = standing(status, Some(mark).filter(|mark| decides(mark, status)));
    match (said.standing, label_of(mark)) {
        (Standing::Approved, Some(Label::Spam)) => Said {
            standing: Standing::Spam,
            ..said
        },
        _ => said,
    }
}

/// What a status and a label say.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub standing: Standing,
    pub label: Option<Label>,
    pub doubts: Vec<Doubt>,
}

/// Reads a status and a label. A label outweighs what follows from the status; without either a comment
/// waits, and so does one with a word that is not known.
pub(super) fn standing(status: Option<&str>, said: Option<&str>) -> Said {
    let mut doubts = Vec::new();
    let status = status
        .map(|word| word.trim().to_lowercase())
        .filter(|word| !word.is_empty());
    let said = said.map(str::trim).filter(|word| !word.is_empty());
    let label = said.and_then(|word| {
        let label = label_of(word);
        if label.is_none() {
            doubts.push(Doubt::new("a label that is not understood", word));
        }
        label
    });
    let (standing, implied) = match status.as_deref() {
        Some(
            "approved" | "approve" | "published" | "publish" | "public" | "1" | "true" | "t"
            | "yes" | "y",
        ) => (Standing::Approved, Some(Label::Ham)),
        Some("spam" | "junk") => (Standing::Spam, Some(Label::Spam)),
        // Unwanted, for whatever reason: that is no word about spam.
        Some("rejected" | "refused" | "declined" | "denied" | "disapproved") => {
            (Standing::Rejected, None)
        }
        Some("trash" | "trashed" | "deleted" | "removed" | "post-trashed") => {
            (Standing::Trash, None)
        }
        Some(
            "pending" | "hold" | "held" | "waiting" | "unapproved" | "unpublished" | "hidden"
            | "draft" | "private" | "queued" | "review" | "moderated" | "moderation" | "0"
            | "false" | "f" | "no" | "n",
        ) => (Standing::Pending, None),
        Some(word) => {
            doubts.push(Doubt::new("a status that is not understood", word));
            (Standing::Pending, None)
        }
        None => match label {
            Some(Label::Spam) => (Standing::Spam, None),
            Some(Label::Ham) => (Standing::Approved, None),
            None => (Standing::Pending, None),
        },
    };
    // Where the status says nothing, a label that is not understood leaves the comment to a person.
    Said {
        standing,
        label: label
            .or(implied)
            .filter(|_| label.is_some() || said.is_none()),
        doubts,
    }
}
