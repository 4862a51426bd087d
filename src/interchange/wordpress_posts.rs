//! What WordPress and its plugins say of a post: whether its comments are for everyone, and where it is.

use super::{json_fields::says_no, xml::Element};

/// Why the comments of a post with a password are withheld.
pub(super) const PASSWORD: &str = "its post has a password";

/// Why those of a post are withheld of which nothing says whether it is public.
pub(super) const UNSAID: &str = "its post's state is not known here";

/// Why what belongs to a post in this state of WordPress's is not public; `None` where it is. A word of
/// some plugin's may mean anything.
pub(super) fn why_withheld(status: &str) -> Option<&'static str> {
    match status {
        "publish" | "inherit" => None,
        "private" => Some("its post is private"),
        "draft" | "auto-draft" => Some("its post is a draft"),
        "pending" => Some("its post waits for review"),
        "future" => Some("its post is to be published later"),
        "trash" => Some("its post was thrown away"),
        _ => Some(UNSAID),
    }
}

/// Under which names plugins keep who may read a post: Members, Restrict Content, WP-Members, Paid Member Subscriptions.
const READERS: [&str; 8] = [
    "_members_access_role",
    "rcp_access_level",
    "rcp_user_level",
    "rcp_subscription_level",
    "_is_paid",
    "_wpmem_block",
    "pms-content-restrict-user-status",
    "pms-content-restrict-subscription-plan",
];

/// Whether a plugin says of a post that it is for some readers only.
pub(super) fn is_for_some(meta: &Element) -> bool {
    let key = meta.get("wp:meta_key").unwrap_or_default().trim();
    let value = meta.get("wp:meta_value").unwrap_or_default().trim();
    let is_for_all = ["all", "everyone", "a:0:{}"];
    READERS.contains(&key)
        && !says_no(value)
        && !is_for_all.contains(&value.to_lowercase().as_str())
}

/// The page of a post that is known by its number alone: `WordPress` leads from there to its address.
pub(super) fn page_of_post(number: &str) -> String {
    format!("/?p={number}")
}
