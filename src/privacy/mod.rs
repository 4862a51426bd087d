//! What keeps people's addresses out of sight: the key ring and its file, the vault that seals addresses
//! and finds them again, how keys are exchanged and which instance uses which, signed tokens, how long
//! things are kept, and what people may ask for: to be told, or to be forgotten.

pub mod erased;
mod following;
pub mod inspection;
pub mod key_file;
pub mod keys;
pub mod presence;
pub mod registry;
mod resealing;
pub mod retention;
pub mod rotation;
pub mod signed;
pub mod subjects;
pub mod vault;
