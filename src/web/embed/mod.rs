//! What sites put on their pages: the comment form as a plain page, drawn avatars, and the demo.

pub mod avatar;
pub mod demo;
pub mod form;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.map(|config| {
        config
            .service(form::show_form)
            .service(avatar::avatar)
            .service(demo::demo)
    });
}
