//! Readers and writers of other systems' files. Each reads in a stream, knows the place it is at, and
//! reports what it cannot read instead of giving up on the rest.
//!
//! Comments: one file a format, all yielding [`foreign::ForeignComment`]; `history` makes comments
//! of this service of them, and writes them out. Labelled texts for training: [`labelled`].

pub mod artrans;
pub mod dates;
pub mod disqus;
pub mod foreign;
pub mod input;
pub mod isso;
pub mod json_array;
mod json_fields;
pub mod labelled;
pub mod own_json;
pub mod plain;
pub mod readers;
pub mod remark42;
pub mod table;
pub mod waline;
pub mod wordpress_json;
pub mod wxr;
pub mod xml;
