//! JSON lines with the names that `hamlet export` writes: everything of a comment, so that one
//! installation's export is another's import. Also what a script of one's own would write.

use serde_json::Value;

use super::{
    columns::{names_of, same},
    dates,
    doubt::Doubt,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{as_marked, first, is_reference, moment, reference, text},
    json_wraps::shaped,
    labelled::label_of,
    plain, typed,
};
use crate::{bayes::Label, domain::network};

/// A line.
#[must_use]
pub fn of(object: &Value) -> Found {
    let own = text(object, "text");
    let other = || field(object, "text").or_else(|| shaped_text(object));
    let Some(content) = own
        .clone()
        .or_else(|| other().map(|other| typed::of_either(&other)))
    else {
        return Found::Skipped("no text");
    };
    // An interface's error has a message, and nothing of a comment's.
    let is_comment = ["id", "name", "page", "created_at"]
        .iter()
        .any(|column| field(object, column).is_some());
    if own.is_none() && !is_comment {
        return Found::Skipped("not a comment");
    }
    // What a field of ours holds stands as it was typed.
    let name = field(object, "name").map(|name| match own {
        Some(_) => name,
        None => plain::line(&name),
    });
    let status = field(object, "status");
    let label = named(object, &["label"]).or_else(|| {
        let mark = named(object, &MARKS);
        mark.filter(|mark| decides(mark, status.as_deref()))
    });
    let said = standing(status.as_deref(), label.as_deref());
    let parent = field(object, "parent");
    // Some systems call the page, under which a comment is kept, its parent.
    let above = parent.clone().filter(|parent| is_address(parent));
    let page = field(object, "page")
        .or_else(|| of_page(object, &["url", "link", "permalink", "path"]))
        .or(above);
    let comment = ForeignComment {
        id: field(object, "id"),
        parent: parent
            .filter(|id| is_reference(id) && !is_address(id))
            .or_else(|| reference(object, "parent")),
        // What is the page's address in one system is the author's in another.
        website: field(object, "website").filter(|website| Some(website) != page.as_ref()),
        page: page.unwrap_or_default(),
        page_title: field(object, "page_title").or_else(|| of_page(object, &["title"])),
        name: name.unwrap_or_default(),
        email: field(object, "email"),
        text: content,
        address: field(object, "address").and_then(|raw| network::read(&raw)),
        standing: said.standing,
        label: said.label,
        doubts: said.doubts,
        ..ForeignComment::default()
    };
    let date = dated(object);
    let mut comment = as_marked(object, comment.written(dates::read(date.as_deref())));
    // A label of its own says nothing about who may see it.
    comment.label = label.as_deref().and_then(label_of).or(comment.label);
    comment.into()
}

/// Names of a mark of spam that no system has for something else.
const MARKS: [&str; 2] = ["is_spam", "spam"];

/// Whether what is called a parent is a page's address.
pub(super) fn is_address(parent: &str) -> bool {
    parent.starts_with('/') || parent.contains("://")
}

/// The text where it is an object of several shapes.
fn shaped_text(object: &Value) -> Option<String> {
    let fields = object.as_object()?;
    names_of("text").iter().find_map(|name| {
        let mut values = fields.iter().filter(|(key, _)| same(key, name));
        values.find_map(|(_, value)| shaped(value))
    })
}

/// Names of an author who is an object.
const AUTHORS: [&str; 8] = [
    "author",
    "user",
    "member",
    "owner",
    "commenter",
    "creator",
    "by",
    "from",
];

/// What an author is called, beside the names that a comment's field has.
const CALLED: [&str; 4] = ["fullName", "username", "login", "handle"];

/// A field by any of its names; of an author that is an object, what is in it.
fn field(object: &Value, column: &str) -> Option<String> {
    named(object, names_of(column)).or_else(|| {
        let mut authors = AUTHORS.iter().filter_map(|name| object.get(*name));
        let author = authors.find(|author| author.is_object())?;
        match column {
            "name" => named(author, &["displayName"])
                .or_else(|| named(author, names_of(column)))
                .or_else(|| named(author, &CALLED)),
            "email" => named(author, names_of(column)).or_else(|| {
                let name = named(author, &["name"])?;
                name.contains('@').then_some(name)
            }),
            "website" => named(author, &["website", "url"]),
            _ => None,
        }
    })
}

/// What is said of the page where that is an object.
fn of_page(object: &Value, names: &[&str]) -> Option<String> {
    let mut pages = ["page", "thread", "post", "article"].iter();
    first(
        pages.find_map(|name| object.get(*name).filter(|page| page.is_object()))?,
        names,
    )
}

/// When it was written, in whatever shape.
fn dated(object: &Value) -> Option<String> {
    let fields = object.as_object()?;
    names_of("created_at").iter().find_map(|name| {
        let mut values = fields.iter().filter(|(key, _)| same(key, name));
        values.find_map(|(_, value)| moment(value))
    })
}

/// The first field with one of these names that says something.
fn named(object: &Value, names: &[&str]) -> Option<String> {
    let fields = object.as_object()?;
    names.iter().find_map(|name| {
        let mut keys = fields.keys().filter(|key| same(key, name));
        keys.find_map(|key| text(object, key))
    })
}

/// Whether a mark of spam says what somebody decided: that it is not set says so only of what is public, for it is set of nothing
/// that waits.
pub(super) fn decides(mark: &str, status: Option<&str>) -> bool {
    let is_public = || standing(status, None).standing == Standing::Approved;
    label_of(mark) != Some(Label::Ham) || status.is_none() || is_public()
}

/// What a status and a label say.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub standing: Standing,
    pub label: Option<Label>,
    pub doubts: Vec<Doubt>,
}

/// Reads a status and a label. A label outweighs what follows from the status; without either a comment
/// waits, and so does one with a word that is not known.
pub(super) fn standing(status: Option<&str>, said: Option<&str>) -> Said {
    let mut doubts = Vec::new();
    let status = status
        .map(|word| word.trim().to_lowercase())
        .filter(|word| !word.is_empty());
    let said = said.map(str::trim).filter(|word| !word.is_empty());
    let label = said.and_then(|word| {
        let label = label_of(word);
        if label.is_none() {
            doubts.push(Doubt::new("a label that is not understood", word));
        }
        label
    });
    let (standing, implied) = match status.as_deref() {
        Some(
            "approved" | "approve" | "published" | "publish" | "public" | "1" | "true" | "t"
            | "yes" | "y",
        ) => (Standing::Approved, Some(Label::Ham)),
        Some("spam") => (Standing::Spam, Some(Label::Spam)),
        // Unwanted, for whatever reason: that is no word about spam.
        Some("rejected" | "refused" | "declined" | "denied" | "disapproved") => {
            (Standing::Rejected, None)
        }
        Some("trash" | "trashed" | "deleted" | "post-trashed") => (Standing::Trash, None),
        Some(
            "pending" | "hold" | "held" | "waiting" | "unapproved" | "unpublished" | "hidden"
            | "draft" | "private" | "queued" | "review" | "moderated" | "moderation" | "0"
            | "false" | "f" | "no" | "n",
        ) => (Standing::Pending, None),
        Some(word) => {
            doubts.push(Doubt::new("a status that is not understood", word));
            (Standing::Pending, None)
        }
        None => match label {
            Some(Label::Spam) => (Standing::Spam, None),
            Some(Label::Ham) => (Standing::Approved, None),
            None => (Standing::Pending, None),
        },
    };
    // Where the status says nothing, a label that is not understood leaves the comment to a person.
    Said {
        standing,
        label: label
            .or(implied)
            .filter(|_| label.is_some() || said.is_none()),
        doubts,
    }
}
