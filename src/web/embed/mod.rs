//! What sites put on their pages: the widget, the comment form as a plain page, drawn avatars, and
//! the demo.

pub mod avatar;
pub mod demo;
pub mod form;
mod widget;

use crate::web::route_table::{Other, RouteTable};

/// What they take.
const TAKEN: &[Other] = &[
    ("/sites/{site}/form", &["GET"]),
    ("/avatars/{seed}.svg", &["GET"]),
    ("/demo", &["GET"]),
    ("/embed.js", &["GET"]),
    ("/embed-worker.js", &["GET"]),
];

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.undescribed(TAKEN, |config| {
        config
            .service(form::show_form)
            .service(avatar::avatar)
            .service(demo::demo)
            .service(widget::embed)
            .service(widget::worker)
    });
}
