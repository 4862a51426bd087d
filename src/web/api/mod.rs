//! Version 1 of the interface: one file for each group of endpoints.

pub mod published;
pub mod submissions;

use utoipa_actix_web::service_config::ServiceConfig;

/// Adds every group's routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(submissions::routes)
        .configure(published::routes);
}
