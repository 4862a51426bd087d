//! Hamlet: to publish, or not to publish. Comment moderation and spam filtering, self-hosted.

pub mod accounts;
pub mod app;
pub mod background;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod intake;
pub mod interchange;
pub mod markup;
pub mod notify;
pub mod privacy;
pub mod published;
pub mod review;
pub mod sites;
pub mod spam;
pub mod storage;
pub mod telemetry;
pub mod web;
