//! What sites put on their pages: the widget, the comment form as a plain page, drawn avatars, and
//! the demo.

pub mod avatar;
mod comments;
pub mod demo;
pub mod form;
mod widget;

use actix_web::http::Method;

use crate::web::route_table::RouteTable;

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .page(Method::GET, "/sites/{site}/form", form::show_form)
        .page(Method::GET, "/sites/{site}/thanks", form::show_thanks)
        .page(
            Method::GET,
            "/sites/{site}/comments",
            comments::show_comments,
        )
        .page(
            Method::GET,
            "/sites/{site}/comments/{id}/edits",
            comments::show_edits,
        )
        .page(Method::GET, "/sites/{site}/comments.atom", comments::feed)
        .page(Method::GET, "/avatars/{seed}.svg", avatar::avatar)
        .page(Method::GET, "/demo", demo::demo)
        .page(Method::GET, "/embed.js", widget::embed)
        .page(Method::GET, "/embed-worker.js", widget::worker);
}
