//! Comments on their way in: encodings, refusals, checks, repetition.

mod checks;
mod fields;
mod pages;

use serde_json::{Value, json};

const POST: &str = "/api/v1/sites/default/comments";

/// A genuine comment; `changes` replaces fields of it.
fn comment(changes: Value) -> Value {
    let mut fields = json!({
        "page": "https://example.org/garden",
        "name": "Ophelia",
        "email": "ophelia@elsinore.example",
        "text": "There's rosemary, that's for remembrance; pray you, love, remember.",
    });
    if let (Some(fields), Value::Object(changes)) = (fields.as_object_mut(), changes) {
        fields.extend(changes);
    }
    fields
}

/// The fields that a refusal names, with their codes.
fn refused(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| (text(&error["field"]), text(&error["code"])))
        .collect()
}

fn names(body: &Value, field: &str, code: &str) -> bool {
    refused(body).contains(&(field.to_owned(), code.to_owned()))
}
