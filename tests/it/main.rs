//! The front-door tests: one binary.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure it should be, in its helpers too"
)]

mod accounts;
mod akismet;
mod backup;
mod coral;
mod corpora;
mod desk;
mod desk_model;
mod desk_privacy;
mod faults;
mod fuzz;
mod harness;
mod history;
mod instances;
mod intake;
mod interchange;
mod learning;
mod mail;
mod metrics;
mod model;
mod news;
mod operation;
mod privacy;
mod program;
mod published;
mod review;
mod rules;
mod settings;
mod sites;
mod support;
mod threats;
mod trust;
mod webhooks;
