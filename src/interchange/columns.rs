//! What the fields of a comment are called, in tables and in JSON of one's own, for comments and for labelled texts
//! alike. `createdAt`, `created_at` and `Created At` are one name.

/// The fields that are read, with the names that they have, the one that says it best first.
const COLUMNS: [(&str, &[&str]); 17] = [
    (
        "id",
        &[
            "id",
            "comment_id",
            "object_id",
            "_id",
            "uuid",
            "guid",
            "comment_hex",
        ],
    ),
    (
        "parent",
        &[
            "parent",
            "parent_id",
            "reply_to",
            "comment_parent",
            "in_reply_to",
            "in_reply_to_id",
            "reply_to_id",
            "replying_to",
            "parent_comment_id",
            "parent_comment",
            "replying_to_uid",
            "parent_hex",
            "parent_nr",
            "reply_id",
            "pid",
            "rid",
        ],
    ),
    (
        "page",
        &[
            "page",
            // What is mentioned, beside the address of what mentions it.
            "wm_target",
            "url",
            "link",
            "permalink",
            "page_url",
            "post_url",
            "path",
            "uri",
            "href",
            "page_path",
            "pathname",
            "topic_url",
            "thread_url",
            "article_url",
            "slug",
            "page_slug",
            "post_slug",
        ],
    ),
    ("wordpress_post", &["comment_post_id"]),
    ("wordpress_type", &["comment_type"]),
    (
        "page_title",
        &["page_title", "title", "post_title", "topic_title"],
    ),
    (
        "name",
        &[
            "name",
            "author",
            "nick",
            "author_name",
            "comment_author",
            "nickname",
            "user_name",
            "display_name",
            "by_nickname",
            "post_username",
            "full_name",
            "commenter_name",
            "commenter",
            "visitor_name",
            "guest_name",
            "screen_name",
            "posted_by",
        ],
    ),
    (
        "given_name",
        &["given_name", "first_name", "author_first_name", "fname"],
    ),
    (
        "family_name",
        &[
            "family_name",
            "last_name",
            "author_last_name",
            "lname",
            "surname",
        ],
    ),
    (
        "email",
        &[
            "email",
            "mail",
            "author_email",
            "comment_author_email",
            "email_address",
            "by_email",
            "commenter_email",
            "user_email",
            "guest_email",
        ],
    ),
    (
        "website",
        &[
            "website",
            "author_url",
            "homepage",
            "comment_author_url",
            "web",
            "link",
        ],
    ),
    (
        "text",
        &[
            "text",
            "content",
            "comment",
            "message",
            "body_html",
            "body",
            "comment_content",
            "comment_text",
            "comment_body",
            "post_text",
            "html",
            "cooked",
            "raw",
            "email_text",
            "sms",
            "v2",
        ],
    ),
    (
        "address",
        &[
            "address",
            "ip",
            "author_ip",
            "comment_author_ip",
            "ip_address",
            "remote_addr",
        ],
    ),
    (
        "created_at",
        &[
            "created_at",
            "date",
            "created",
            "time",
            "timestamp",
            "comment_date_gmt",
            "comment_date",
            "inserted_at",
            "date_time",
            "posted_at",
            "published_at",
            "published",
            "created_on",
            "created_time",
            "creation_date",
            "submitted_at",
            "submit_date",
            "creation_timestamp",
            "c_time",
            "post_time",
            "created_utc",
        ],
    ),
    (
        "status",
        &[
            "status",
            "state",
            "comment_approved",
            "approved",
            "is_approved",
            "moderation_status",
            "moderation_state",
            "approval_status",
        ],
    ),
    (
        "label",
        &[
            "label", "class", "spam", "is_spam", "target", "category", "v1",
        ],
    ),
    ("site", &["site"]),
];

/// The names of a field.
pub(super) fn names_of(column: &str) -> &'static [&'static str] {
    let known = COLUMNS.iter().find(|(name, _)| *name == column);
    known.map_or(&[], |(_, names)| names)
}

/// A name that is in two fields, where neither of them is a whole one.
pub(super) fn in_two(get: impl Fn(&str) -> Option<String>) -> Option<String> {
    let parts = [get("given_name"), get("family_name")];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(name).filter(|name| !name.is_empty())
}

/// Whether a name is one that is read.
pub(super) fn is_known(name: &str) -> bool {
    let mut names = COLUMNS.iter().flat_map(|(_, names)| *names);
    names.any(|known| same(name, known))
}

/// Whether two names are one but for capitals and what is between words.
pub(super) fn same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// A name in small letters, without what is between words.
pub(super) fn letters(name: &str) -> impl Iterator<Item = char> {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters.flat_map(char::to_lowercase)
}
