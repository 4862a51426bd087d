//! What waits to be written, in the order in which it came, and the choice of the next batch.
//!
//! Where several batches are written at once, none of them sees the others' comments. So an arrival waits while
//! one with the same author, text, chain or key is being written, and whoever comes after it and has something
//! in common with it waits too: what is counted of them is as if they had been written one after another.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
};

use tokio::task::Id;

use super::Job;
use crate::domain::arrival::Arrival;

/// What two arrivals may have in common, hashed. Two that are taken for equal and are not wait for nothing.
type Mark = u64;

#[derive(Default)]
pub(super) struct Waiting {
    jobs: VecDeque<(Vec<Mark>, Job)>,
    /// The marks of each batch that is being written, by the task that writes it.
    written: HashMap<Id, Vec<Mark>>,
    hasher: RandomState,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn add(&mut self, job: Job) {
        let marks = marks(&self.hasher, &job.pending.arrival);
        self.jobs.push_back((marks, job));
    }

    /// Takes the next batch out: those that came first, `most` of them, but for those that have to wait.
    /// The marks are to be given to [`Waiting::begin`].
    pub(super) fn next(&mut self, most: usize) -> (Vec<Mark>, Vec<Job>) {
        let mut taken: HashSet<Mark> = self.written.values().flatten().copied().collect();
        let is_alone = taken.is_empty();
        let (mut marks, mut batch) = (Vec::new(), Vec::new());
        let mut left = VecDeque::new();
        while let Some((own, job)) = self.jobs.pop_front() {
            let must_wait = !is_alone && own.iter().any(|mark| taken.contains(mark));
            if must_wait {
                taken.extend(&own);
                left.push_back((own, job));
                continue;
            }
            marks.extend(own);
            batch.push(job);
            if batch.len() == most {
                break;
            }
        }
        left.append(&mut self.jobs);
        self.jobs = left;
        (marks, batch)
    }

    /// Notes that a task writes arrivals with these marks.
    pub(super) fn begin(&mut self, task: Id, marks: Vec<Mark>) {
        self.written.insert(task, marks);
    }

    /// Notes that a task has ended.
    pub(super) fn end(&mut self, task: Id) {
        self.written.remove(&task);
    }
}

fn marks(hasher: &RandomState, arrival: &Arrival) -> Vec<Mark> {
    let comment = &arrival.comment;
    let site = &comment.site;
    let mut marks = Vec::with_capacity(3);
    let mut add = |of: (u8, &str, i64)| marks.push(hasher.hash_one((site, of)));
    add((0, &comment.email_index.0, 0));
    if let Some(fingerprint) = comment.fingerprint {
        add((1, "", fingerprint));
    }
    if let Some(chain) = &comment.author_chain {
        add((2, chain, 0));
    }
    if let Some(asked) = &arrival.idempotency {
        add((3, &asked.key, 0));
    }
    if let Some(proof) = &arrival.proof {
        add((4, &proof.token, 0));
    }
    marks
}
