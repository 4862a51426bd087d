//! Fields of a JSON object as other systems write them: a number as text or as a number, an empty
//! text for one that is not there.

use serde_json::Value;

use super::foreign::ForeignComment;

/// A field as text; `None` when it is missing, null, empty or structured.
#[must_use]
pub fn text(object: &Value, name: &str) -> Option<String> {
    scalar(object.get(name)?)
}

/// The names under which databases wrap a scalar: extended JSON of `MongoDB`, dates of `LeanCloud`.
const WRAPPED: [&str; 11] = [
    "$oid",
    "$date",
    "$numberLong",
    "$numberInt",
    "$numberDouble",
    "$numberDecimal",
    "$uuid",
    "iso",
    "objectId",
    "_seconds",
    "seconds",
];

/// A value as text: whole numbers without a fraction, and what a database wraps one in taken off.
fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        Value::Bool(truth) => truth.to_string(),
        Value::Object(fields) if fields.len() <= 3 => {
            let inner = WRAPPED.iter().find_map(|name| fields.get(*name))?;
            return scalar(inner);
        }
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The first of several fields that is there.
#[must_use]
pub fn first(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(object, name))
}

/// An identifier that is none where it is `0`, or a word that programs write for nothing.
#[must_use]
pub fn reference(object: &Value, name: &str) -> Option<String> {
    text(object, name).filter(|id| is_reference(id))
}

/// Whether an identifier refers to anything.
#[must_use]
pub fn is_reference(id: &str) -> bool {
    !matches!(
        id,
        "0" | "null" | "NULL" | "\\N" | "undefined" | "None" | "false" | "root"
    )
}

/// Whether a mark such as `deleted` is set: by anything that does not plainly say no. A date counts,
/// as in `deleted_at`; so does a word that is not known.
#[must_use]
pub fn is_set(object: &Value, name: &str) -> bool {
    match object.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(_) => text(object, name).is_some_and(|word| !says_no(&word)),
    }
}

/// Whether a word denies the mark that it is the value of.
#[must_use]
pub fn says_no(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    matches!(
        word.as_str(),
        "" | "0" | "0.0" | "false" | "f" | "no" | "n" | "off" | "null" | "none"
    )
}

/// Marks by which systems say that a comment was thrown away.
pub const DISCARDED: [&str; 8] = [
    "deleted",
    "is_deleted",
    "isDeleted",
    "deleted_at",
    "deletedAt",
    "trashed",
    "removed",
    "is_removed",
];

/// Marks by which systems say that a comment, or its page, is not for everyone.
pub const WITHHELD: [&str; 9] = [
    "private",
    "is_private",
    "isPrivate",
    "hidden",
    "is_hidden",
    "isHidden",
    "draft",
    "is_draft",
    "post_password",
];

/// Why a comment with such a mark is withheld.
pub const MARKED_WITHHELD: &str = "it is marked as not public";

/// Why a comment with such a mark is discarded.
pub const MARKED_DISCARDED: &str = "it is marked as deleted";

/// The comment as the marks of its object allow, whatever the format says of its state elsewhere.
#[must_use]
pub fn as_marked(object: &Value, comment: ForeignComment) -> ForeignComment {
    let has = |marks: &[&str]| marks.iter().any(|mark| is_set(object, mark));
    comment
        .withheld(has(&WITHHELD).then_some(MARKED_WITHHELD))
        .discarded(has(&DISCARDED).then_some(MARKED_DISCARDED))
}
