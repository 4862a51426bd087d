//! Marks by which systems say that a comment, or its page, is not for everyone, or was thrown away: by any of their names, in
//! any letters, of JSON, tables and XML alike.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Standing},
    json_fields::{bare, says_no, text},
    mark_names::{Kind, kind},
    standing::standing,
};
use crate::domain::timestamp::Timestamp;

/// Why a comment with such a mark is withheld.
pub(super) const MARKED_WITHHELD: &str = "it is marked as not public";

/// Why a comment with such a mark is discarded.
const MARKED_DISCARDED: &str = "it is marked as deleted";

/// The same of its page or thread.
pub(super) const PAGE_WITHHELD: &str = "its page is marked as not public";
const PAGE_DISCARDED: &str = "its page is marked as deleted";

/// What the marks of something say together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    withheld: bool,
    discarded: bool,
    is_page: bool,
    /// When it is, or was, to be seen.
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Marks {
    /// What the fields of a comment say.
    pub(super) fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut marks = Self::default();
        for (name, word) in fields {
            if let Some(kind) = kind(name) {
                marks.add(kind, word);
            }
        }
        marks
    }

    /// What an object says.
    pub(super) fn of_object(object: &Value) -> Self {
        let mut marks = Self::default();
        for (name, value) in object.as_object().into_iter().flatten() {
            let Some(kind) = kind(name) else { continue };
            match bare(value) {
                Value::Null => {}
                Value::Array(list) => {
                    marks.add_set(kind, !list.is_empty());
                    for word in list.iter().filter_map(Value::as_str) {
                        marks.add_word(kind, word);
                    }
                }
                Value::Object(fields) => {
                    marks = marks.and(Self::of_object(value));
                    marks.add_set(kind, !fields.is_empty());
                    let words = STATES.iter().chain(&WORDS);
                    for word in words.filter_map(|name| text(value, name)) {
                        marks.add_word(kind, &word);
                    }
                }
                _ => marks.add(kind, &text(object, name).unwrap_or_default()),
            }
        }
        marks
    }

    /// What a page or thread says that is an object: its own state and its password count as well.
    pub(super) fn of_page(page: &Value) -> Self {
        let mut marks = Self::of_object(page);
        for word in STATES.iter().filter_map(|name| text(page, name)) {
            marks.add_state(&word, is_state_of_public_page);
        }
        let has = |name: &&str| text(page, name).is_some_and(|word| !says_no(&word));
        marks.withheld |= ["password", "passwordHash"].iter().any(has);
        for post in posts(page) {
            marks = marks.and(Self::of_page(post));
        }
        marks.is_page = true;
        marks
    }

    /// These and those of what is around.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            withheld: self.withheld || other.withheld,
            discarded: self.discarded || other.discarded,
            is_page: self.is_page || other.is_page,
            from: self.from.max(other.from),
            until: earlier(self.until, other.until),
        }
    }

    /// Whether any of them keeps something from readers.
    pub(super) fn hides(self) -> bool {
        self.withheld || self.discarded
    }

    /// The comment as these allow, whatever its format says of its state elsewhere.
    pub(super) fn apply(self, comment: ForeignComment) -> ForeignComment {
        let (withheld, discarded) = if self.is_page {
            (PAGE_WITHHELD, PAGE_DISCARDED)
        } else {
            (MARKED_WITHHELD, MARKED_DISCARDED)
        };
        let comment = ForeignComment {
            shown_from: comment.shown_from.max(self.from),
            shown_until: earlier(comment.shown_until, self.until),
            ..comment
        };
        comment
            .discarded(self.discarded.then_some(discarded))
            .withheld(self.withheld.then_some(withheld))
    }

    fn add(&mut self, kind: Kind, word: &str) {
        match kind {
            Kind::Withheld => self.withheld |= !says_no(word),
            Kind::Discarded => self.discarded |= !says_no(word),
            Kind::Shown => {
                self.withheld |= says_no(word) && !word.trim().is_empty();
                self.add(Kind::From, word);
            }
            Kind::From => self.from = self.from.max(dates::parse(word)),
            Kind::Until => self.until = earlier(self.until, dates::parse(word)),
            Kind::Audience => self.withheld |= leaves_out(word),
            // What is attached to a post is as public as that.
            Kind::State => self.add_state(word, |word| word == "inherit"),
            Kind::Word => self.add_word(kind, word),
            Kind::Type => {
                let word = word.trim().to_lowercase();
                self.withheld |=
                    matches!(word.as_str(), "private" | "internal" | "secret" | "whisper");
            }
        }
    }

    /// One of several words, or one that may be about anything: it counts where it plainly keeps a comment back.
    fn add_word(&mut self, kind: Kind, word: &str) {
        if matches!(kind, Kind::Audience) {
            self.withheld |= leaves_out(word);
        }
        let is_known = standing(Some(word), None).doubts.is_empty();
        if matches!(kind, Kind::State | Kind::Word) && is_known && !says_no(word) {
            self.add_state(word, |_| false);
        }
    }

    /// The same of what is no word: a list of who removed it, say.
    fn add_set(&mut self, kind: Kind, is_set: bool) {
        match kind {
            Kind::Withheld => self.withheld |= is_set,
            Kind::Discarded => self.discarded |= is_set,
            Kind::Shown
            | Kind::From
            | Kind::Until
            | Kind::Audience
            | Kind::State
            | Kind::Word
            | Kind::Type => {}
        }
    }

    fn add_state(&mut self, word: &str, is_public: impl Fn(&str) -> bool) {
        let word = word.trim().to_lowercase();
        if word.is_empty() || is_public(&word) {
            return;
        }
        match standing(Some(&word), None).standing {
            Standing::Approved => {}
            Standing::Trash => self.discarded = true,
            Standing::Pending | Standing::Spam | Standing::Rejected => self.withheld = true,
        }
    }
}

/// The comment as the marks of its object allow, and those of its page where that is an object.
pub(super) fn as_marked(object: &Value, comment: ForeignComment) -> ForeignComment {
    let comment = Marks::of_object(object).apply(comment);
    posts(object).fold(comment, |comment, page| Marks::of_page(page).apply(comment))
}

/// Names of a state.
const STATES: [&str; 2] = ["status", "state"];

/// Names of its word where a state is an object.
const WORDS: [&str; 6] = ["name", "value", "label", "code", "key", "slug"];

/// What something stands under, where that is an object.
pub(super) fn posts(object: &Value) -> impl Iterator<Item = &Value> + Clone {
    const PAGES: [&str; 8] = [
        "page",
        "thread",
        "post",
        "article",
        "topic",
        "story",
        "commentedOn",
        // An edge of a graph leads to it.
        "node",
    ];
    let pages = PAGES.iter().filter_map(|name| object.get(*name));
    pages.filter(|page| page.is_object())
}

/// The earlier of two moments, where there are any.
fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// Whether a word of who may see it leaves somebody out.
fn leaves_out(word: &str) -> bool {
    const EVERYONE: [&str; 9] = [
        "", "public", "everyone", "anyone", "all", "world", "visible", "open", "true",
    ];
    !EVERYONE.contains(&word.trim().to_lowercase().as_str())
}

/// Whether a page in this state is there for everyone, beside those whose word a comment has too. A number is what a request
/// was answered with.
fn is_state_of_public_page(word: &str) -> bool {
    const PUBLIC: [&str; 11] = [
        "open",
        "closed",
        "locked",
        "readonly",
        "read_only",
        "active",
        "live",
        "visible",
        "inherit",
        "ok",
        "success",
    ];
    PUBLIC.contains(&word) || word.len() > 1 && word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn withheld(fields: &[(&str, &str)]) -> (bool, bool) {
        let marks = Marks::of(fields.iter().copied());
        (marks.withheld, marks.discarded)
    }

    #[test]
    fn marks_count_by_any_name_and_what_denies_them_does_not() {
        for (name, word) in [
            ("IsPrivate", "Yes"),
            ("staff-only", "1"),
            ("hidden_at", "2020-01-01"),
            ("is_active", "0"),
            ("Audience", "friends"),
            ("moderationStatus", "pending"),
            ("post_status", "private"),
            ("pendingReview", "true"),
            ("hidden_by_moderator", "7"),
            ("hidden_reason", "off topic"),
            ("confirmed", "false"),
        ] {
            assert_eq!(withheld(&[(name, word)]), (true, false), "{name}");
        }
        for (name, word) in [
            ("removed_at", "2020-01-02"),
            ("is_trash", "1"),
            ("moderation_state", "deleted"),
            ("removed_by_category", "moderator"),
            ("deletion_date", "2020-01-02"),
            ("rejectionReason", "abuse"),
        ] {
            assert_eq!(withheld(&[(name, word)]), (false, true), "{name}");
        }
        for (name, word) in [
            ("deletedAt", "0001-01-01T00:00:00Z"),
            ("deleted", "0000-00-00 00:00:00"),
            ("hidden", "false"),
            ("published", "2020-01-01"),
            ("visible", ""),
            ("visibility", "PUBLIC"),
            ("approval_status", "approved"),
            ("post_status", "publish"),
            ("removed_by_category", "null"),
            ("shown_at", "2020-01-01"),
            ("blocked_users", "7"),
        ] {
            assert_eq!(withheld(&[(name, word)]), (false, false), "{name}");
        }
    }

    #[test]
    fn marks_within_marks_count() {
        for (object, hides) in [
            (json!({ "permissions": { "public": false } }), true),
            (json!({ "flags": { "hidden": true } }), true),
            (json!({ "visibility": { "public": false } }), true),
            (json!({ "moderation": { "removedAt": "2020-01-02" } }), true),
            (
                json!({ "permissions": { "public": true, "edit": false } }),
                false,
            ),
            (
                json!({ "flags": { "hidden": false, "edited": true } }),
                false,
            ),
        ] {
            assert_eq!(Marks::of_object(&object).hides(), hides, "{object}");
        }
    }

    #[test]
    fn a_page_says_for_all_of_its_comments() {
        for hidden in [
            json!({ "status": "draft" }),
            json!({ "private": true }),
            json!({ "password": "x" }),
            json!({ "visibility": "members" }),
            json!({ "state": "embargoed" }),
        ] {
            assert!(Marks::of_page(&hidden).withheld, "{hidden}");
        }
        for open in [
            json!({ "status": "closed" }),
            json!({ "status": 200, "password": "" }),
            json!({ "state": "published", "deleted_at": null }),
        ] {
            assert_eq!(
                Marks::of_page(&open),
                Marks {
                    is_page: true,
                    ..Marks::default()
                },
                "{open}"
            );
        }
    }
}
