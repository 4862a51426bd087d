//! JSON lines with the names that `hamlet export` writes: everything of a comment, so that one
//! installation's export is another's import. Also what a script of one's own would write.

use serde_json::Value;

use super::{
    dates,
    doubt::Doubt,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{as_marked, first, text},
    labelled::label_of,
};
use crate::bayes::Label;

/// A line.
#[must_use]
pub fn of(object: &Value) -> Found {
    let Some(content) = first(object, &["text", "content", "comment"]) else {
        return Found::Skipped("no text");
    };
    let field = |name: &str| text(object, name);
    let said = standing(field("status").as_deref(), field("label").as_deref());
    let comment = ForeignComment {
        id: field("id"),
        parent: field("parent"),
        page: field("page").unwrap_or_default(),
        page_title: field("page_title"),
        name: field("name").unwrap_or_default(),
        email: field("email"),
        website: field("website"),
        text: content,
        address: first(object, &["address", "ip"]).and_then(|raw| raw.parse().ok()),
        standing: said.standing,
        label: said.label,
        doubts: said.doubts,
        ..ForeignComment::default()
    };
    let date = first(
        object,
        &["created_at", "date", "created", "time", "timestamp"],
    );
    as_marked(object, comment.written(dates::read(date.as_deref()))).into()
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
        Some("approved" | "approve" | "published" | "publish" | "public" | "1") => {
            (Standing::Approved, Some(Label::Ham))
        }
        Some("spam") => (Standing::Spam, Some(Label::Spam)),
        Some("rejected") => (Standing::Rejected, Some(Label::Ham)),
        Some("trash" | "trashed" | "deleted" | "post-trashed") => (Standing::Trash, None),
        Some("pending" | "hold" | "held" | "waiting" | "unapproved" | "0") => {
            (Standing::Pending, None)
        }
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
