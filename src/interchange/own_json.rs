//! JSON lines with the names that `hamlet export` writes: everything of a comment, so that one
//! installation's export is another's import. Also what a script of one's own would write.

use serde_json::Value;

use super::{
    columns::{in_two, names_of, same},
    dates::{self, Date},
    doubt::Doubt,
    foreign::{ForeignComment, Found},
    json_fields::{ID_ALONE, first, is_address, is_key, is_reference, moment, reference, text},
    json_trees,
    json_wraps::shaped,
    labelled::label_of,
    marks::as_marked,
    plain,
    standing::{decides, marked, standing},
    typed,
    wordpress_posts::page_of_post,
    wxr::not_a_comment,
};
use crate::domain::network;

/// A line.
#[must_use]
pub fn of(object: &Value) -> Found {
    let own = text(object, "text").filter(|_| tree(object).is_none());
    let other = || field(object, "text").or_else(|| shaped_text(object));
    let Some(content) = own
        .clone()
        .or_else(|| tree(object))
        .or_else(|| other().map(|other| typed::of_either(&other)))
    else {
        return Found::Skipped("no text");
    };
    // An interface's error has a message, and nothing of a comment's.
    let is_comment = ["id", "name", "given_name", "page", "created_at"]
        .iter()
        .any(|column| field(object, column).is_some());
    if own.is_none() && !is_comment {
        return Found::Skipped("not a comment");
    }
    // WordPress's own table as JSON has what is no comment of readers, too.
    let kind =
        named(object, &["comment_type"]).filter(|_| object.get("comment_approved").is_some());
    if let Some(skipped) = not_a_comment(kind.as_deref()) {
        return skipped;
    }
    // What a field of ours holds stands as it was typed.
    let name = field(object, "name").or_else(|| in_two(|column| field(object, column)));
    let name = name.map(|name| match own {
        Some(_) => name,
        None => plain::line(&name),
    });
    let is_id = match name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => is_id_alone(object, name),
        None => first(object, &IDS_OF_AUTHORS).is_some_and(|id| is_reference(&id)),
    };
    let name = name.filter(|_| !is_id);
    let status = field(object, "status");
    let label = named(object, &["label"]);
    let mark = named(object, &MARKS).filter(|_| label.is_none());
    let said = match &mark {
        Some(mark) => marked(status.as_deref(), mark),
        None => standing(status.as_deref(), label.as_deref()),
    };
    let label = label.or_else(|| mark.filter(|mark| decides(mark, status.as_deref())));
    let parent = field(object, "parent");
    // Some systems call the page, under which a comment is kept, its parent.
    let above = parent.clone().filter(|parent| is_address(parent));
    let authors = staticman_author(object);
    let page = field(object, "page")
        .filter(|page| Some(page) != authors.as_ref())
        .or_else(|| {
            of_page(
                object,
                &["url", "link", "permalink", "path", "uri", "href", "slug"],
            )
        })
        .or_else(|| Some(page_of_post(&named(object, names_of("wordpress_post"))?)))
        .or(above);
    let comment = ForeignComment {
        id: field(object, "id"),
        parent: parent
            .filter(|id| is_reference(id) && !is_address(id))
            .or_else(|| reference(object, "parent")),
        // What is the page's address in one system is the author's in another.
        website: field(object, "website")
            .filter(|website| Some(website) != page.as_ref())
            .or(authors),
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
    let mut comment = as_marked(object, comment.written(dated(object)));
    if is_id {
        comment.doubts.push(Doubt::new(ID_ALONE, ""));
    }
    // A label of its own says nothing about who may see it.
    comment.label = label.as_deref().and_then(label_of).or(comment.label);
    comment.into()
}

/// Fields of an author who is in another table.
const IDS_OF_AUTHORS: [&str; 8] = [
    "user_id",
    "userId",
    "author_id",
    "authorId",
    "member_id",
    "commenter_id",
    "uid",
    "user",
];

/// Whether an author is the key of somebody in another table: what only a machine makes, or a number where a name would be a text.
fn is_id_alone(object: &Value, name: &str) -> bool {
    let is_number = |field: &&&str| object.get(**field).is_some_and(Value::is_number);
    let mut numbers = AUTHORS.iter().filter(is_number);
    is_key(name) || numbers.any(|field| text(object, field).as_deref() == Some(name))
}

/// The text where an editor keeps it as a tree.
fn tree(object: &Value) -> Option<String> {
    let fields = object.as_object()?;
    names_of("text").iter().find_map(|name| {
        let mut values = fields.iter().filter(|(key, _)| same(key, name));
        values.find_map(|(_, value)| json_trees::text_of(value))
    })
}

/// Names of a mark of spam that no system has for something else.
const MARKS: [&str; 2] = ["is_spam", "spam"];

/// The author's address in an entry of Staticman's, which calls it as others call the page's, and names the page nowhere but in
/// its parent, its options or the folder.
fn staticman_author(object: &Value) -> Option<String> {
    let is_entry = text(object, "_id")?.contains('-') && object.get("message").is_some();
    text(object, "url").filter(|url| is_entry && !url.starts_with('/'))
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
const AUTHORS: [&str; 9] = [
    "author",
    "user",
    "account",
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
        let author = node(authors.find(|author| author.is_object())?);
        match column {
            "name" => named(author, &["displayName"])
                .or_else(|| named(author, names_of(column)))
                .or_else(|| named(author, &CALLED)),
            "email" => named(author, names_of(column)).or_else(|| {
                let name = named(author, &["name"])?;
                name.contains('@').then_some(name)
            }),
            "website" => named(author, &["website", "url"]),
            "given_name" | "family_name" => named(author, names_of(column)),
            _ => None,
        }
    })
}

/// What is said of the page where that is an object.
fn of_page(object: &Value, names: &[&str]) -> Option<String> {
    let mut pages = ["page", "thread", "post", "article", "commentedOn"].iter();
    let page = pages.find_map(|name| object.get(*name).filter(|page| page.is_object()))?;
    first(node(page), names)
}

/// What an edge of a graph leads to; anything else itself.
fn node(value: &Value) -> &Value {
    let node = value.get("node");
    node.filter(|node| node.is_object()).unwrap_or(value)
}

/// When it was written, in whatever shape.
fn dated(object: &Value) -> Date {
    let fields = object.as_object();
    dates::first(names_of("created_at").iter().flat_map(|name| {
        let values = fields.into_iter().flatten();
        let values = values.filter(|(key, _)| same(key, name));
        values.filter_map(|(_, value)| Some((*name, moment(value)?)))
    }))
}

/// The first field with one of these names that says something.
fn named(object: &Value, names: &[&str]) -> Option<String> {
    let fields = object.as_object()?;
    names.iter().find_map(|name| {
        let mut keys = fields.keys().filter(|key| same(key, name));
        keys.find_map(|key| text(object, key))
    })
}
