//! Answers that a client may keep: with the body's digest as their `ETag`, and 304 without a body for
//! a client that has it already.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, EntityTag, Header, IfNoneMatch},
};

use crate::reading::rendered::{Rendered, Shared};

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
        .body(Shared::from(rendered))
}

/// Whether the client says it has this version.
fn has(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}
