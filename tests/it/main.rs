//! The front-door tests: one binary.

mod corpora;
mod harness;
mod intake;
mod operation;
mod privacy;
mod program;
mod published;
mod support;
