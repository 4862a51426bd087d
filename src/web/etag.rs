//! Answers that a client may keep: with the body's digest as their `ETag`, and 304 without a body for
//! a client that has it already.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    http::header::{EntityTag, Header, IfNoneMatch},
    web::Bytes,
};

use crate::{reading::rendered::Rendered, web::prelude::*};

/// The answer; `caching` is the `Cache-Control` header.
#[must_use]
pub fn answer(
    request: &HttpRequest,
    rendered: &Rendered,
    media_type: &str,
    caching: &str,
) -> HttpResponse {
    let tag = EntityTag::new_strong(rendered.tag.clone());
    let known = has(request, &tag);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header((header::CACHE_CONTROL, caching));
    if known {
        return response.finish();
    }
    response
        .content_type(media_type)
        .body(Shared(rendered.body.clone()))
}

/// Whether the client says it has this version.
fn has(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// How much of a body is handed to a connection at once.
const PIECE: usize = 32 * 1024;

/// A body that all its readers share: each connection holds a piece of it at a time, where actix would
/// copy the whole.
struct Shared(Bytes);

impl MessageBody for Shared {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.0.len().min(PIECE);
        Poll::Ready(Some(Ok(self.0.split_to(length))))
    }
}
