//! Query strings: read strictly, with errors that name the parameter.

use std::{
    collections::HashMap,
    future::{Ready, ready},
};

use actix_web::{FromRequest, dev::Payload};
use serde::de::DeserializeOwned;

use crate::{bayes::Question, sealing::keys::Purpose, web::prelude::*};

/// Entries of a list in one answer at most, and when nothing is asked.
const MAX_LIMIT: u32 = 100;
const DEFAULT_LIMIT: u32 = 25;

/// The query string as `T`, whose fields are best optional strings: then only an unknown or
/// repeated parameter is refused here, and the rest is checked where its meaning is known.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(read.map(|query| Self(query.into_inner())).map_err(|error| {
            let message = error.to_string();
            let named = message.split('`').nth(1).unwrap_or("query").to_owned();
            let code = if message.contains("duplicate field") {
                "duplicate_field"
            } else if message.contains("missing field") {
                "required"
            } else {
                "unknown_field"
            };
            let message = match code {
                "duplicate_field" => "The parameter is there twice.",
                "required" => "This parameter is required.",
                _ => "There is no such parameter.",
            };
            FieldError::new(named, code, message).into()
        }))
    }
}

/// Parameters by name, where a page has many; one that is there twice is refused.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub struct Parameters(HashMap<String, String>);

impl TryFrom<Vec<(String, String)>> for Parameters {
    type Error = String;

    fn try_from(pairs: Vec<(String, String)>) -> Result<Self, String> {
        let mut parameters = HashMap::new();
        for (name, value) in pairs {
            if parameters.contains_key(&name) {
                return Err(format!("duplicate field `{name}`"));
            }
            parameters.insert(name, value);
        }
        Ok(Self(parameters))
    }
}

impl Parameters {
    /// A parameter's value, unless it is absent or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }
}

/// Reads an optional parameter, or notes what is wrong with it. An empty one counts as absent: that
/// is what forms send for fields left blank.
pub fn read<T>(
    errors: &mut Vec<FieldError>,
    name: &str,
    raw: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let raw = raw.filter(|raw| !raw.is_empty())?;
    let value = parse(raw);
    if value.is_none() {
        let message = "This value is not one that this parameter takes.";
        errors.push(FieldError::new(name, "invalid", message));
    }
    value
}

/// Reads how many entries of a list are asked for and after which: `limit`, from 1 to 100 and 25
/// where it is absent, and the `cursor` that [`next_cursor`] made.
///
/// # Errors
/// 422 for either, and for what was wrong before.
pub fn read_page(
    app: &App,
    mut errors: Vec<FieldError>,
    limit: Option<&str>,
    cursor: Option<&str>,
) -> Result<(u32, Option<String>), Problem> {
    let limit = read(&mut errors, "limit", limit, |raw| {
        let limit = raw.parse().ok();
        limit.filter(|limit| (1..=MAX_LIMIT).contains(limit))
    });
    let cursor = read(&mut errors, "cursor", cursor, |raw| {
        app.signer.verify(Purpose::Cursor, raw)
    });
    if errors.is_empty() {
        Ok((limit.unwrap_or(DEFAULT_LIMIT), cursor))
    } else {
        Err(Problem::invalid(errors))
    }
}

/// The cursor to go on with, where as many entries were found as were asked for; signed, so that
/// nobody makes one up.
pub fn next_cursor<T>(
    app: &App,
    found: &[T],
    limit: u32,
    id: impl FnOnce(&T) -> &String,
) -> Option<String> {
    let is_full = u32::try_from(found.len()).is_ok_and(|count| count == limit);
    let last = found.last().filter(|_| is_full)?;
    Some(app.signer.sign(Purpose::Cursor, id(last)))
}

/// What a model is to answer, as the parameter `question` says; absent or empty: whether a comment is spam.
///
/// # Errors
/// [`FieldError`] for a question that there is not.
pub fn read_question(raw: Option<&str>) -> Result<Question, FieldError> {
    let known = |word: &str| {
        let message = "There is no such question: it is `spam` or `abuse`.";
        Question::parse(word).ok_or_else(|| FieldError::new("question", "invalid", message))
    };
    let named = raw.filter(|word| !word.is_empty());
    named.map_or(Ok(Question::default()), known)
}

/// Reads a parameter that is `true` or `false`; absent or empty it is `false`.
///
/// # Errors
/// A [`FieldError`] for anything else.
pub fn flag(name: &str, raw: Option<&str>) -> Result<bool, FieldError> {
    match raw {
        Some("true") => Ok(true),
        None | Some("" | "false") => Ok(false),
        Some(_) => {
            let message = "It is either true or false.";
            Err(FieldError::new(name, "invalid", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_is_neither_is_refused_by_its_own_name() {
        for (raw, wanted) in [
            (None, false),
            (Some(""), false),
            (Some("false"), false),
            (Some("true"), true),
        ] {
            assert_eq!(flag("waiting", raw).ok(), Some(wanted));
        }
        let refused = flag("waiting", Some("yes")).map_err(|error| error.field);
        assert_eq!(refused, Err("waiting".to_owned()));
    }
}
