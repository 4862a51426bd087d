//! The door for HTTP: the route table, and what every request goes through. Handlers parse, call
//! one room, and answer; nothing is decided here.

pub mod acting;
pub mod akismet;
pub mod api;
pub mod assets;
pub mod auth;
pub mod below;
mod body;
mod connections;
pub mod cookies;
pub mod coral;
pub mod desk;
pub mod embed;
pub mod etag;
pub mod forms;
pub mod health;
pub mod mail_links;
pub mod not_found;
pub mod openapi;
pub mod page;
pub mod perspective;
mod prelude;
pub mod problem;
pub mod query;
pub mod reader;
pub mod request_log;
pub mod route_table;
pub mod sample_upload;
pub mod sender;
pub mod server;
pub mod site;

use std::sync::Arc;

use actix_web::web::Data;

use crate::app::App;
use crate::web::route_table::RouteTable;

/// The application as handlers take it.
pub type Shared = Data<Arc<App>>;

/// The route table: each file adds its own.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .tagged("operation")
        .configure(health::routes)
        .configure(openapi::routes)
        .configure(assets::routes)
        .configure(api::routes)
        .tagged("clients")
        .configure(akismet::routes)
        .configure(coral::routes)
        .configure(perspective::routes)
        .configure(embed::routes)
        .configure(desk::routes)
        .configure(mail_links::routes);
}
