//! Hamlet: to publish, or not to publish. Comment moderation and spam filtering, self-hosted.

pub mod cli;
pub mod domain;
pub mod spam;
