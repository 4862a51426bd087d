//! Waline's export: JSON whose `data.Comment` is a list, or the list alone. `status` is a person's
//! word: `approved`, `waiting` or `spam`. Twikoo's and Valine's lists are read too; Twikoo marks what
//! waits as `isSpam`, so there only its absence says something.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{date, first, is_set, reference, text},
    marks::{MARKED_WITHHELD, as_marked},
    plain,
    standing::{Said, standing},
    typed,
};
use crate::{bayes::Label, domain::network};

/// A comment.
#[must_use]
pub fn of(object: &Value) -> Found {
    // What was typed stands beside what was made of it where the interface was asked.
    let Some(content) = first(object, &["orig", "comment"]) else {
        return Found::Skipped("no text");
    };
    let status = text(object, "status");
    let said = match (status.as_deref(), is_set(object, "isSpam")) {
        (Some(word), _) => standing(Some(word), None),
        (None, true) => Said {
            standing: Standing::Pending,
            ..Said::default()
        },
        (None, false) => Said {
            label: Some(Label::Ham),
            ..Said::default()
        },
    };
    let date = date(object, &["insertedAt", "createdAt", "created", "time"]);
    let comment = ForeignComment {
        id: first(object, &["objectId", "_id", "id"]),
        parent: reference(object, "pid").or_else(|| reference(object, "rid")),
        page: page_of(object),
        name: plain::line(&text(object, "nick").unwrap_or_default()),
        email: text(object, "mail"),
        website: text(object, "link"),
        text: typed::of_markdown(&content),
        address: text(object, "ip").and_then(|raw| network::read(&raw)),
        standing: said.standing,
        label: said.label,
        doubts: said.doubts,
        ..ForeignComment::default()
    };
    as_marked(object, comment.written(dates::read(date.as_deref())))
        .withheld(is_for_some(object).then_some(MARKED_WITHHELD))
        .into()
}

/// The page. Where Twikoo's own import of another system's comments has put all of them on the front page, the link says which
/// it was.
fn page_of(object: &Value) -> String {
    let (url, link) = (text(object, "url"), text(object, "href"));
    let is_front = url.as_deref() == Some("/");
    let other = link
        .as_ref()
        .filter(|link| link.starts_with('/') && link.len() > 1);
    match (url, other) {
        (Some(_), Some(link)) if is_front => link.clone(),
        (url, _) => url.or(link).unwrap_or_default(),
    }
}

/// Whether `LeanCloud` lets only some read it.
fn is_for_some(object: &Value) -> bool {
    let Some(rights) = object.get("ACL").and_then(Value::as_object) else {
        return false;
    };
    let everyone = rights.get("*").and_then(|everyone| everyone.get("read"));
    everyone.and_then(Value::as_bool) != Some(true)
}
