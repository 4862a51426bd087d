//! Files that pages load: compiled in, served with a digest as their `ETag`.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, EntityTag, Header, IfNoneMatch},
    web::Path,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::problem::Problem;

/// Name, media type, content.
const FILES: [(&str, &str, &str); 4] = [
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
    (
        "hamlet.css",
        "text/css; charset=utf-8",
        include_str!("assets/hamlet.css"),
    ),
    (
        "desk.css",
        "text/css; charset=utf-8",
        include_str!("assets/desk.css"),
    ),
    (
        "desk.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/desk.js"),
    ),
];

#[get("/assets/{name}")]
async fn asset(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    let file = FILES.iter().find(|(known, ..)| *known == name.as_str());
    let (_, media_type, content) = file.ok_or_else(|| Problem::not_found("file"))?;
    Ok(tagged(
        &request,
        media_type,
        "public, max-age=300",
        content.as_bytes().to_vec(),
    ))
}

/// Answers with a body and its `ETag`, or 304 when the client has it already.
#[must_use]
pub fn tagged(
    request: &HttpRequest,
    media_type: &str,
    caching: &str,
    body: Vec<u8>,
) -> HttpResponse {
    let digest = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]);
    let tag = EntityTag::new_strong(digest);
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
    response.content_type(media_type).body(body)
}

/// Whether the client says it has this version.
#[must_use]
pub fn has(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.map(|config| config.service(asset));
}
