//! Learning: labels that people gave ([`samples`], [`upload`]), the model of each site kept up to date
//! by them ([`live`]), training runs ([`training`]), and the registry of what came of those
//! ([`registry`]).
//!
//! A site's live model is the one activated for it, or the one that ships with the program, plus
//! every label given since: the base's sums, the site's own added, log-ratios computed anew. The
//! text-to-score part is `spam`'s; what is done with a score is `intake`'s.

pub mod abuse;
mod abuse_score;
pub mod live;
pub mod registry;
pub mod samples;
pub mod shipped;
pub mod training;
pub mod upload;

pub use self::live::{Learning, are_few};
