//! What sites put on their pages: the widget, the comment form as a plain page, drawn avatars, and
//! the demo.

pub mod avatar;
pub mod demo;
pub mod form;
mod widget;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.map(|config| {
        config
            .service(form::show_form)
            .service(avatar::avatar)
            .service(demo::demo)
            .service(widget::embed)
            .service(widget::worker)
    });
}
