//! Search's index: by which words comments are found, among millions as among a few, on both engines alike.
//!
//! It is made of *blocks*, each of up to 65,536 comments in the order of their ids: who is at which place, with site
//! and status ([`documents`]), and for each term the places of those that have it ([`lexicon`], [`places`]). A search
//! takes the places of its terms out of every block, one row for each, and has the newest hits, and how many of each
//! status there are, without a look at the comments ([`finding`]). Neither of the engines' own indexes can: of a
//! common word each would have to fetch all hits.
//!
//! Comments come into it behind the posts: the database notes each that came, changed or went ([`waiting`]), and a
//! job makes small blocks of them, merges small blocks into larger ones, and takes out what is gone ([`filling`]). What
//! waits is looked at by the search itself, up to so many; of what is beyond that the search says how many they are.
//!
//! Authors are in it by the keyed hash of their address; on SQLite all that a person wrote is found by it ([`authors`]).
//! Scores are in it too, for the queue's orders by score ([`ordering`]).
//!
//! What a term is, is [`crate::domain::search`]'s.

mod authors;
mod beside;
mod block;
mod blocks;
mod documents;
mod evaluation;
mod filling;
mod finding;
mod lexicon;
mod listing;
mod ordering;
mod places;
mod preparing;
mod reading;
mod scores;
mod waiting;

pub(in crate::storage) use self::authors::ids_written_by;
pub use self::{filling::LEAST, finding::FoundComments};
