//! Request bodies: read with a limit and a deadline, then as JSON whose errors name the field.
//!
//! actix has no timeout on a body, and a client that stalls would hold its connection for ever.

use std::time::Duration;

use actix_web::{
    FromRequest,
    dev::Payload,
    web::{Bytes, BytesMut},
};
use futures_util::{Stream, StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;

use crate::web::prelude::*;

/// The largest body of an ordinary request, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// A body has to bring at least so much in each stretch of `server.body_timeout_seconds`, however
/// long it takes in all: a slow line is fine, a stalled one is not.
const LEAST_BYTES: usize = 4 * 1024;

/// Reads a body of at most `limit` bytes within the configured time.
///
/// # Errors
/// A [`Problem`]: 413, 408, 415 for a compressed body, or 400 when the connection breaks.
pub async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> Result<Bytes, Problem> {
    refuse_compressed(request)?;
    let announced = refuse_larger(request, limit)?;
    let seconds = request
        .app_data::<Shared>()
        .map_or(10, |app| app.settings.server.body_timeout_seconds);
    let all = async {
        let mut body = BytesMut::with_capacity(announced.unwrap_or(1024).min(limit));
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::malformed("The body broke off."))?;
            if body.len() + chunk.len() > limit {
                return Err(too_large(limit as u64));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    let patience = Duration::from_secs(seconds);
    tokio::time::timeout(patience, all)
        .await
        .unwrap_or_else(|_| Err(timeout(patience)))
}

/// Collects a file that is sent, of at most `limit` bytes. It has to come at a pace, however long it takes in all.
///
/// # Errors
/// A [`Problem`]: 413, 408, or what the stream itself ended with.
pub async fn collect(
    app: &App,
    mut chunks: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    limit: usize,
) -> Result<Vec<u8>, Problem> {
    let stretch = Duration::from_secs(app.settings.server.body_timeout_seconds);
    let mut bytes = Vec::new();
    loop {
        let piece = tokio::time::timeout(stretch, piece(&mut chunks)).await;
        let piece = piece.map_err(|_| timeout(stretch))??;
        if piece.is_empty() {
            return Ok(bytes);
        }
        for chunk in piece {
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit as u64));
            }
            bytes.extend_from_slice(&chunk);
        }
    }
}

/// At least [`LEAST_BYTES`] of what is sent, or its end; nothing when there is nothing more.
///
/// # Errors
/// What the stream ended with.
pub async fn piece(
    chunks: &mut (impl Stream<Item = Result<Bytes, Problem>> + Unpin),
) -> Result<Vec<Bytes>, Problem> {
    let (mut piece, mut length) = (Vec::new(), 0);
    while length < LEAST_BYTES {
        let Some(chunk) = chunks.next().await.transpose()? else {
            break;
        };
        length += chunk.len();
        piece.push(chunk);
    }
    Ok(piece)
}

/// 415 for a compressed body: a small one could become a very large one.
///
/// # Errors
/// The [`Problem`].
pub fn refuse_compressed(request: &HttpRequest) -> Result<(), Problem> {
    if !request.headers().contains_key(header::CONTENT_ENCODING) {
        return Ok(());
    }
    Err(Problem::unsupported("Compressed bodies are not accepted."))
}

/// The length that a body was announced with, if it was and is at most `limit` bytes.
///
/// # Errors
/// 413 when it is more.
pub fn refuse_larger(request: &HttpRequest, limit: usize) -> Result<Option<usize>, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit as u64));
    }
    Ok(announced)
}

/// 408: the body did not come in time.
#[must_use]
pub fn timeout(patience: Duration) -> Problem {
    let seconds = patience.as_secs();
    let title = format!("The body did not arrive within {seconds} seconds.");
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", title)
}

/// 413: the body is larger than `limit` bytes.
#[must_use]
pub fn too_large(limit: u64) -> Problem {
    let title = format!("A body may have at most {limit} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", title)
}

/// Reads a JSON object; what does not fit is an error that names its field.
///
/// # Errors
/// A [`Problem`]: 400 when it is not JSON, 422 when a field is unknown, missing or of a wrong kind.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde would take an array for the fields in the order in which they happen to be declared.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(wrong_kind("body").into());
    }
    let deserializer = &mut serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut *deserializer).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        if cause.is_data() {
            return Problem::invalid(vec![field_error(&path, &cause)]);
        }
        let title = format!(
            "This is not JSON: see line {}, column {}.",
            cause.line(),
            cause.column()
        );
        Problem::malformed(title)
    })?;
    let trailing = deserializer.end();
    trailing.map_err(|_| Problem::malformed("There is something behind the JSON value."))?;
    Ok(value)
}

/// serde's message may quote the value, so only what it says of names is used.
fn field_error(path: &str, cause: &serde_json::Error) -> FieldError {
    let message = cause.to_string();
    if let Some(rest) = message.strip_prefix("unknown field `") {
        // The name is the client's, and may have a backtick of its own.
        let named = rest.rsplit_once("`, expected").or(rest.rsplit_once('`'));
        let named = named.map_or(rest, |(named, _)| named);
        return FieldError::new(named, "unknown_field", "There is no such field.");
    }
    let named = message.split('`').nth(1).unwrap_or_default().to_owned();
    if message.starts_with("missing field") {
        return FieldError::required(named);
    }
    if message.starts_with("duplicate field") {
        return FieldError::new(named, "duplicate_field", "The field is there twice.");
    }
    let field = if path == "." { "body" } else { path };
    wrong_kind(field)
}

fn wrong_kind(field: &str) -> FieldError {
    FieldError::new(field, "invalid", "This value is of the wrong kind.")
}

/// A JSON body of at most [`MAX_BYTES`].
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !is_json(&request) {
                return Err(Problem::unsupported("Send the body as application/json."));
            }
            let body = read(&request, &mut payload, MAX_BYTES).await?;
            parse_json(&body).map(Self)
        })
    }
}

/// A JSON body that may be empty, of any media type: then it is the default.
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = read(&request, &mut payload, MAX_BYTES).await?;
            Ok(Self(match body.as_ref() {
                [] => T::default(),
                json => parse_json(json)?,
            }))
        })
    }
}

/// Whether the body says that it is JSON.
#[must_use]
pub fn is_json(request: &HttpRequest) -> bool {
    media_type(request).is_some_and(|kind| kind.essence_str() == "application/json")
}

/// The body's media type.
#[must_use]
pub fn media_type(request: &HttpRequest) -> Option<mime::Mime> {
    let value = request.headers().get(header::CONTENT_TYPE)?;
    value.to_str().ok()?.parse().ok()
}
