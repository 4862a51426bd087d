//! Keys of words and other features: numbers that are made of characters, and spread.

/// Spreads the bits of a key (the finaliser of `MurmurHash3`, Appleby 2011).
#[inline]
#[must_use]
pub const fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let key = (key ^ (key >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    key ^ (key >> 33)
}

/// Takes one more character into a running key.
#[inline]
pub(crate) const fn extend(key: u64, c: char) -> u64 {
    (key.rotate_left(5) ^ c as u64).wrapping_mul(0x517C_C1B7_2722_0A95)
}
