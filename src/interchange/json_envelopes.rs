//! What stands around lists of comments in an object, wherever it stands: answers beside the list of what they answer, people and pages
//! that comments refer to by their ids, the page that all of it is under and what keeps that from readers.

use std::{io::BufRead, vec};

use serde_json::Value;

use super::{
    columns::{names_of, same},
    foreign::{Found, ReadError},
    json_fields::{is_address, text},
    json_replies::{self, Above, is_map},
    json_tables::Tables,
    json_values::{ANSWERS, JsonPart, JsonValues, LISTS, TABLES},
    json_wraps::is_comment,
    standing::standing,
};

/// Objects within objects that are looked into for lists.
const DEEPEST: usize = 6;

/// Reads the comments of a file of JSON, each by `of`.
pub(super) struct JsonComments<R, F> {
    values: JsonValues<R>,
    of: F,
    /// What is said around the list that is being read.
    above: Above,
    tables: Tables,
    ready: vec::IntoIter<Result<Found, ReadError>>,
}

impl<R: BufRead, F: FnMut(&Value) -> Found> JsonComments<R, F> {
    /// Starts at the file's beginning.
    pub(super) fn new(input: R, of: F) -> Self {
        Self {
            values: JsonValues::new(input, &LISTS).in_any_order(),
            of,
            above: Above::default(),
            tables: Tables::default(),
            ready: Vec::new().into_iter(),
        }
    }

    fn read(&mut self, place: &str, value: &Value) -> Vec<Result<Found, ReadError>> {
        let part = self.values.part();
        let is_around =
            part != JsonPart::Element || self.values.is_at_top() && may_be_around(value);
        if !is_around {
            let value = self.tables.joined(value);
            return json_replies::read(place, &value, &self.above, &mut self.of);
        }
        let mut envelope = Envelope {
            tables: Tables::of(value),
            values: &mut self.values,
            of: &mut self.of,
            found: Vec::new(),
            has_list: part == JsonPart::Beginning,
        };
        let above = Above::around(value, &Above::default());
        envelope.walk(value, &above, 0);
        let (found, has_list) = (envelope.found, envelope.has_list);
        let tables = envelope.tables;
        if part == JsonPart::Beginning {
            self.tables = tables;
            self.above = above;
        } else if !has_list {
            // Its comments may be on other lines.
            self.tables.extend(tables);
            return json_replies::read(place, value, &Above::default(), &mut self.of);
        }
        found.into_iter().map(Ok).collect()
    }
}

impl<R: BufRead, F: FnMut(&Value) -> Found> Iterator for JsonComments<R, F> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.ready.next() {
                return Some(found);
            }
            let value = self.values.next()?;
            if self.values.is_at_top() {
                self.above = Above::default();
            }
            match value {
                Ok((place, value)) => self.ready = self.read(&place, &value).into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Whether an object may have lists of comments under names that say what they are, or that nobody knows. A map from pages to their
/// comments, or from ids to comments, has names of its own.
fn may_be_around(value: &Value) -> bool {
    let has = |is: fn(&str) -> bool| {
        let mut names = value.as_object().into_iter().flatten();
        names.any(|(name, value)| is(name) && !value.is_string())
    };
    let is_said = |name: &str| is_known(name) || is_state(name);
    !is_comment(value) && value.get("comments").is_none() && (!is_map(value) || has(is_said))
}

/// Whether something in a list, or what it stands in, is a comment.
fn holds_comments<'a>(values: impl IntoIterator<Item = &'a Value>) -> bool {
    let mut values = values.into_iter();
    values.any(|value| is_comment(value) || json_replies::has_nested(value))
}

/// An object whose lists are looked for.
struct Envelope<'a, R, F> {
    tables: Tables,
    values: &'a mut JsonValues<R>,
    of: &'a mut F,
    found: Vec<Found>,
    has_list: bool,
}

impl<R: BufRead, F: FnMut(&Value) -> Found> Envelope<'_, R, F> {
    fn walk(&mut self, value: &Value, above: &Above, depth: usize) {
        for (name, member) in value.as_object().into_iter().flatten() {
            let is_answers = ANSWERS.contains(&name.as_str());
            let is_list = LISTS.contains(&name.as_str());
            match member {
                _ if Tables::is_one(name, member) => self.pass_over(name, member),
                Value::Array(list) if is_of_objects(list) => {
                    let is_page = depth == 0 && (name.is_empty() || is_address(name));
                    if is_list || is_answers || is_page || holds_comments(list) {
                        let above = self.above(name, above);
                        for one in list {
                            self.add(one, name, &above);
                        }
                    }
                }
                Value::Object(_) if is_answers => self.answers(member, above, depth),
                Value::Object(map) => {
                    let is_comments = is_map(member) && holds_comments(map.values().flat_map(each));
                    let has_lists = map.keys().any(|name| is_known(name));
                    if is_comments && !has_lists {
                        for member in json_replies::members(member) {
                            let above = member.below(&self.above(name, above));
                            self.add(member.value, name, &above);
                        }
                    } else if depth < DEEPEST {
                        let above = Above::around(member, &self.above(name, above));
                        self.walk(member, &above, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    /// What is said of what has this name: that of a page, or a page's id.
    fn above(&self, name: &str, above: &Above) -> Above {
        match self.tables.page(name) {
            Some(page) => Above::around(page, above),
            None => above.in_list(name),
        }
    }

    /// Counts the articles among what comments refer to.
    fn pass_over(&mut self, name: &str, table: &Value) {
        let is_of_people = Tables::is_of_people(name);
        let map = table.as_object().into_iter().flat_map(|map| map.values());
        let entries = table.as_array().into_iter().flatten().chain(map);
        let articles = entries.filter(|entry| !is_of_people && is_comment(entry));
        self.found
            .extend(articles.map(|_| Found::Skipped("not a comment")));
    }

    /// Answers by what they answer: a list, one alone, or a map of them by their own ids.
    fn answers(&mut self, map: &Value, above: &Above, depth: usize) {
        for (key, value) in map.as_object().into_iter().flatten() {
            if value.is_object() && !is_comment(value) && is_map(value) && depth < DEEPEST {
                self.answers(value, &above.answering(key), depth + 1);
                continue;
            }
            for one in each(value) {
                let id = ["id", "_id"].iter().find_map(|name| text(one, name));
                let is_named = value.is_object() && id.is_none_or(|id| id == *key);
                let above = if is_named {
                    above.named(key)
                } else {
                    above.answering(key)
                };
                self.add(one, "", &above);
            }
        }
    }

    /// An element of a list of this name.
    fn add(&mut self, value: &Value, list: &str, above: &Above) {
        self.has_list = true;
        let place = format!("comment {}", self.values.numbered());
        let value = self.tables.joined(value).into_owned();
        let mut value = with_status_of(list, value);
        // Its own address, if there is one, is its author's.
        if is_address(list)
            && let Some(fields) = value.as_object_mut()
        {
            fields.entry("page").or_insert_with(|| list.into());
        }
        let found = json_replies::read(&place, &value, above, self.of);
        self.found.extend(found.into_iter().filter_map(Result::ok));
    }
}

/// Whether the name of a list is a word for the state of what is in it.
fn is_state(name: &str) -> bool {
    name.len() > 3 && standing(Some(name), None).doubts.is_empty()
}

/// Whether a name is one of lists, or of what stands beside them.
fn is_known(name: &str) -> bool {
    LISTS.contains(&name) || ANSWERS.contains(&name) || TABLES.contains(&name)
}

fn is_of_objects(list: &[Value]) -> bool {
    list.iter().any(Value::is_object)
}

/// The elements of a list, or what is none.
fn each(value: &Value) -> &[Value] {
    let list = value.as_array().map(Vec::as_slice);
    list.unwrap_or_else(|| std::slice::from_ref(value))
}

/// A comment that says nothing of its state, in a list whose name does: `pending`, `spam`.
fn with_status_of(list: &str, mut value: Value) -> Value {
    let says = |key: &String| {
        let mut names = names_of("status").iter().chain(names_of("label"));
        names.any(|name| same(key, name))
    };
    if let Some(fields) = value.as_object_mut().filter(|_| is_state(list))
        && !fields.keys().any(says)
    {
        fields.insert("status".to_owned(), list.into());
    }
    value
}
