//! Scores as terms of the index, so that the queue's orders by score begin at one end of it: a term for the side of one
//! half that a score is on and how far it is from there, finer the nearer it is to certainty. How comments with
//! one term are ordered among each other, the term does not say.

use std::ops::Range;

use crate::domain::{
    queue::{Cursor, Sort},
    search::Lookup,
};

/// Begins each of these terms; no word has such a character in it.
const MARK: &str = "%";

/// The term of what has no score.
const NONE: &str = "%?";

/// Parts into which each halving of the distance to certainty is cut, as bits of a number's mantissa that are left.
const CUT: u32 = f64::MANTISSA_DIGITS - 1 - 16;

/// What is nearer to certainty than this has one term: a millionth.
const NEAREST: f64 = 1.0 / (1 << 20) as f64;

/// The rank of one half; that of certainty is 0.
const HALF: u32 = rank_of(0.5);

/// The term of a score.
pub(super) fn term(score: Option<f64>) -> String {
    let Some(score) = score else {
        return NONE.to_owned();
    };
    let side = if score < 0.5 { Side::Ham } else { Side::Spam };
    of(side, rank((score - 0.5).abs()))
}

#[derive(Clone, Copy)]
enum Side {
    Ham,
    Spam,
}

fn of(side: Side, rank: u32) -> String {
    let side = match side {
        Side::Ham => '-',
        Side::Spam => '+',
    };
    format!("{MARK}{side}{rank:07}")
}

/// The rank of a score by its distance to one half, from 0 to 0.5: less where it is further.
fn rank(distance: f64) -> u32 {
    rank_of((0.5 - distance).max(NEAREST))
}

/// The first bits of a positive number, which order as the numbers do.
#[expect(clippy::cast_possible_truncation, reason = "at most some million")]
const fn rank_of(left: f64) -> u32 {
    ((left.to_bits() >> CUT) - (NEAREST.to_bits() >> CUT)) as u32
}

/// A part of an order: places on a line on which each has one or two terms. What has no score comes before all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Unscored,
    Places(Range<u32>),
}

/// Cuts an order into parts, from where a list goes on; one place first, then eight times as many each time.
pub(super) fn parts(sort: Sort, cursor: Option<&Cursor>) -> impl Iterator<Item = Part> {
    let begin = cursor.and_then(|cursor| place(sort, cursor.key));
    let unscored = begin.is_none().then_some(Part::Unscored);
    let (mut from, mut length) = (begin.unwrap_or(0), 1);
    let places = std::iter::from_fn(move || {
        let part = from..from.saturating_add(length).min(places(sort));
        (from, length) = (part.end, length.saturating_mul(8));
        (!part.is_empty()).then_some(Part::Places(part))
    });
    unscored.into_iter().chain(places)
}

/// How many places an order has.
const fn places(sort: Sort) -> u32 {
    match sort {
        Sort::Spammiest => 2 * (HALF + 1),
        _ => HALF + 1,
    }
}

/// The place of a sort key, as [`crate::storage::filtering::sort_key`] has it; none for what has no score.
fn place(sort: Sort, key: f64) -> Option<u32> {
    match sort {
        Sort::Spammiest if key > 1.0 => None,
        Sort::Spammiest if key < 0.5 => Some(2 * HALF + 1 - rank((key - 0.5).abs())),
        Sort::Spammiest => Some(rank((key - 0.5).abs())),
        _ if key < 0.0 => None,
        _ => Some(HALF - rank(key)),
    }
}

/// The place of a term; none for that of what has no score.
pub(super) fn place_of(sort: Sort, term: &str) -> Option<u32> {
    let (side, rank) = term.strip_prefix(MARK)?.split_at_checked(1)?;
    let rank: u32 = rank.parse().ok()?;
    Some(match (sort, side) {
        (Sort::Spammiest, "+") => rank,
        (Sort::Spammiest, _) => 2 * HALF + 1 - rank,
        _ => HALF - rank,
    })
}

impl Part {
    /// What is left of a part from a place on.
    pub fn from(self, place: u32) -> Option<Self> {
        match self {
            Self::Places(places) if place < places.end => Some(Self::Places(place..places.end)),
            _ => None,
        }
    }

    /// The terms of a part.
    pub fn lookups(&self, sort: Sort) -> Vec<Lookup> {
        let Self::Places(places) = self else {
            return vec![Lookup {
                from: NONE.to_owned(),
                to: format!("{NONE}\u{1}"),
            }];
        };
        let terms = |side, ranks: Range<u32>| Lookup {
            from: of(side, ranks.start),
            to: of(side, ranks.end),
        };
        // The other way round: the last of them is the first place.
        let back = |side, places: Range<u32>, first: u32| {
            terms(side, first + 1 - places.end..first + 1 - places.start)
        };
        if sort != Sort::Spammiest {
            return [Side::Ham, Side::Spam]
                .map(|side| back(side, places.clone(), HALF))
                .into();
        }
        let (spam, ham) = (
            places.start..places.end.min(HALF + 1),
            places.start.max(HALF + 1)..places.end,
        );
        let spam = (!spam.is_empty()).then(|| terms(Side::Spam, spam));
        let ham = (!ham.is_empty()).then(|| back(Side::Ham, ham, 2 * HALF + 1));
        spam.into_iter().chain(ham).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::CommentId;

    const SCORES: [f64; 16] = [
        0.0,
        1e-12,
        0.000_4,
        0.02,
        0.2,
        0.249_999,
        0.25,
        0.499_999,
        0.5,
        0.500_001,
        0.75,
        0.8,
        0.93,
        0.999,
        0.999_999_9,
        1.0,
    ];

    /// The number of the part in which each score is found, beginning at `cursor`.
    fn found(sort: Sort, cursor: Option<&Cursor>) -> Vec<(usize, f64)> {
        let mut found = Vec::new();
        for (at, part) in parts(sort, cursor).enumerate() {
            let lookups = part.lookups(sort);
            let is_in = |score: &&f64| {
                let term = term(Some(**score));
                lookups.iter().any(|one| one.from <= term && term < one.to)
            };
            found.extend(SCORES.iter().filter(is_in).map(|score| (at, *score)));
        }
        found
    }

    fn key(sort: Sort, score: f64) -> f64 {
        match sort {
            Sort::Spammiest => -score,
            _ => (score - 0.5).abs(),
        }
    }

    #[test]
    fn every_score_is_in_one_part_and_the_parts_are_in_order() {
        for sort in [Sort::Uncertain, Sort::Spammiest] {
            let found = found(sort, None);
            assert_eq!(found.len(), SCORES.len(), "{found:?}");
            for (at, score) in &found {
                let later = found.iter().filter(|(other, _)| other > at);
                for (_, other) in later {
                    assert!(key(sort, *score) <= key(sort, *other), "{score} {other}");
                }
            }
        }
    }

    #[test]
    fn a_list_goes_on_where_it_ended_and_loses_nothing() {
        for sort in [Sort::Uncertain, Sort::Spammiest] {
            for last in SCORES {
                let cursor = Cursor {
                    sort,
                    key: key(sort, last).abs(),
                    id: CommentId::parse("0190c0de-0000-7000-8000-000000000000").unwrap(),
                };
                let after = found(sort, Some(&cursor));
                let beyond = SCORES
                    .iter()
                    .filter(|score| key(sort, **score) >= key(sort, last));
                for score in beyond {
                    assert!(
                        after
                            .iter()
                            .any(|(_, there)| there.total_cmp(score).is_eq()),
                        "{last} {score}"
                    );
                }
                assert_eq!(
                    parts(sort, Some(&cursor)).find(|one| *one == Part::Unscored),
                    None
                );
            }
        }
    }

    #[test]
    fn a_term_has_the_place_at_which_it_is_looked_up() {
        for sort in [Sort::Uncertain, Sort::Spammiest] {
            for score in SCORES {
                let term = term(Some(score));
                let place = super::place_of(sort, &term).unwrap();
                let part = Part::Places(0..places(sort)).from(place).unwrap();
                let alone = Part::Places(place..place + 1);
                for part in [part, alone] {
                    let lookups = part.lookups(sort);
                    assert!(lookups.iter().any(|one| one.from <= term && term < one.to));
                }
            }
            assert_eq!(super::place_of(sort, &term(None)), None);
        }
    }

    #[test]
    fn what_has_no_score_comes_first_and_its_list_goes_on_there() {
        for (sort, key) in [(Sort::Uncertain, -1.0), (Sort::Spammiest, 2.0)] {
            let cursor = Cursor {
                sort,
                key,
                id: CommentId::parse("0190c0de-0000-7000-8000-000000000000").unwrap(),
            };
            for cursor in [None, Some(&cursor)] {
                assert_eq!(parts(sort, cursor).next(), Some(Part::Unscored));
            }
        }
        let lookups = Part::Unscored.lookups(Sort::Uncertain);
        let none = term(None);
        assert!(lookups[0].from <= none && none < lookups[0].to);
        assert!(term(Some(0.0)) < lookups[0].from && term(Some(1.0)) < lookups[0].from);
    }
}
