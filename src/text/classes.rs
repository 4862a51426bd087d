//! Which characters are letters and digits, as [`char::is_alphabetic`] and [`char::is_alphanumeric`] say, from a table: the
//! standard library searches for the answer outside ASCII, which took seven tenths of the time in which a Thai comment was read.

use std::sync::LazyLock;

/// Characters that the table has: the Basic Multilingual Plane, where the scripts are that people write in.
const COVERED: u32 = 0x1_0000;

/// A bit for each character.
struct Class(Box<[u64]>);

static LETTERS: LazyLock<Class> = LazyLock::new(|| Class::of(char::is_alphabetic));
static LETTERS_AND_DIGITS: LazyLock<Class> = LazyLock::new(|| Class::of(char::is_alphanumeric));

impl Class {
    fn of(has: impl Fn(char) -> bool) -> Self {
        let mut bits = vec![0; COVERED as usize / 64];
        for c in (0..COVERED).filter_map(char::from_u32).filter(|c| has(*c)) {
            bits[c as usize / 64] |= 1 << (c as u32 % 64);
        }
        Self(bits.into())
    }

    /// Whether a character is in it; `None` for one that the table does not cover.
    #[inline]
    fn has(&self, c: char) -> Option<bool> {
        let bits = self.0.get(c as usize / 64)?;
        Some(bits & (1 << (c as u32 % 64)) != 0)
    }
}

/// Is it a letter of any script?
#[inline]
#[must_use]
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    LETTERS.has(c).unwrap_or_else(|| c.is_alphabetic())
}

/// Is it a letter or a digit of any script?
#[inline]
#[must_use]
pub fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    LETTERS_AND_DIGITS
        .has(c)
        .unwrap_or_else(|| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_the_standard_library_says() {
        for c in ('\0'..=char::MAX).filter(|c| (*c as u32) < 0x3_2000) {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_letter_or_digit(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}
