//! Fields of a JSON object as other systems write them: a number as text or as a number, an empty
//! text for one that is not there.

use serde_json::Value;

/// A field as text; `None` when it is missing, null, empty or structured.
#[must_use]
pub fn text(object: &Value, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The first of several fields that is there.
#[must_use]
pub fn first(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(object, name))
}

/// A field that says yes or no; `None` when it is missing or says neither.
#[must_use]
pub fn truth(object: &Value, name: &str) -> Option<bool> {
    match text(object, name)?.as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// An identifier that is none where it is `0`.
#[must_use]
pub fn reference(object: &Value, name: &str) -> Option<String> {
    text(object, name).filter(|id| id != "0")
}
