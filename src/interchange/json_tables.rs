//! What comments of a file of JSON refer to by its id: who wrote them, and the pages that they are under.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Map, Value, json};

use super::{
    columns::same,
    json_fields::{first, text},
    json_replies::{has_nested, is_map},
    json_values::TABLES,
    json_wraps::{is_comment, whole},
    mark_names::mark_of_list,
};

/// Objects within objects that are looked into for tables.
const DEEPEST: usize = 3;

/// People and pages of earlier lines that are remembered.
const MOST: usize = 100_000;

/// How many of [`TABLES`] are of people.
const OF_PEOPLE: usize = 9;

/// Fields of a comment that say who wrote it.
const PEOPLE: [&str; 16] = [
    "author",
    "user",
    "commenter",
    "member",
    "account",
    "owner",
    "creator",
    "by",
    "from",
    "author_id",
    "user_id",
    "commenter_id",
    "member_id",
    "account_id",
    "created_by",
    "uid",
];

/// Fields of a comment that say what it is under.
const PAGES: [&str; 18] = [
    "page",
    "post",
    "thread",
    "article",
    "topic",
    "story",
    "page_id",
    "post_id",
    "thread_id",
    "article_id",
    "topic_id",
    "story_id",
    "discussion_id",
    "url_id",
    "content_id",
    "conversation_id",
    "asset_id",
    "blog_id",
];

/// People and pages by their ids.
#[derive(Default)]
pub(super) struct Tables {
    people: HashMap<String, Value>,
    pages: HashMap<String, Value>,
    /// Marks of comments that a list beside them names.
    marks: HashMap<String, String>,
}

impl Tables {
    /// Those of an object, wherever they stand in it.
    pub(super) fn of(envelope: &Value) -> Self {
        let mut tables = Self::default();
        tables.gather(envelope, 0);
        tables
    }

    fn gather(&mut self, value: &Value, depth: usize) {
        for (name, member) in value.as_object().into_iter().flatten() {
            self.mark(name, member);
            if Self::is_one(name, member) {
                self.add(member, Self::is_of_people(name));
            } else if member.is_array() && TABLES[OF_PEOPLE..].contains(&name.as_str()) {
                // Pages with some of their comments.
                self.add(member, false);
            } else if depth < DEEPEST && member.is_object() {
                self.gather(member, depth + 1);
            }
        }
    }

    /// Whether a member of an object is such a table: it has its name, and no comments. What has a title beside its text is what comments
    /// are under.
    pub(super) fn is_one(name: &str, member: &Value) -> bool {
        let Some(at) = TABLES.iter().position(|known| same(name, known)) else {
            return false;
        };
        let is_entry = |value: &Value| {
            let whole = whole(value);
            let is_page = at < OF_PEOPLE || !is_comment(&whole) || whole.get("title").is_some();
            whole.is_object() && is_page && !has_nested(&whole)
        };
        match member {
            Value::Array(list) => !list.is_empty() && list.iter().all(is_entry),
            Value::Object(map) => is_map(member) && map.values().all(is_entry),
            _ => false,
        }
    }

    /// Notes the ids in a list whose name says what keeps them from readers.
    fn mark(&mut self, name: &str, list: &Value) {
        let Some(mark) = list.as_array().and_then(|_| mark_of_list(name)) else {
            return;
        };
        let ids = list.as_array().into_iter().flatten();
        for id in ids.filter_map(|id| text(&json!({ "id": id }), "id")) {
            self.marks.insert(id, mark.clone());
        }
    }

    /// Whether a table of this name is one of people.
    pub(super) fn is_of_people(name: &str) -> bool {
        TABLES[..OF_PEOPLE].iter().any(|known| same(name, known))
    }

    fn add(&mut self, table: &Value, is_of_people: bool) {
        let members = table.as_object().into_iter().flatten();
        let members = members.map(|(key, value)| (Some(key.clone()), value));
        let list = table.as_array().into_iter().flatten();
        for (key, value) in members.chain(list.map(|value| (None, value))) {
            let mut value = whole(value).into_owned();
            if let Some(fields) = value.as_object_mut() {
                fields.retain(|_, field| !field.is_array());
            }
            // JSON:API has all of them in one list, each with its kind.
            let kind = text(&value, "type").unwrap_or_default();
            let is_person = ["user", "author", "account", "member", "people", "person"]
                .iter()
                .any(|known| kind.to_lowercase().contains(known));
            let own = first(
                &value,
                &[
                    "id", "_id", "uid", "uuid", "user_id", "userId", "hex", "key", "objectId",
                ],
            );
            let table = if is_of_people || is_person {
                &mut self.people
            } else {
                &mut self.pages
            };
            for id in own.into_iter().chain(key) {
                table.entry(id).or_insert_with(|| value.clone());
            }
        }
    }

    /// A page by its id.
    pub(super) fn page(&self, id: &str) -> Option<&Value> {
        self.pages.get(id)
    }

    /// Adds what others say, up to a number of entries.
    pub(super) fn extend(&mut self, others: Self) {
        let left = |known: usize| MOST.saturating_sub(known);
        let (people, pages) = (left(self.people.len()), left(self.pages.len()));
        self.people.extend(others.people.into_iter().take(people));
        self.pages.extend(others.pages.into_iter().take(pages));
    }

    /// A comment, and those nested in it, with what their ids refer to in those ids' places.
    pub(super) fn joined<'a>(&self, value: &'a Value) -> Cow<'a, Value> {
        if self.people.is_empty() && self.pages.is_empty() && self.marks.is_empty() {
            return Cow::Borrowed(value);
        }
        let mut value = whole(value).into_owned();
        self.join(&mut value, 0);
        Cow::Owned(value)
    }

    fn join(&self, value: &mut Value, depth: usize) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|one| self.join(one, depth)),
            Value::Object(fields) => {
                for member in fields.values_mut().filter(|_| depth < 40) {
                    if member.is_array() || member.is_object() {
                        self.join(member, depth + 1);
                    }
                }
                let id = ["id", "_id"].iter().find_map(|name| fields.get(*name));
                let id = id.and_then(|id| text(&json!({ "id": id }), "id"));
                if let Some(mark) = id.and_then(|id| self.marks.get(&id)) {
                    fields.insert(mark.clone(), true.into());
                }
                put(fields, &PEOPLE, &self.people, "author");
                put(fields, &PAGES, &self.pages, "thread");
            }
            _ => {}
        }
    }
}

/// Puts what an id refers to into its place, or, where the field is called after the id, into the place of its own.
fn put(
    fields: &mut Map<String, Value>,
    names: &[&str],
    table: &HashMap<String, Value>,
    place: &str,
) {
    let known = |value: &Value| {
        let id = match value {
            Value::Object(_) => first(value, &["id", "_id", "ref", "$ref", "_ref"])?,
            _ => text(&json!({ "id": value }), "id")?,
        };
        table.get(&id).cloned()
    };
    let found = names.iter().find_map(|name| {
        let mut keys = fields.iter().filter(|(key, _)| same(key, name));
        keys.find_map(|(key, value)| Some((key.clone(), known(value)?)))
    });
    let Some((key, entry)) = found else { return };
    let is_id = key.to_lowercase().ends_with("id");
    let key = if is_id { place.to_owned() } else { key };
    let has_more = fields.get(&key).and_then(Value::as_object);
    let has_more = has_more.is_some_and(|fields| fields.len() > 2);
    if !has_more {
        fields.insert(key, entry);
    }
}
