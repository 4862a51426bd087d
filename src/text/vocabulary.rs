//! Which pairs of words and pieces of words are met again and again. There are millions of both, most of them met once, and
//! places for a few hundred thousand: those that are met again get places nearly to themselves, all others share the rest. A
//! fixed table, part of the feature space, counted over the texts that the shipped models learn from (see
//! `models/README.md`): a bit for each value of a longer hash than that of a place.

use super::views::View;

/// A bit for each value of the hash: pairs of words, then pieces. A static, as all that is compiled in: of a constant each unit that
/// the compiler makes has a copy of its own, in the program and in the processor's cache.
static TABLE: [u8; 2 * BYTES] = *include_bytes!("../../models/vocabulary.bin");

/// Binary logarithm of the number of values.
pub const BITS: u32 = 22;
/// Bytes of a view's part of the table.
pub const BYTES: usize = 1 << (BITS - 3);

/// The value that a view's hashed key has in the table.
#[must_use]
pub const fn value(hash: u64) -> u32 {
    (hash >> (64 - BITS)) as u32
}

/// Is a hashed pair of words, or a piece of a word, one that is met again and again?
#[inline]
#[must_use]
pub fn is_known(view: View, hash: u64) -> bool {
    #[cfg(test)]
    ASKED.set(ASKED.get() + 1);
    let value = value(hash) as usize;
    let byte = TABLE.get(view.index() * BYTES + value / 8);
    byte.is_some_and(|byte| byte & (1 << (value % 8)) != 0)
}

#[cfg(test)]
thread_local! {
    /// How often the table was asked.
    pub(crate) static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_covers_both_views_and_knows_few() {
        for part in TABLE.chunks(BYTES) {
            let known: u32 = part.iter().map(|byte| byte.count_ones()).sum();
            assert!((100_000..1 << (BITS - 2)).contains(&known), "{known}");
        }
    }
}
