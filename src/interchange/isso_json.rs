//! Isso's generic JSON: a list of threads, each with its comments, whose ids need be unique in their thread
//! only. It knows no spam: what is there is public.

use serde_json::Value;

use super::{
    dates,
    foreign::{ForeignComment, Found, Standing},
    json_fields::{date, first, reference, text},
    marks::{Marks, as_marked},
    plain, typed,
};
use crate::{bayes::Label, domain::network};

/// Replies within replies that are followed.
const DEEPEST: usize = 30;

/// The comments of a thread.
#[must_use]
pub fn of(place: &str, thread: &Value) -> Vec<Found> {
    let Some(comments) = thread.get("comments").and_then(Value::as_array) else {
        return vec![Found::Skipped("a thread without a list of comments")];
    };
    let page = first(thread, &["id", "uri", "url", "link"]).unwrap_or_default();
    let reading = Thread {
        place,
        page: &page,
        title: text(thread, "title").map(|title| plain::line(&title)),
        marks: Marks::of_page(thread),
    };
    let mut found = Vec::new();
    reading.read(comments, None, 0, &mut found);
    found
}

struct Thread<'a> {
    place: &'a str,
    page: &'a str,
    title: Option<String>,
    marks: Marks,
}

impl Thread<'_> {
    fn read(&self, comments: &[Value], above: Option<&str>, depth: usize, found: &mut Vec<Found>) {
        for object in comments {
            let id = first(object, &["id", "comment_id"]).map(|id| self.within(&id));
            let comment = self.comment(object, id, above);
            let id = match &comment {
                Found::Comment(comment) => comment.id.clone(),
                _ => None,
            };
            found.push(comment);
            let replies = object.get("replies").or_else(|| object.get("children"));
            if let Some(replies) = replies.and_then(Value::as_array)
                && depth < DEEPEST
            {
                self.read(replies, id.as_deref().or(above), depth + 1, found);
            }
        }
    }

    /// An id that is unique in the file.
    fn within(&self, id: &str) -> String {
        format!("{} {id}", self.page)
    }

    fn comment(&self, object: &Value, id: Option<String>, above: Option<&str>) -> Found {
        let Some(content) = first(object, &["text", "comment", "content"]) else {
            return Found::Skipped("no text");
        };
        let parent = reference(object, "parent").map(|parent| self.within(&parent));
        let (standing, label) = match text(object, "mode").as_deref() {
            None | Some("1") => (Standing::Approved, Some(Label::Ham)),
            Some("2") => (Standing::Pending, None),
            Some(_) => (Standing::Trash, None),
        };
        let place = match &id {
            Some(id) => format!("{} ({id})", self.place),
            None => self.place.to_owned(),
        };
        let comment = ForeignComment {
            id,
            parent: parent.or_else(|| above.map(str::to_owned)),
            page: self.page.to_owned(),
            page_title: self.title.clone(),
            name: plain::line(&first(object, &["author", "name"]).unwrap_or_default()),
            email: text(object, "email"),
            website: text(object, "website").map(|url| plain::address(&url)),
            text: typed::of_markdown(&content),
            address: first(object, &["remote_addr", "ip"]).and_then(|raw| network::read(&raw)),
            standing,
            label,
            place,
            ..ForeignComment::default()
        };
        let date = date(object, &["created", "created_at", "date"]);
        let mut comment = as_marked(object, comment.written(dates::read(date.as_deref())));
        // What answers it is nested in it, and would else answer nothing.
        if comment.id.is_none() {
            comment.id = Some(comment.id_by_content());
        }
        self.marks.apply(comment).into()
    }
}
