//! Artrans, which Artalk reads and writes: a JSON array whose every value is a text. What does not
//! wait is public, and taken for genuine; nothing there says spam.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{date, is_set, reference, text},
    marks::as_marked,
    plain, typed,
};
use crate::{bayes::Label, domain::network};

/// A comment.
#[must_use]
pub fn of(object: &Value) -> Found {
    let Some(content) = text(object, "content") else {
        return Found::Skipped("no text");
    };
    let pending = is_set(object, "is_pending");
    let (standing, label) = if pending {
        (Standing::Pending, None)
    } else {
        (Standing::Approved, Some(Label::Ham))
    };
    let page = text(object, "page_key").unwrap_or_default();
    let site = text(object, "site_urls").filter(|_| page.starts_with('/'));
    let site = site.and_then(|urls| Some(urls.split(',').next()?.trim_end_matches('/').to_owned()));
    let comment = ForeignComment {
        id: text(object, "id"),
        parent: reference(object, "rid"),
        page: format!("{}{page}", site.unwrap_or_default()),
        page_title: text(object, "page_title").map(|title| plain::line(&title)),
        name: plain::line(&text(object, "nick").unwrap_or_default()),
        email: text(object, "email"),
        website: text(object, "link"),
        text: typed::of_either(&content),
        address: text(object, "ip").and_then(|raw| network::read(&raw)),
        standing,
        label,
        ..ForeignComment::default()
    };
    // Artalk's first version called it otherwise.
    let date = dates::read(date(object, &["created_at", "date"]).as_deref());
    as_marked(object, comment.written(date)).into()
}
