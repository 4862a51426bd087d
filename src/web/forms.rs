//! A submission's body in any of the three encodings that forms and programs use, as [`Fields`].
//! Bytes that are not UTF-8 are refused, never replaced.

use std::str;

use actix_multipart::Multipart;
use actix_web::{http::header::HeaderMap, web::Bytes};
use futures_util::{StreamExt, stream};
use percent_encoding::percent_decode;

use super::body::{media_type, parse_json};
use crate::{intake::submission::Fields, web::prelude::*};

/// Parts of a multipart body at most.
const MAX_PARTS: usize = 40;

/// Reads a submission's fields by the body's media type. JSON with an unknown field is refused;
/// forms may carry others (a submit button, the site's own).
///
/// # Errors
/// A [`Problem`]: 415 for another media type, 400 for a broken body, 422 naming a field.
pub async fn decode(request: &HttpRequest, body: Bytes) -> Result<Fields, Problem> {
    let kind = media_type(request);
    match kind.as_ref().map(mime::Mime::essence_str) {
        Some("application/json") => parse_json(&body),
        Some("application/x-www-form-urlencoded") => fields(urlencoded(&body)?),
        Some("multipart/form-data") => fields(multipart(request.headers(), body).await?),
        _ => {
            let title = "Send JSON, application/x-www-form-urlencoded or multipart/form-data.";
            Err(Problem::unsupported(title))
        }
    }
}

/// A field's name and its raw value.
pub(super) type Pair = (String, Vec<u8>);

/// The pairs of an urlencoded body, in order.
pub(super) fn urlencoded(body: &[u8]) -> Result<Vec<Pair>, Problem> {
    let pairs = body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(halves.next().unwrap_or_default());
            let value = decoded(halves.next().unwrap_or_default());
            let name = String::from_utf8(name)
                .map_err(|_| Problem::malformed("A field's name is not UTF-8."))?;
            Ok((name, value))
        })
        .collect()
}

fn decoded(raw: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = raw
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced).collect()
}

async fn multipart(headers: &HeaderMap, body: Bytes) -> Result<Vec<Pair>, Problem> {
    let broken = |_| Problem::malformed("The multipart body cannot be read.");
    let whole = stream::once(async move { Ok(body) });
    let mut parts = Multipart::new(headers, whole);
    let mut pairs = Vec::new();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(broken)?;
        let disposition = part.content_disposition();
        let is_file = disposition.is_some_and(|disposition| disposition.get_filename().is_some());
        let name = part.name().unwrap_or_default().to_owned();
        if is_file {
            let error = FieldError::new(name, "file", "Files are not accepted.");
            return Err(error.into());
        }
        let mut value = Vec::new();
        while let Some(chunk) = part.next().await {
            value.extend_from_slice(&chunk.map_err(broken)?);
        }
        pairs.push((name, value));
        if pairs.len() > MAX_PARTS {
            return Err(Problem::malformed("The multipart body has too many parts."));
        }
    }
    Ok(pairs)
}

/// Sorts pairs into fields; one that is there twice or is not UTF-8 is an error that names it.
fn fields(pairs: Vec<Pair>) -> Result<Fields, Problem> {
    let mut fields = Fields::default();
    let mut notify = None;
    let mut errors = Vec::new();
    for (name, value) in pairs {
        let place = match name.as_str() {
            "page" => &mut fields.page,
            "page_title" => &mut fields.page_title,
            "parent" => &mut fields.parent,
            "name" => &mut fields.name,
            "email" => &mut fields.email,
            "website" => &mut fields.website,
            "text" => &mut fields.text,
            "notify_replies" => &mut notify,
            "form_token" => &mut fields.form_token,
            "proof" => &mut fields.proof,
            "subject" => &mut fields.subject,
            _ => continue,
        };
        match str::from_utf8(&value) {
            Err(_) => errors.push(FieldError::new(name, "not_utf8", "This is not UTF-8.")),
            Ok(_) if place.is_some() => {
                errors.push(FieldError::new(
                    name,
                    "duplicate_field",
                    "The field is there twice.",
                ));
            }
            Ok(value) => *place = Some(value.to_owned()),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    fields.notify_replies =
        notify.map(|value| !matches!(value.trim(), "" | "0" | "false" | "off" | "no"));
    Ok(fields)
}
