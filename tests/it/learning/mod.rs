//! Learning, through the front door: labels, the models that follow them, training runs.

mod decisions;
mod models;
mod samples;
mod subjects;
