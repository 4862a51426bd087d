//! Comments by a hash, in the order in which they came: bounded in number and in time.

use std::collections::{HashMap, VecDeque};

use crate::domain::{comment::CommentId, timestamp::Timestamp};

/// Comments that are remembered at most: the latest, about 45 bytes each.
pub const AT_MOST: usize = 250_000;

/// Comments by a hash, the latest of each first.
#[derive(Debug)]
pub struct Remembered {
    kept: VecDeque<Kept>,
    /// The number of the earliest; each one after it has the next.
    first: u32,
    /// The latest with each hash.
    latest: HashMap<u32, u32>,
}

#[derive(Debug)]
pub struct Kept {
    /// Milliseconds since 1970.
    pub at: i64,
    pub id: CommentId,
    key: u32,
    /// The one before it with the same hash.
    before: u32,
}

impl Remembered {
    pub fn new() -> Self {
        Self {
            kept: VecDeque::new(),
            first: 1,
            latest: HashMap::new(),
        }
    }

    pub fn add(&mut self, key: u32, id: CommentId, at: Timestamp) {
        if self.kept.len() >= AT_MOST {
            self.forget_first();
        }
        // Numbers are used up after four thousand million comments: then it begins anew.
        if self.first > u32::MAX / 2 {
            *self = Self::new();
        }
        let number = self.first + u32::try_from(self.kept.len()).unwrap_or_default();
        let before = self.latest.insert(key, number).unwrap_or(0);
        let at = at.millis();
        self.kept.push_back(Kept {
            at,
            id,
            key,
            before,
        });
    }

    /// Those with a hash, the latest first.
    pub fn with(&self, key: u32) -> impl Iterator<Item = &Kept> {
        let kept = |number: u32| self.kept.get(number.checked_sub(self.first)? as usize);
        let latest = self.latest.get(&key).copied();
        std::iter::successors(latest.and_then(kept), move |one| kept(one.before))
    }

    /// Forgets the earliest that came before a time.
    pub fn forget(&mut self, since: Timestamp) {
        let since = since.millis();
        while self
            .kept
            .front()
            .is_some_and(|earliest| earliest.at <= since)
        {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some(gone) = self.kept.pop_front() {
            if self.latest.get(&gone.key) == Some(&self.first) {
                self.latest.remove(&gone.key);
            }
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: usize) -> Timestamp {
        Timestamp::from_millis(i64::try_from(millis).unwrap())
    }

    fn add(remembered: &mut Remembered, key: u32, number: usize) {
        remembered.add(key, CommentId::earliest_at(at(number)), at(number));
    }

    fn found(remembered: &Remembered, key: u32) -> Vec<i64> {
        remembered.with(key).map(|kept| kept.id.made_at()).collect()
    }

    #[test]
    fn the_latest_come_first_and_what_is_too_long_ago_is_forgotten() {
        let mut remembered = Remembered::new();
        for (number, key) in [(1, 7), (2, 8), (3, 7), (4, 7)] {
            add(&mut remembered, key, number);
        }
        assert_eq!(found(&remembered, 7), [4, 3, 1]);
        remembered.forget(at(2));
        assert_eq!(found(&remembered, 7), [4, 3]);
        assert_eq!(found(&remembered, 8), [0_i64; 0]);
        assert_eq!(remembered.latest.len(), 1);
    }

    #[test]
    fn it_stays_bounded() {
        let mut remembered = Remembered::new();
        for number in 0..=AT_MOST {
            add(
                &mut remembered,
                u32::try_from(number % 100_000).unwrap(),
                number,
            );
        }
        assert_eq!(remembered.kept.len(), AT_MOST);
        assert_eq!(
            found(&remembered, 0).last(),
            Some(&100_000),
            "the earliest is forgotten"
        );
        assert_eq!(found(&remembered, 1).last(), Some(&1));
    }
}
