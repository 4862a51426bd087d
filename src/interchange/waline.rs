//! Waline's export: JSON whose `data.Comment` is a list, or the list alone. `status` is a person's
//! word: `approved`, `waiting` or `spam`. Twikoo's and Valine's lists are read too; Twikoo marks what
//! waits as `isSpam`, so there only its absence says something.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{as_marked, first, is_set, reference, text},
    plain, typed,
};
use crate::{bayes::Label, domain::network};

/// A comment.
#[must_use]
pub fn of(object: &Value) -> Found {
    let Some(content) = text(object, "comment") else {
        return Found::Skipped("no text");
    };
    let status = text(object, "status");
    let (standing, label) = match (status.as_deref(), is_set(object, "isSpam")) {
        (Some("approved"), _) | (None, false) => (Standing::Approved, Some(Label::Ham)),
        (Some("spam"), _) => (Standing::Spam, Some(Label::Spam)),
        (Some(_), _) | (None, true) => (Standing::Pending, None),
    };
    let date = first(object, &["insertedAt", "createdAt", "created"]);
    let comment = ForeignComment {
        id: first(object, &["objectId", "_id", "id"]),
        parent: reference(object, "pid").or_else(|| reference(object, "rid")),
        page: first(object, &["url", "href"]).unwrap_or_default(),
        name: plain::line(&text(object, "nick").unwrap_or_default()),
        email: text(object, "mail"),
        website: text(object, "link"),
        text: typed::of_markdown(&content),
        address: text(object, "ip").and_then(|raw| network::read(&raw)),
        standing,
        label,
        ..ForeignComment::default()
    };
    as_marked(object, comment.written(dates::read(date.as_deref()))).into()
}
