//! How good a model is: figures from scores and truths ([`figures`]), drawn ([`plots`], over [`charts`]) and put on a page
//! ([`report`]). Nothing here decides whether a model is used.

pub mod charts;
pub mod figures;
pub mod plots;
pub mod report;
