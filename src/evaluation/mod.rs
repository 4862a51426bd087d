//! How good a model is: figures from scores and truths ([`figures`]), also of the texts that name
//! a group of people ([`bias`]), drawn ([`plots`], over [`charts`]) and put on a page
//! ([`report`]). Nothing here decides whether a model is used.

pub mod bias;
pub mod charts;
pub mod figures;
pub mod plots;
pub mod report;
