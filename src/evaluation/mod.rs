//! How good a model is: figures from scores and truths ([`figures`]), in all, by language and kind ([`parts`], with
//! [`intervals`]) and of the texts that name a group of people ([`bias`]), drawn ([`plots`], over [`charts`]) and put on a page
//! ([`report`]). Nothing here decides whether a model is used.

pub mod bias;
pub mod charts;
pub mod figures;
pub mod intervals;
pub mod parts;
pub mod plots;
pub mod report;
