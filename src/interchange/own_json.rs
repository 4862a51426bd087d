//! JSON lines with the names that `hamlet export` writes: everything of a comment, so that one
//! installation's export is another's import. Also what a script of one's own would write.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{as_marked, first, text},
};
use crate::bayes::Label;

/// A line.
#[must_use]
pub fn of(object: &Value) -> Found {
    let Some(content) = first(object, &["text", "content", "comment"]) else {
        return Found::Skipped("no text");
    };
    let field = |name: &str| text(object, name);
    let (standing, label) = standing(field("status").as_deref(), field("label").as_deref());
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
        created_at: first(object, &["created_at", "date"])
            .as_deref()
            .and_then(dates::parse),
        standing,
        label,
        withheld: None,
    };
    as_marked(object, comment).into()
}

/// What a status and a label say. A label outweighs what follows from the status; without either a
/// comment waits.
pub(super) fn standing(status: Option<&str>, label: Option<&str>) -> (Standing, Option<Label>) {
    let label = match label.map(str::to_lowercase).as_deref() {
        Some("spam" | "1" | "true") => Some(Label::Spam),
        Some("ham" | "0" | "false") => Some(Label::Ham),
        _ => None,
    };
    let (standing, implied) = match status.map(str::to_lowercase).as_deref() {
        Some("approved" | "published" | "public" | "1") => (Standing::Approved, Some(Label::Ham)),
        Some("spam") => (Standing::Spam, Some(Label::Spam)),
        Some("rejected") => (Standing::Rejected, Some(Label::Ham)),
        Some("trash" | "deleted") => (Standing::Trash, None),
        Some(_) => (Standing::Pending, None),
        None => match label {
            Some(Label::Spam) => (Standing::Spam, None),
            Some(Label::Ham) => (Standing::Approved, None),
            None => (Standing::Pending, None),
        },
    };
    (standing, label.or(implied))
}
