//! Readers and writers of other systems' files. Each reads in a stream, knows the line it is on, and
//! reports what it cannot read instead of giving up on the rest.

pub mod labelled;
