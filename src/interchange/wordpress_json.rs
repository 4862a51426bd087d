//! WordPress's comments as JSON: what `/wp/v2/comments?context=edit` lists, and what
//! `wp comment list --format=json` prints. Unlike the export, both have spam.

use serde_json::Value;

use super::{
    dates::Clocks,
    foreign::{ForeignComment, Found, title as title_of},
    json_fields::{is_set, reference, text},
    marks::as_marked,
    plain,
    wordpress_posts::{self, page_of_post},
    wxr::{doubts, not_a_comment, standing},
};
use crate::domain::network;

/// A comment of the REST listing.
pub fn of_rest(object: &Value, clocks: &mut Clocks) -> Found {
    if let Some(skipped) = not_a_comment(text(object, "type").as_deref()) {
        return skipped;
    }
    let content = object.get("content");
    let raw = content.and_then(|content| text(content, "raw"));
    let html = raw.or_else(|| text(content?, "rendered"));
    let Some(html) = html else {
        return Found::Skipped("no text");
    };
    let status = text(object, "status").unwrap_or_default().to_lowercase();
    let (standing, label) = standing(&status, None);
    // `link` ends in the comment's own anchor, which pages leave out.
    let comment = ForeignComment {
        id: text(object, "id"),
        parent: reference(object, "parent"),
        page: post_of(&text(object, "link").unwrap_or_default()),
        page_title: title_of_embedded(object),
        name: plain::line(&text(object, "author_name").unwrap_or_default()),
        email: text(object, "author_email"),
        website: text(object, "author_url").map(|url| plain::address(&url)),
        text: plain::of_html(&html),
        address: text(object, "author_ip").and_then(|raw| network::read(&raw)),
        standing,
        label,
        doubts: doubts(&status),
        ..ForeignComment::default()
    };
    let (universal, local) = (text(object, "date_gmt"), text(object, "date"));
    let date = clocks.read(universal.as_deref(), local.as_deref());
    as_marked(object, comment.written(date))
        .withheld(of_embedded(object))
        .into()
}

/// Why the post is not for everyone, as far as the listing embeds it (`_embed=up`). What a password
/// protects says so by itself.
fn of_embedded(object: &Value) -> Option<&'static str> {
    let content = object.get("content");
    if content.is_some_and(|content| is_set(content, "protected")) {
        return Some(wordpress_posts::PASSWORD);
    }
    let post = object.get("_embedded")?.get("up")?.get(0)?;
    if ["content", "excerpt"].iter().any(|part| {
        let part = post.get(part);
        part.is_some_and(|part| is_set(part, "protected"))
    }) {
        return Some(wordpress_posts::PASSWORD);
    }
    wordpress_posts::why_withheld(&text(post, "status")?)
}

/// The post's title, as far as the listing embeds it.
fn title_of_embedded(object: &Value) -> Option<String> {
    let title = object.get("_embedded")?.get("up")?.get(0)?.get("title")?;
    let title = text(title, "rendered").or_else(|| text(title, "raw"))?;
    Some(title_of(&plain::line(&title)))
}

/// A comment of `wp comment list`.
pub fn of_cli(object: &Value, clocks: &mut Clocks) -> Found {
    if let Some(skipped) = not_a_comment(text(object, "comment_type").as_deref()) {
        return skipped;
    }
    let Some(html) = text(object, "comment_content") else {
        return Found::Skipped("no text: was it listed with --fields and all of them?");
    };
    let approved = text(object, "comment_approved")
        .unwrap_or_default()
        .to_lowercase();
    let (standing, label) = standing(&approved, None);
    let post = text(object, "comment_post_ID").map(|post| page_of_post(&post));
    let comment = ForeignComment {
        id: text(object, "comment_ID"),
        parent: reference(object, "comment_parent"),
        page: post_of(&text(object, "url").or(post).unwrap_or_default()),
        name: plain::line(&text(object, "comment_author").unwrap_or_default()),
        email: text(object, "comment_author_email"),
        website: text(object, "comment_author_url").map(|url| plain::address(&url)),
        text: plain::of_html(&html),
        address: text(object, "comment_author_IP").and_then(|raw| network::read(&raw)),
        standing,
        label,
        doubts: doubts(&approved),
        ..ForeignComment::default()
    };
    let post = text(object, "post_status");
    let (universal, local) = (
        text(object, "comment_date_gmt"),
        text(object, "comment_date"),
    );
    let date = clocks.read(universal.as_deref(), local.as_deref());
    as_marked(object, comment.written(date))
        .withheld(post.as_deref().and_then(wordpress_posts::why_withheld))
        .into()
}

/// The post that a link to one of its comments is about. Where comments are broken into pages, the last
/// segment `comment-page-N` or the parameter `cpage` says on which the comment stands; `replytocom` is a
/// link's that answers.
fn post_of(link: &str) -> String {
    let link = plain::address(link);
    let (link, _) = link.split_once('#').unwrap_or((&link, ""));
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let whole = path.trim_end_matches('/');
    let path = match whole.rsplit_once("/comment-page-") {
        Some((post, page)) if !page.is_empty() && page.bytes().all(|b| b.is_ascii_digit()) => {
            if path.ends_with('/') {
                format!("{post}/")
            } else {
                post.to_owned()
            }
        }
        _ => path.to_owned(),
    };
    let is_way = |pair: &&str| !matches!(pair.split('=').next(), Some("cpage" | "replytocom" | ""));
    let kept: Vec<&str> = query.split('&').filter(is_way).collect();
    if kept.is_empty() {
        path
    } else {
        format!("{path}?{}", kept.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::post_of;

    #[test]
    fn a_comments_link_names_its_post() {
        for (link, post) in [
            (
                "https://a.example/2020/peas/comment-page-2/#comment-5",
                "https://a.example/2020/peas/",
            ),
            (
                "https://a.example/2020/peas/comment-page-2#comment-5",
                "https://a.example/2020/peas",
            ),
            (
                "https://a.example/peas/comment-page-12/?replytocom=4",
                "https://a.example/peas/",
            ),
            (
                "https://a.example/?p=7&#038;cpage=2#comment-9",
                "https://a.example/?p=7",
            ),
            ("/?cpage=2&p=7", "/?p=7"),
            (
                "https://a.example/comment-page-guide/",
                "https://a.example/comment-page-guide/",
            ),
            (
                "https://a.example/peas/#comment-1",
                "https://a.example/peas/",
            ),
        ] {
            assert_eq!(post_of(link), post);
        }
    }
}
