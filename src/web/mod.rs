//! The door for HTTP: the route table, and what every request goes through. Handlers parse, call
//! one room, and answer; nothing is decided here.

pub mod body;
pub mod problem;
pub mod sender;

use std::sync::Arc;

use actix_web::web::Data;

use crate::app::App;

/// The application as handlers take it.
pub type Shared = Data<Arc<App>>;
