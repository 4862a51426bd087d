//! Fields of a JSON object as other systems write them: a number as text or as a number, an empty
//! text for one that is not there.

use serde_json::Value;

use super::spellings;

/// A field as text; `None` when it is missing, null, empty or structured.
#[must_use]
pub fn text(object: &Value, name: &str) -> Option<String> {
    scalar(object.get(name)?)
}

/// The names under which databases wrap a scalar: extended JSON of `MongoDB`, dates of `LeanCloud`.
const WRAPPED: [&str; 22] = [
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
    // Firestore's and DynamoDB's.
    "stringValue",
    "integerValue",
    "timestampValue",
    "booleanValue",
    "doubleValue",
    "nullValue",
    "arrayValue",
    "S",
    "N",
    "BOOL",
    "L",
];

/// A value without what a database wraps it in: the name of its kind.
pub(super) fn bare(value: &Value) -> &Value {
    match value {
        Value::Object(fields) if fields.get("NULL") == Some(&Value::Bool(true)) => &Value::Null,
        Value::Object(fields) if fields.len() <= 3 => {
            let inner = WRAPPED.iter().find_map(|name| fields.get(*name));
            inner.map_or(value, bare)
        }
        _ => value,
    }
}

/// A value as text: whole numbers without a fraction, and what a database wraps one in taken off.
fn scalar(value: &Value) -> Option<String> {
    let text = match bare(value) {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
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

/// A date by the first of several fields that is there, in whatever a program has put one: what PHP makes of a `DateTime`, Java of
/// a `LocalDateTime`. One that is not understood is given as it stands, to be reported.
#[must_use]
pub fn date(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| moment(object.get(*name)?))
}

/// What may hold a moment in an object.
const MOMENTS: [&str; 8] = [
    "$timestamp",
    "date",
    "datetime",
    "dateTime",
    "time",
    "value",
    "epochSecond",
    "t",
];

/// A value as a date.
#[must_use]
pub fn moment(value: &Value) -> Option<String> {
    if let Some(text) = scalar(value) {
        return Some(text);
    }
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let inner = MOMENTS.iter().find_map(|name| moment(fields.get(*name)?));
            let zone = fields.get("timezone").and_then(scalar);
            inner
                .map(|inner| zone.map(|zone| format!("{inner} {zone}")).unwrap_or(inner))
                .or_else(|| Some(value.to_string()))
        }
        Value::Array(parts) if !parts.is_empty() => {
            let parts: Option<Vec<i64>> = parts.iter().map(Value::as_i64).collect();
            Some(match parts.as_deref() {
                Some([year, month, day]) => format!("{year:04}-{month:02}-{day:02}"),
                Some([year, month, day, hour, minute, rest @ ..]) => {
                    let second = rest.first().unwrap_or(&0);
                    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
                }
                _ => value.to_string(),
            })
        }
        _ => None,
    }
}

/// An identifier that is none where it is `0`, or a word that programs write for nothing.
#[must_use]
pub fn reference(object: &Value, name: &str) -> Option<String> {
    let whole = || {
        let of = object.get(name)?;
        first(of, &["id", "_id", "objectId"])
    };
    text(object, name)
        .or_else(whole)
        .filter(|id| is_reference(id))
}

/// Whether an identifier refers to anything.
#[must_use]
pub fn is_reference(id: &str) -> bool {
    let is_nil = id.chars().all(|c| matches!(c, '0' | '-'));
    !is_nil
        && !matches!(
            id,
            "-1" | "null" | "NULL" | "\\N" | "undefined" | "None" | "false" | "root"
        )
}

/// The doubt about an author of whom only the id is there. It is no name to show.
pub(super) const ID_ALONE: &str = "an author who is an id alone";

/// Whether an identifier is one that only machines make: a UUID, or as many hexadecimal digits as an id of `MongoDB` has.
pub(super) fn is_key(id: &str) -> bool {
    let digits = id.bytes().filter(|byte| *byte != b'-');
    let (mut count, mut has_number, mut is_hex) = (0, false, true);
    for byte in digits {
        count += 1;
        has_number |= byte.is_ascii_digit();
        is_hex &= byte.is_ascii_hexdigit();
    }
    is_hex && has_number && matches!(count, 24 | 32 | 40 | 64)
}

/// Whether what is called a comment's parent, or a list of comments, is a page's address.
pub(super) fn is_address(name: &str) -> bool {
    name.starts_with('/') || name.starts_with("http://") || name.starts_with("https://")
}

/// Whether a mark such as `deleted` is set: by anything that does not plainly say no. A date counts,
/// as in `deleted_at`; so does a word that is not known.
#[must_use]
pub fn is_set(object: &Value, name: &str) -> bool {
    match object.get(name).map(bare) {
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
    ) || spellings::is_missing(&word)
}
