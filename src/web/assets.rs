//! Files that pages load: compiled in, served with a digest as their `ETag`.

use super::etag;
use crate::{reading::rendered::Rendered, web::prelude::*};

/// Name and content.
static FILES: [(&str, &str); 15] = [
    ("icon.svg", include_str!("assets/icon.svg")),
    ("hamlet.css", include_str!("assets/hamlet.css")),
    ("demo.css", include_str!("assets/demo.css")),
    ("form.js", include_str!("assets/form.js")),
    ("model.js", include_str!("assets/model.js")),
    ("desk.css", include_str!("assets/desk.css")),
    ("desk.js", include_str!("assets/desk.js")),
    ("desk-news.js", include_str!("assets/desk-news.js")),
    ("desk-palette.js", include_str!("assets/desk-palette.js")),
    ("desk-drafts.js", include_str!("assets/desk-drafts.js")),
    ("desk-swipe.js", include_str!("assets/desk-swipe.js")),
    ("desk-words.js", include_str!("assets/desk-words.js")),
    ("desk-requests.js", include_str!("assets/desk-requests.js")),
    ("desk-list.js", include_str!("assets/desk-list.js")),
    (
        "desk-decisions.js",
        include_str!("assets/desk-decisions.js"),
    ),
];

async fn asset(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    let file = FILES.iter().find(|(known, _)| *known == name.as_str());
    let (name, content) = file.ok_or_else(|| Problem::not_found("file"))?;
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "image/svg+xml",
    };
    Ok(etag::answer(
        &request,
        &Rendered::new(*content),
        media_type,
        "public, max-age=300",
    ))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.page(Method::GET, "/assets/{name}", asset);
}
