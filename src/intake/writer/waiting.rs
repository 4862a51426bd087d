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
    queue: Queue<Job>,
    /// The marks of each batch that is being written, by the task that writes it.
    written: HashMap<Id, Vec<Mark>>,
    hasher: RandomState,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.queue.0.len()
    }

    pub(super) fn add(&mut self, job: Job) {
        let marks = marks(&self.hasher, &job.pending.arrival);
        self.queue.add(marks, job);
    }

    /// Takes the next batch out: those that came first, `most` of them, but for those that have to wait.
    /// The marks are to be given to [`Waiting::begin`].
    pub(super) fn next(&mut self, most: usize) -> (Vec<Mark>, Vec<Job>) {
        let written = self.written.values().flatten().copied();
        self.queue.next(most, written)
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

struct Queue<T>(VecDeque<(Vec<Mark>, T)>);

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Queue<T> {
    fn add(&mut self, marks: Vec<Mark>, one: T) {
        self.0.push_back((marks, one));
    }

    fn next(&mut self, most: usize, written: impl Iterator<Item = Mark>) -> (Vec<Mark>, Vec<T>) {
        let mut taken: HashSet<Mark> = written.collect();
        let is_alone = taken.is_empty();
        let (mut marks, mut batch) = (Vec::new(), Vec::new());
        let mut left = VecDeque::new();
        while batch.len() < most
            && let Some((own, one)) = self.0.pop_front()
        {
            if !is_alone && own.iter().any(|mark| taken.contains(mark)) {
                taken.extend(&own);
                left.push_back((own, one));
            } else {
                marks.extend(own);
                batch.push(one);
            }
        }
        left.append(&mut self.0);
        self.0 = left;
        (marks, batch)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(n: u64) -> Vec<Mark> {
        vec![n, 100 + n]
    }

    #[test]
    fn whoever_has_something_in_common_with_what_is_written_waits_and_keeps_its_place() {
        let mut queue = Queue::default();
        for (place, own) in [1, 2, 1, 3, 2].into_iter().enumerate() {
            queue.add(mark(own), place);
        }
        let taken = |queue: &mut Queue<usize>, most, written: &[Mark]| {
            let (marks, batch) = queue.next(most, written.iter().copied());
            (marks.len(), batch)
        };
        // Those of one batch see each other.
        assert_eq!(taken(&mut queue, 2, &[]), (4, vec![0, 1]));
        // While these are written, only the fourth has nothing in common with them.
        assert_eq!(taken(&mut queue, 9, &[1, 101, 2, 102]), (2, vec![3]));
        assert_eq!(taken(&mut queue, 9, &[3, 103, 2]), (2, vec![2]));
        queue.add(mark(2), 5);
        queue.add(vec![2, 7], 6);
        queue.add(vec![7], 7);
        // The last has nothing in common with what is written, but with one that waits.
        assert_eq!(taken(&mut queue, 9, &[102]), (0, vec![]));
        assert_eq!(taken(&mut queue, 9, &[]), (7, vec![4, 5, 6, 7]));
    }
}
