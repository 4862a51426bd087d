//! Readers and writers of other systems' files. Each reads in a stream, knows the place it is at, and
//! reports what it cannot read instead of giving up on the rest.
//!
//! Comments: one file a format, all yielding [`foreign::ForeignComment`]; `history` makes comments
//! of this service of them, and writes them out. Labelled texts for training: [`labelled`].

pub mod artrans;
pub mod blogger;
mod columns;
pub mod commento;
pub mod completed;
mod counted;
mod date_words;
pub mod dates;
pub mod disqus;
pub mod doubt;
pub mod encoding;
mod escapes;
pub mod foreign;
pub mod input;
pub mod isso;
pub mod isso_json;
mod json_envelopes;
mod json_fields;
mod json_forums;
mod json_mending;
mod json_replies;
mod json_tables;
mod json_trees;
pub mod json_values;
mod json_wraps;
pub mod labelled;
mod mark_names;
mod marks;
mod movable_type;
mod numbered_days;
pub mod own_json;
pub mod placing;
pub mod plain;
pub mod readers;
pub mod remark42;
mod rows;
mod spellings;
mod squeezed;
mod standing;
mod start;
pub mod table;
mod text_lines;
mod tidied;
mod typed;
pub mod waline;
pub mod wordpress_json;
mod wordpress_posts;
pub mod wxr;
pub mod xml;
mod zones;
