//! Files that pages load: compiled in, served with a digest as their `ETag`.

use actix_web::{HttpRequest, HttpResponse, get, web::Path};

use super::{problem::Problem, tagged};
use crate::reading::rendered::Rendered;
use crate::web::route_table::RouteTable;

/// Name, media type, content.
const FILES: [(&str, &str, &str); 10] = [
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
    (
        "hamlet.css",
        "text/css; charset=utf-8",
        include_str!("assets/hamlet.css"),
    ),
    (
        "demo.css",
        "text/css; charset=utf-8",
        include_str!("assets/demo.css"),
    ),
    (
        "form.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/form.js"),
    ),
    (
        "model.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/model.js"),
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
    (
        "desk-requests.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/desk-requests.js"),
    ),
    (
        "desk-list.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/desk-list.js"),
    ),
    (
        "desk-decisions.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/desk-decisions.js"),
    ),
];

#[get("/assets/{name}")]
async fn asset(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    let file = FILES.iter().find(|(known, ..)| *known == name.as_str());
    let (_, media_type, content) = file.ok_or_else(|| Problem::not_found("file"))?;
    Ok(tagged::answer(
        &request,
        &Rendered::new(*content),
        media_type,
        "public, max-age=300",
    ))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.undescribed(&[("/assets/{name}", &["GET"])], |config| {
        config.service(asset)
    });
}
