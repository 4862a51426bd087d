//! What keeps people's addresses out of sight: the key ring, the vault that seals addresses and
//! finds them again, signed tokens, how long things are kept,
//! and what people may ask for: to be told, or to be forgotten.

pub mod erased;
pub mod keys;
pub mod retention;
pub mod rotation;
pub mod signed;
pub mod subjects;
pub mod vault;
