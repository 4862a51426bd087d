//! What every statement passes through on its way to the database and back: [`dialect`] completes its text for
//! the engine, [`value`] turns domain types into parameters, [`rows`] turns columns into domain types,
//! [`connection`] runs it, and [`damage`](super::damage) leaves out rows that cannot be read.

mod connection;
mod dialect;
mod inserted;
pub(super) mod rows;
mod statement;
pub(super) mod value;

pub(super) use self::{
    connection::Conn,
    rows::{Column, get, optional_site, record},
    statement::{Statement, contains, sql},
    value::{ToValue, Value, list, to_json, to_rows, values},
};
