//! What keeps people's addresses out of sight: the key ring, the vault that seals addresses and
//! finds them again, signed tokens, and how long things are kept.

pub mod keys;
pub mod retention;
pub mod rotation;
pub mod signed;
pub mod vault;
