//! Remark42's backup: JSON lines behind a line about the backup itself. It keeps no spam, so what is
//! public is ham and nothing else is said.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{date, is_set, text},
    marks::as_marked,
    plain, typed,
};
use crate::bayes::Label;

/// A line of a backup. The first one has no text.
#[must_use]
pub fn of(object: &Value) -> Found {
    if object.get("version").is_some() {
        return Found::Skipped("the line about the backup itself");
    }
    if is_set(object, "delete") {
        return Found::Skipped("deleted, and its text with it");
    }
    let written = text(object, "orig").map(|typed| typed::of_markdown(&typed));
    let html = || text(object, "text").map(|html| plain::of_html(&html));
    let Some(content) = written.or_else(html) else {
        return Found::Skipped("no text");
    };
    let user = object.get("user").unwrap_or(&Value::Null);
    let locator = object.get("locator").unwrap_or(&Value::Null);
    let comment = ForeignComment {
        id: text(object, "id"),
        parent: text(object, "pid"),
        page: text(locator, "url").unwrap_or_default(),
        page_title: text(object, "title").map(|title| plain::line(&title)),
        name: plain::line(&text(user, "name").unwrap_or_default()),
        text: content,
        // What is kept as the user's `ip` is a hash.
        standing: Standing::Approved,
        label: Some(Label::Ham),
        ..ForeignComment::default()
    };
    let date = dates::read(date(object, &["time"]).as_deref());
    as_marked(object, comment.written(date)).into()
}
