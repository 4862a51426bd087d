//! A site's own past, gone through once more: each comment that people decided about is judged in the order of time, by the model that
//! ships with the program and by one that learns each decision as it was made. It says what this service would have done, before it is
//! trusted with anything. Nothing is stored, and the same files give the same figures.
//!
//! [`past`] is what was decided, [`course`] goes through it, [`figures`] says what came of it, [`page`] shows it.

pub mod course;
pub mod figures;
pub mod page;
pub mod past;
