//! What every statement passes through on its way to the database and back: [`dialect`] completes its text for
//! the engine, [`value`] turns domain types into parameters, [`rows`] turns columns into domain types,
//! [`connection`] runs it, and [`damage`](super::damage) leaves out rows that cannot be read.

pub(super) mod connection;
pub(super) mod dialect;
pub(super) mod rows;
pub(super) mod statement;
pub(super) mod value;
