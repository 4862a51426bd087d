//! What sites put on their pages: the widget, the comment form as a plain page, drawn avatars, and
//! the demo.

pub mod avatar;
pub mod demo;
pub mod form;
mod widget;

use crate::web::route_table::RouteTable;

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.undescribed(|config| {
        config
            .service(form::show_form)
            .service(avatar::avatar)
            .service(demo::demo)
            .service(widget::embed)
            .service(widget::worker)
    });
}
