//! The front-door tests: one binary.

mod accounts;
mod corpora;
mod desk;
mod harness;
mod intake;
mod mail;
mod model;
mod operation;
mod privacy;
mod program;
mod published;
mod review;
mod sites;
mod support;
