//! Hamlet: to publish, or not to publish. Comment moderation and spam filtering, self-hosted.
//!
//! The life of a comment:
//!
//! 1. [`web`] reads a form, a script's JSON or a program's request and calls [`intake::submit`], the
//!    one way in. [`domain`] says what the fields may be.
//! 2. [`intake`] runs its checks, [`text`] and [`bayes`] score and explain, the policy decides: publish,
//!    hold or spam. [`storage`] keeps comment, evidence and what they cause in one transaction, on SQLite or
//!    PostgreSQL. Addresses are sealed by [`sealing`] before.
//! 3. [`notify`] mails moderators about what is held. They decide on the desk, over the API or from
//!    the mail; all of it ends in [`review::decide`], and can be undone.
//! 4. A decision is a label: [`learn`] keeps the model of each site up to date with them, trains new
//!    ones, and keeps those there are.
//! 5. [`reading`] shows what was approved to anyone.
//!
//! [`directory`] has the sites and block rules in force, [`sites`] is where people change them, and [`rules`]
//! compares what comes in with them. [`words`] says what people read, in their language.
//!
//! Every room stands on the [`ground`]; [`app`] wires the rooms together once; [`service`] runs them with their doors and jobs, and [`cli`] starts
//! it. [`domain`], [`text`] and [`bayes`]
//! know nothing of the rooms above them. [`evaluation`] says how good a model is.

pub mod accounts;
pub mod app;
pub mod background;
pub mod backup;
pub use hamlet_bayes as bayes;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod config;
pub mod demo;
pub mod directory;
pub mod domain;
pub mod evaluation;
pub mod faults;
pub mod files;
pub mod ground;
pub mod history;
pub mod intake;
pub mod interchange;
pub mod learn;
pub mod markup;
pub mod news;
pub mod notify;
pub mod privacy;
pub mod readiness;
pub mod reading;
pub mod review;
pub mod rules;
pub mod sealing;
pub mod service;
pub mod sites;
pub mod storage;
pub mod telemetry;
pub use hamlet_text as text;
pub mod web;
pub mod words;
