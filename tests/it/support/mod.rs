//! What the front-door tests stand on: the service itself, and real servers of other makes. No
//! assertion about the service lives here.

pub mod app;
pub mod database;
pub mod dns;
pub mod people;
pub mod pooler;
pub mod postgres;
pub mod programs;
pub mod smtp;
mod template;
