//! Labelled data as it comes in, through the interface or by a form of the desk: passed on piece by
//! piece to [`upload`], held to a limit and to a pace, and kept only when all of it came.

use std::{io, time::Duration};

use actix_web::web::Bytes;
use futures_util::Stream;

use super::body;
use crate::{
    domain::field::parse_line,
    learn::upload::{self, About, Chunks, UploadError, Uploaded},
    web::prelude::*,
};

/// Longest name of a source, in characters.
pub const MAX_SOURCE_CHARS: usize = 100;

/// The most that may be sent at once, in bytes.
#[must_use]
pub fn limit(app: &App) -> usize {
    let bytes = app.settings.learning.max_upload_mib.saturating_mul(1 << 20);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// A name for the data, by which its labels are counted and capped.
///
/// # Errors
/// A [`FieldError`] of `source`.
pub fn source(raw: &str) -> Result<String, FieldError> {
    parse_line("source", raw, MAX_SOURCE_CHARS)
}

/// Takes all of it in, or nothing of it.
///
/// # Errors
/// A [`Problem`]: 413 and 408 for too much and too slow, 422 with the numbers of the lines that are
/// not right, or what the stream itself ended with.
pub async fn take(
    app: &Shared,
    about: About,
    chunks: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
) -> Result<Uploaded, Problem> {
    let (reader, upload) = upload::begin(&app.learning, about).await?;
    let (sent, finished) = tokio::join!(pass_on(app, chunks, reader), upload.finish());
    sent?;
    Ok(finished?)
}

/// Passes the data on as it comes. When it breaks off, stalls or is too large, its reader gets an
/// error and keeps nothing.
async fn pass_on(
    app: &App,
    mut chunks: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    reader: Chunks,
) -> Result<(), Problem> {
    let passed = pass_pieces(app, &mut chunks, &reader).await;
    if passed.is_err() {
        let broken = io::Error::other("the body broke off");
        let _ = reader.send(Err(broken)).await;
    }
    passed
}

async fn pass_pieces(
    app: &App,
    chunks: &mut (impl Stream<Item = Result<Bytes, Problem>> + Unpin),
    reader: &Chunks,
) -> Result<(), Problem> {
    let stretch = Duration::from_secs(app.settings.server.body_timeout_seconds);
    let (limit, mut total) = (limit(app), 0);
    loop {
        let piece = tokio::time::timeout(stretch, body::piece(chunks));
        let piece = piece.await.map_err(|_| body::timeout(stretch))??;
        if piece.is_empty() {
            return Ok(());
        }
        total += piece.iter().map(Bytes::len).sum::<usize>();
        if total > limit {
            return Err(body::too_large(limit as u64));
        }
        for chunk in piece {
            // Nobody takes it once enough was found wrong; the rest is read all the same, because
            // many clients look for an answer only when they have sent everything.
            let _ = reader.send(Ok(chunk)).await;
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Lines(lines) => {
                let error = |line: upload::WrongLine| {
                    FieldError::new(format!("line {}", line.line), "invalid", line.problem)
                };
                Self::invalid(lines.into_iter().map(error).collect())
            }
            UploadError::Empty => {
                FieldError::new("body", "required", "There is no record in it.").into()
            }
            UploadError::Stopped(error) => {
                tracing::error!(%error, "labelled data could not be read");
                Self::unavailable()
            }
            UploadError::Store(error) => error.into(),
        }
    }
}
