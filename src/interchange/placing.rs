//! Dates for comments that came without one that is understood: those of their neighbours in the file, of
//! the same page if there are any, so that they stand where they stood.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::{doubt::Doubt, foreign::ForeignComment};
use crate::domain::timestamp::Timestamp;

/// The doubt about a date that is still to come; it becomes the present.
const IN_THE_FUTURE: &str = "a date in the future";

/// Pages whose last date is remembered.
const REMEMBERED: usize = 200_000;

/// The dates of a file as far as it is read.
pub struct Calendar {
    now: Timestamp,
    last: Option<Timestamp>,
    of_pages: HashMap<u64, Timestamp>,
}

impl Calendar {
    /// Starts at a file's beginning; `now` stands in where the file has no date at all.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            last: None,
            of_pages: HashMap::new(),
        }
    }

    /// Gives each of the file's next comments a date that is not in the future.
    pub fn place(&mut self, comments: &mut [ForeignComment]) {
        let next = self.following(comments);
        for (comment, (next, next_of_page)) in comments.iter_mut().zip(next) {
            let page = xxh3_64(comment.page.as_bytes());
            let Some(at) = comment.created_at else {
                let before = self.of_pages.get(&page).copied();
                let neighbour = before.or(next_of_page).or(self.last).or(next);
                comment.created_at = Some(neighbour.unwrap_or(self.now));
                continue;
            };
            if at > self.now {
                let doubt = Doubt::new(IN_THE_FUTURE, &at.to_string());
                comment.doubts.push(doubt);
                // The present is no date for its neighbours.
                comment.created_at = Some(self.now);
                continue;
            }
            self.last = Some(at);
            if self.of_pages.len() < REMEMBERED {
                self.of_pages.insert(page, at);
            }
        }
    }

    /// Of each comment the next date behind it, and the next one on its page.
    fn following(
        &self,
        comments: &[ForeignComment],
    ) -> Vec<(Option<Timestamp>, Option<Timestamp>)> {
        let (mut next, mut of_pages) = (None, HashMap::new());
        let mut following = Vec::with_capacity(comments.len());
        for comment in comments.iter().rev() {
            following.push((next, of_pages.get(comment.page.as_str()).copied()));
            if let Some(at) = comment.created_at.filter(|at| *at <= self.now) {
                next = Some(at);
                of_pages.insert(comment.page.as_str(), at);
            }
        }
        following.reverse();
        following
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_date_stands_between_its_neighbours() {
        let mut calendar = Calendar::new(Timestamp::from_millis(1_000));
        let mut comments = [
            ("/a", None),
            ("/b", Some(10)),
            ("/a", Some(20)),
            ("/b", None),
            ("/c", None),
            ("/a", Some(5_000)),
        ]
        .map(|(page, at)| ForeignComment {
            page: page.to_owned(),
            created_at: at.map(Timestamp::from_millis),
            ..ForeignComment::default()
        });
        calendar.place(&mut comments);
        let placed = comments
            .each_ref()
            .map(|comment| comment.created_at.unwrap().millis());
        assert_eq!(placed, [20, 10, 20, 10, 20, 1_000]);
        assert_eq!(comments[5].doubts[0].what, IN_THE_FUTURE);
        let mut none = [ForeignComment::default()];
        Calendar::new(Timestamp::from_millis(7)).place(&mut none);
        assert_eq!(none[0].created_at.unwrap().millis(), 7);
    }
}
