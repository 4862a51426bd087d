//! A comment inside of something that says more about it, made one object: a row of Django's dump (`pk`, `fields`), an element of
//! JSON:API (`id`, `attributes`, `relationships`), of Kubernetes' kind (`metadata`, `spec`), a hit of a search, an edge of a graph.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    columns::{names_of, same},
    json_fields::text,
    json_forums,
};

/// What a comment has inside of something that says more about it.
const INNER: [&str; 6] = ["comment", "node", "_source", "fields", "attributes", "spec"];

/// Wraps within wraps that are followed.
const DEEPEST: usize = 3;

/// An element as one object. What is inside counts before what is around it.
pub(super) fn whole(value: &Value) -> Cow<'_, Value> {
    json_forums::post(value)
        .or_else(|| unwrapped(value, 0))
        .map_or(Cow::Borrowed(value), Cow::Owned)
}

fn unwrapped(value: &Value, depth: usize) -> Option<Value> {
    let outer = value.as_object()?;
    if depth == DEEPEST || has_text(outer) {
        return None;
    }
    let inner = INNER
        .iter()
        .find_map(|name| outer.get(*name)?.as_object())?;
    let inner = Value::Object(inner.clone());
    let Value::Object(mut fields) = unwrapped(&inner, depth + 1).unwrap_or(inner) else {
        return None;
    };
    let mut add = |name: &str, value: &Value| {
        if !fields.contains_key(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    };
    if let Some(key) = outer.get("pk") {
        add("id", key);
    }
    if let Some(id) = id_of_document(outer) {
        add("id", &id);
        add("name", &Value::Null);
    }
    if let Some(metadata) = outer.get("metadata").and_then(Value::as_object) {
        metadata
            .get("name")
            .into_iter()
            .for_each(|name| add("id", name));
    }
    for (name, value) in outer {
        if !value.is_object() {
            add(name, value);
        }
    }
    let related = outer.get("relationships").and_then(Value::as_object);
    for (name, relation) in related.into_iter().flatten() {
        if let Some(id) = relation.get("data").and_then(|data| data.get("id")) {
            add(name, id);
        }
    }
    Some(Value::Object(fields))
}

/// The id of a document of Firestore's: the end of its path, which stands where others have a name.
fn id_of_document(outer: &Map<String, Value>) -> Option<Value> {
    let path = outer.get("name")?.as_str()?.strip_prefix("projects/")?;
    let (_, id) = path.split_once("/documents/")?.1.rsplit_once('/')?;
    Some(Value::from(id))
}

/// Whether an object has a text of its own.
fn has_text(fields: &Map<String, Value>) -> bool {
    has(fields, Value::is_string)
}

/// Whether an object has what a comment has: a text, as it is or in an object of its own.
pub(super) fn is_comment(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| has(fields, |value| value.is_string() || shaped(value).is_some()))
}

/// Whether a field of a text's name has such a value.
fn has(fields: &Map<String, Value>, is_text: impl Fn(&Value) -> bool) -> bool {
    let names = names_of("text");
    let mut fields = fields.iter();
    fields.any(|(key, value)| is_text(value) && names.iter().any(|name| same(key, name)))
}

/// What a text is kept as beside what was made of it.
const SHAPES: [&str; 9] = [
    "raw",
    "markdown",
    "value",
    "plain",
    "text",
    "rendered",
    "processed",
    "html",
    "body",
];

/// A text that stands in an object of its own, by what was typed before what was made of it.
pub(super) fn shaped(value: &Value) -> Option<String> {
    value.as_object()?;
    SHAPES.iter().find_map(|name| text(value, name))
}
