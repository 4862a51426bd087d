//! What keeps people's addresses out of sight: the key ring and its file, held against the keys that the
//! database knows, the vault that seals addresses and finds them again, and signed tokens. How keys are
//! exchanged while the service runs is `privacy`'s.

pub mod key_file;
pub mod keys;
pub mod registry;
pub mod signed;
pub mod vault;
