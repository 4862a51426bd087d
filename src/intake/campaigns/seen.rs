//! The comments that the window need not be asked about again while the database is followed: what this instance took
//! in, and what it read, each whether its text was long enough to be kept or not. Without it, short texts, which the
//! window does not hold, were read from the database again at each round.

use std::collections::BTreeSet;

use crate::domain::comment::CommentId;

/// Comments that are remembered at most, about 16 bytes each. Those that are left out are read once more.
const AT_MOST: usize = 200_000;

/// Comments that were seen, from the earliest on that will be asked about.
#[derive(Debug, Default)]
pub struct Seen(BTreeSet<CommentId>);

impl Seen {
    /// Whether a comment was seen.
    #[must_use]
    pub fn has(&self, id: CommentId) -> bool {
        self.0.contains(&id)
    }

    /// Remembers a comment; forgets the earliest where there are too many.
    pub fn note(&mut self, id: CommentId) {
        self.0.insert(id);
        if self.0.len() > AT_MOST {
            self.0.pop_first();
        }
    }

    /// Forgets one.
    pub fn forget(&mut self, id: CommentId) {
        self.0.remove(&id);
    }

    /// Forgets those up to one, this one included: the next round asks about those after it.
    pub fn forget_until(&mut self, id: CommentId) {
        let later = self.0.split_off(&id);
        self.0 = later;
        self.0.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn at(millis: i64) -> CommentId {
        CommentId::earliest_at(Timestamp::from_millis(millis))
    }

    #[test]
    fn what_was_seen_is_known_until_it_is_too_early_to_be_asked_about() {
        let mut seen = Seen::default();
        for millis in [30, 10, 20] {
            seen.note(at(millis));
        }
        assert!(seen.has(at(10)) && seen.has(at(20)) && seen.has(at(30)));
        seen.forget(at(10));
        assert!(!seen.has(at(10)) && seen.has(at(20)));
        seen.note(at(10));
        seen.forget_until(at(20));
        assert!(!seen.has(at(10)) && !seen.has(at(20)) && seen.has(at(30)));
    }

    #[test]
    fn it_stays_bounded_where_nothing_is_followed() {
        let mut seen = Seen::default();
        let begin = i64::try_from(Duration::from_hours(1).as_millis()).unwrap();
        for n in 0..=AT_MOST {
            seen.note(at(begin + i64::try_from(n).unwrap()));
        }
        assert!(!seen.has(at(begin)), "the earliest is forgotten");
        assert!(seen.has(at(begin + 1)));
    }
}
