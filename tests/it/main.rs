//! The front-door tests: one binary.

mod harness;
mod intake;
mod operation;
mod support;
