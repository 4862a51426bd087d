//! A block's terms with the places of the comments that have each, in order, cut into rows of about a page. Each term
//! is written as what it does not share with the one before it.

use super::places::{encode, number, read_number};

/// Bytes after which a row ends: with its key it fits into one page of SQLite, and of PostgreSQL two do.
const ROW: usize = 3_600;

/// A row: its first term, and the terms with their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub first: String,
    pub terms: Vec<u8>,
}

/// Writes rows, term by term, in ascending order.
pub(super) struct Writer {
    documents: usize,
    rows: Vec<Row>,
    before: String,
    encoded: Vec<u8>,
}

impl Writer {
    pub fn new(documents: usize) -> Self {
        Self {
            documents,
            rows: Vec::new(),
            before: String::new(),
            encoded: Vec::new(),
        }
    }

    pub fn push(&mut self, term: &str, places: &[u16]) {
        if places.is_empty() {
            return;
        }
        encode(places, self.documents, &mut self.encoded);
        let fits = self
            .rows
            .last()
            .is_some_and(|row| row.terms.len() + term.len() + self.encoded.len() < ROW);
        if !fits {
            self.rows.push(Row {
                first: term.to_owned(),
                terms: Vec::new(),
            });
            self.before.clear();
        }
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        let shared = shared(&self.before, term);
        number(shared as u64, &mut row.terms);
        number((term.len() - shared) as u64, &mut row.terms);
        row.terms.extend_from_slice(&term.as_bytes()[shared..]);
        number(self.encoded.len() as u64, &mut row.terms);
        row.terms.extend_from_slice(&self.encoded);
        self.before.clear();
        self.before.push_str(term);
    }

    pub fn finish(self) -> Vec<Row> {
        self.rows
    }
}

/// Bytes that two terms begin with alike, whole characters only.
fn shared(one: &str, other: &str) -> usize {
    let alike = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    (0..=alike)
        .rev()
        .find(|at| other.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Reads the terms of a row, one after the other. A damaged one ends the row.
pub(super) struct Terms<'a> {
    rest: &'a [u8],
    term: String,
}

impl<'a> Terms<'a> {
    pub fn of(terms: &'a [u8]) -> Self {
        Self {
            rest: terms,
            term: String::new(),
        }
    }

    /// The next term, and its places as [`super::places::decode`] reads them.
    pub fn read(&mut self) -> Option<(&str, &'a [u8])> {
        let shared = self.length()?;
        let added = self.length()?;
        let added = std::str::from_utf8(self.take(added)?).ok()?;
        if !self.term.is_char_boundary(shared) {
            return None;
        }
        self.term.truncate(shared);
        self.term.push_str(added);
        let places = self.length()?;
        let places = self.take(places)?;
        Some((&self.term, places))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(read_number(&mut self.rest)?).ok()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::storage::search::places::decode;

    proptest! {
        #[test]
        fn terms_come_back_as_they_were(terms in prop::collection::btree_map("[a-cé手机]{1,9}", prop::collection::btree_set(0..900_u16, 1..300), 0..60)) {
            let mut writer = Writer::new(900);
            for (term, places) in &terms {
                writer.push(term, &places.iter().copied().collect::<Vec<_>>());
            }
            let mut read = BTreeMap::new();
            for row in writer.finish() {
                let mut there = Terms::of(&row.terms);
                let mut is_first = true;
                while let Some((term, places)) = there.read() {
                    if std::mem::take(&mut is_first) {
                        prop_assert_eq!(term, &row.first);
                    }
                    read.insert(term.to_owned(), decode(places).into_iter().collect());
                }
            }
            prop_assert_eq!(read, terms);
        }

        #[test]
        fn damaged_rows_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut terms = Terms::of(&bytes);
            while terms.read().is_some() {}
        }
    }
}
