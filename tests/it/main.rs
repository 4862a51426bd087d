//! The front-door tests: one binary.

#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the failure it should be, in its helpers too"
)]

mod abuse_evidence;
mod abuse_model;
mod accounts;
mod acts;
mod akismet;
mod at_once;
mod backup;
mod batches;
mod blocks;
mod bounds;
mod campaigns;
mod cancelled;
mod coral;
mod corpora;
mod deletion;
mod description;
mod desk;
mod desk_model;
mod desk_privacy;
mod documents;
mod edits;
mod erasure;
mod evidence;
mod fairness;
mod faults;
mod findings;
mod fuzz;
mod harness;
mod history;
mod instances;
mod intake;
mod interchange;
mod keys;
mod language;
mod languages;
mod lately;
mod learning;
mod mail;
mod metrics;
mod model;
mod news;
mod operation;
mod pages;
mod people;
mod perspective;
mod plans;
mod pooler;
mod privacy;
mod program;
mod published;
mod readers;
mod reasons;
mod relayed;
mod removal;
mod review;
mod rules;
mod schema;
mod search;
mod settings;
mod sign_in;
mod sites;
mod statistics;
mod support;
mod threats;
mod trust;
mod webhooks;
mod words;
