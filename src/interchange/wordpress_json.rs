//! WordPress's comments as JSON: what `/wp/v2/comments?context=edit` lists, and what
//! `wp comment list --format=json` prints. Unlike the export, both have spam.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found},
    json_fields::{as_marked, is_set, reference, text},
    plain,
    wxr::{self, not_a_comment, standing},
};

/// A comment of the REST listing.
#[must_use]
pub fn of_rest(object: &Value) -> Found {
    if let Some(skipped) = not_a_comment(text(object, "type").as_deref()) {
        return skipped;
    }
    let content = object.get("content");
    let raw = content.and_then(|content| text(content, "raw"));
    let html = raw.or_else(|| text(content?, "rendered"));
    let Some(html) = html else {
        return Found::Skipped("no text");
    };
    let status = text(object, "status").unwrap_or_default();
    let (standing, label) = standing(&status, None);
    // `link` ends in the comment's own anchor, which pages leave out.
    let comment = ForeignComment {
        id: text(object, "id"),
        parent: reference(object, "parent"),
        page: text(object, "link").unwrap_or_default(),
        page_title: None,
        name: text(object, "author_name").unwrap_or_default(),
        email: text(object, "author_email"),
        website: text(object, "author_url"),
        text: plain::of_html(&html),
        address: text(object, "author_ip").and_then(|raw| raw.parse().ok()),
        created_at: text(object, "date_gmt").as_deref().and_then(dates::parse),
        standing,
        label,
        withheld: None,
    };
    as_marked(object, comment)
        .withheld(of_embedded(object))
        .into()
}

/// Why the post is not for everyone, as far as the listing embeds it (`_embed=up`). What a password
/// protects says so by itself.
fn of_embedded(object: &Value) -> Option<&'static str> {
    let content = object.get("content");
    if content.is_some_and(|content| is_set(content, "protected")) {
        return Some(wxr::PASSWORD);
    }
    let post = object.get("_embedded")?.get("up")?.get(0)?;
    if ["content", "excerpt"].iter().any(|part| {
        let part = post.get(part);
        part.is_some_and(|part| is_set(part, "protected"))
    }) {
        return Some(wxr::PASSWORD);
    }
    wxr::why_withheld(&text(post, "status")?)
}

/// A comment of `wp comment list`.
#[must_use]
pub fn of_cli(object: &Value) -> Found {
    if let Some(skipped) = not_a_comment(text(object, "comment_type").as_deref()) {
        return skipped;
    }
    let Some(html) = text(object, "comment_content") else {
        return Found::Skipped("no text: was it listed with --fields and all of them?");
    };
    let approved = text(object, "comment_approved").unwrap_or_default();
    let (standing, label) = standing(&approved, None);
    let date = text(object, "comment_date_gmt").or_else(|| text(object, "comment_date"));
    let post = text(object, "comment_post_ID").map(|post| format!("/?p={post}"));
    let comment = ForeignComment {
        id: text(object, "comment_ID"),
        parent: reference(object, "comment_parent"),
        page: text(object, "url").or(post).unwrap_or_default(),
        page_title: None,
        name: text(object, "comment_author").unwrap_or_default(),
        email: text(object, "comment_author_email"),
        website: text(object, "comment_author_url"),
        text: plain::of_html(&html),
        address: text(object, "comment_author_IP").and_then(|raw| raw.parse().ok()),
        created_at: date.as_deref().and_then(dates::parse),
        standing,
        label,
        withheld: None,
    };
    let post = text(object, "post_status");
    as_marked(object, comment)
        .withheld(post.as_deref().and_then(wxr::why_withheld))
        .into()
}
