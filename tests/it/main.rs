//! The front-door tests: one binary.

mod harness;
mod operation;
mod support;
