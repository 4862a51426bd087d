//! The places of comments in a block that have a term: a set while a search is answered, a few bytes in the database.

/// Longest list of places: a block has no more comments than a place can number.
pub(super) const MOST: usize = 1 << 16;

/// A set of places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    words: Vec<u64>,
}

impl Places {
    pub fn none(documents: usize) -> Self {
        Self {
            words: vec![0; documents.div_ceil(64)],
        }
    }

    pub fn add(&mut self, place: usize) {
        if let Some(word) = self.words.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub fn has(&self, place: usize) -> bool {
        let word = self.words.get(place / 64);
        word.is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn keep(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(word, other)| *word &= other);
    }

    pub fn join(&mut self, other: &Self) {
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(word, other)| *word |= other);
    }

    /// The places, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// Adds the places that [`encode`] made `bytes` of. What is damaged adds less.
    pub fn add_encoded(&mut self, bytes: &[u8]) {
        match bytes.split_first() {
            Some((&BITS, bits)) => {
                for (at, byte) in bits.iter().enumerate().take(self.words.len() * 8) {
                    self.words[at / 8] |= u64::from(*byte) << (at % 8 * 8);
                }
            }
            Some((_, gaps)) => list(gaps).for_each(|place| self.add(usize::from(place))),
            None => {}
        }
    }
}

/// How places are written: as the gaps between them, or, where that is longer, as a bit for each comment.
const GAPS: u8 = 0;
const BITS: u8 = 1;

/// Writes ascending places of a block with so many comments.
pub(super) fn encode(places: &[u16], documents: usize, out: &mut Vec<u8>) {
    out.clear();
    out.push(GAPS);
    let mut next = 0;
    for place in places {
        number(u64::from(*place) - next, out);
        next = u64::from(*place) + 1;
    }
    let bits = documents.div_ceil(8);
    if out.len() > bits + 1 {
        out.clear();
        out.push(BITS);
        out.resize(bits + 1, 0);
        for place in places {
            out[1 + usize::from(*place) / 8] |= 1 << (place % 8);
        }
    }
}

/// The places that [`encode`] made `bytes` of, in ascending order.
pub(super) fn decode(bytes: &[u8]) -> Vec<u16> {
    match bytes.split_first() {
        Some((&BITS, bits)) => {
            let set = |(at, byte): (usize, &u8)| {
                let byte = *byte;
                (0..8)
                    .filter(move |bit| byte >> bit & 1 == 1)
                    .filter_map(move |bit| u16::try_from(at * 8 + bit).ok())
            };
            bits.iter().enumerate().flat_map(set).collect()
        }
        Some((_, gaps)) => list(gaps).collect(),
        None => Vec::new(),
    }
}

fn list(mut gaps: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        let place = read_number(&mut gaps)?.checked_add(next)?;
        next = place + 1;
        u16::try_from(place).ok()
    })
}

/// Writes a number, seven bits a byte.
pub(super) fn number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7F) as u8);
}

/// Reads a number that [`number`] wrote.
pub(super) fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_come_back_as_they_were(set in prop::collection::btree_set(0..4000_u16, 0..600), spread in 1..16_u16) {
            let places: Vec<u16> = set.into_iter().map(|place| place.saturating_mul(spread)).collect();
            let documents = places.last().map_or(1, |last| usize::from(*last) + 1);
            let mut bytes = Vec::new();
            encode(&places, documents, &mut bytes);
            prop_assert!(bytes.len() <= documents.div_ceil(8) + 1);
            prop_assert_eq!(decode(&bytes), places.clone());
            let mut read = Places::none(documents);
            read.add_encoded(&bytes);
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), places.iter().map(|place| usize::from(*place)).collect::<Vec<_>>());
        }

        #[test]
        fn damaged_bytes_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            decode(&bytes);
            Places::none(70).add_encoded(&bytes);
        }
    }
}
