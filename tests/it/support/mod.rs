//! What the front-door tests stand on: real servers of other makes. No assertion about the service
//! lives here.

pub mod postgres;
pub mod smtp;
