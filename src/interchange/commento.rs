//! Commento's export and Comentario's: JSON with one list of comments, one of those who wrote them and, in
//! later ones, one of pages. The comments come first, so that all of them wait for the names.

use std::{collections::HashMap, io::BufRead, vec};

use serde_json::Value;

use super::{
    dates,
    doubt::Doubt,
    foreign::{ForeignComment, Found, ReadError, Standing},
    json_fields::{date, first, is_set, text},
    json_values::JsonValues,
    marks::as_marked,
    plain,
};
use crate::{bayes::Label, domain::network};

/// The lists of an export.
pub const LISTS: [&str; 3] = ["comments", "commenters", "pages"];

/// Characters of comments that wait for the names at most; what is beyond that goes without.
const WAITING: usize = 1 << 30;

/// Reads an export.
pub struct Commento<R> {
    values: JsonValues<R>,
    people: HashMap<String, Value>,
    pages: HashMap<String, Value>,
    ready: Option<vec::IntoIter<Result<Found, ReadError>>>,
}

impl<R: BufRead> Commento<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            values: JsonValues::new(input, &LISTS),
            people: HashMap::new(),
            pages: HashMap::new(),
            ready: None,
        }
    }

    /// Reads everything.
    fn read(&mut self) -> Vec<Result<Found, ReadError>> {
        let (mut comments, mut others, mut size) = (Vec::new(), Vec::new(), 0);
        while let Some(value) = self.values.next() {
            let (place, value) = match value {
                Ok(value) => value,
                Err(error) => {
                    others.push(Err(error));
                    continue;
                }
            };
            let id = first(&value, &["commenterHex", "id", "userHex"]);
            match (self.values.list(), id) {
                ("commenters", Some(id)) => drop(self.people.insert(id, value)),
                ("pages", Some(id)) => drop(self.pages.insert(id, value)),
                ("commenters" | "pages", None) => {}
                _ if size > WAITING => {
                    others.push(Ok(Found::Skipped("too much to wait for the names")));
                }
                _ => {
                    size += first(&value, &["markdown", "html"]).map_or(0, |text| text.len()) + 500;
                    comments.push((place, value));
                }
            }
        }
        let found = comments
            .into_iter()
            .map(|(place, value)| Ok(self.comment(place, &value)));
        found
            .collect::<Vec<_>>()
            .into_iter()
            .chain(others)
            .collect()
    }

    fn comment(&self, place: String, object: &Value) -> Found {
        let typed = text(object, "markdown");
        let html = || text(object, "html").map(|html| plain::of_html(&html));
        let Some(content) = typed.or_else(html) else {
            return Found::Skipped("no text");
        };
        let by = first(object, &["commenterHex", "userCreated", "userId"]);
        let by = by
            .and_then(|id| self.people.get(&id))
            .unwrap_or(&Value::Null);
        let page = text(object, "pageId")
            .and_then(|id| self.pages.get(&id))
            .unwrap_or(&Value::Null);
        let path = first(object, &["url", "path"]).or_else(|| first(page, &["path", "url"]));
        let (standing, label) = standing(object);
        let comment = ForeignComment {
            id: first(object, &["commentHex", "id"]),
            parent: first(object, &["parentHex", "parentId"])
                .filter(|id| id != "root" && !is_nil(id)),
            page: path_of(&path.unwrap_or_default()),
            page_title: text(page, "title").map(|title| plain::line(&title)),
            name: plain::line(
                &first(by, &["name"])
                    .or_else(|| text(object, "authorName"))
                    .unwrap_or_default(),
            ),
            email: text(by, "email"),
            // Commento writes this for none.
            website: first(by, &["link", "websiteUrl"]).filter(|link| link != "undefined"),
            text: content,
            address: first(object, &["authorIp", "ip"]).and_then(|raw| network::read(&raw)),
            standing,
            label,
            place,
            ..ForeignComment::default()
        };
        let date = date(object, &["creationDate", "createdTime", "createdAt"]);
        let doubts = text(object, "state")
            .and_then(|state| doubt(&state))
            .into_iter()
            .collect();
        let comment = ForeignComment { doubts, ..comment };
        as_marked(object, comment.written(dates::read(date.as_deref()))).into()
    }
}

/// Deleted by a date, a mark or a word; approved unless it is said not to be.
fn standing(object: &Value) -> (Standing, Option<Label>) {
    let deleted = is_set(object, "isDeleted")
        || is_set(object, "deleted")
        || text(object, "deletionDate").is_some_and(|date| !date.starts_with("0001-"));
    let says_so = |word: String| matches!(&*word.to_lowercase(), "true" | "1" | "yes" | "t");
    let approved = || text(object, "isApproved").is_none_or(says_so);
    let state = text(object, "state").map(|state| state.to_lowercase());
    match state.as_deref() {
        _ if deleted => (Standing::Trash, None),
        Some("approved") => (Standing::Approved, Some(Label::Ham)),
        None if approved() && !is_set(object, "isPending") => {
            (Standing::Approved, Some(Label::Ham))
        }
        Some("spam") => (Standing::Spam, Some(Label::Spam)),
        Some("deleted") => (Standing::Trash, None),
        _ => (Standing::Pending, None),
    }
}

/// What is to be said of a word for a comment's state that is none of Commento's.
fn doubt(state: &str) -> Option<Doubt> {
    const KNOWN: [&str; 5] = ["approved", "unapproved", "flagged", "spam", "deleted"];
    let is_known = KNOWN.contains(&state.to_lowercase().as_str());
    (!is_known).then(|| Doubt::new("a status that is not understood", state))
}

/// Whether an id is the one of nobody.
fn is_nil(id: &str) -> bool {
    id.chars().all(|c| matches!(c, '0' | '-'))
}

/// A page of Commento's is a path, sometimes without its slash, or a whole address.
fn path_of(path: &str) -> String {
    let path = plain::address(path);
    if path.is_empty() || path.starts_with('/') || path.contains("://") {
        return path;
    }
    format!("/{path}")
}

impl<R: BufRead> Iterator for Commento<R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_none() {
            self.ready = Some(self.read().into_iter());
        }
        self.ready.as_mut()?.next()
    }
}
