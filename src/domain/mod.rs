//! What things are: newtypes that can only be made by parsing, and the records built from them.
//! No I/O, no async, no framework; whatever stores, sends or shows these lives elsewhere.

pub mod abuse;
pub mod actor;
pub mod arrival;
pub mod block;
pub mod campaign;
pub mod comment;
pub mod decision;
pub mod edit;
pub mod email;
pub mod evidence;
pub mod field;
mod id;
pub mod in_words;
pub mod mail;
pub mod model;
pub mod moderator;
pub mod name;
pub mod network;
pub mod origin;
pub mod owner;
pub mod page;
pub mod page_rules;
pub mod queue;
pub mod reason;
pub mod sample;
pub mod score;
pub mod search;
pub mod site;
pub mod tally;
pub mod telling;
pub mod text;
pub mod timestamp;
pub mod webhook;
pub mod website;
pub(crate) mod word;
