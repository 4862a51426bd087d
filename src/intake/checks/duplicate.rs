//! Repeated text, on the same page or across pages. Texts are compared by their letters and digits
//! alone, so that a changed comma does not make a new text; short ones are left out, because people
//! do say "thank you" twice.

use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::{
    evidence::{Check, Finding},
    reason::Reason,
};

/// Letters and digits that a text needs before its repetition means anything.
const MIN_CHARS: usize = 20;

const EACH: f64 = 1.0;
const MOST: f64 = 4.0;

pub(super) fn finding(before: i64) -> Option<Finding> {
    #[expect(clippy::cast_precision_loss, reason = "at most 10")]
    let weight = (EACH * before as f64).min(MOST);
    (before > 0).then_some(Finding {
        check: Check::Duplicate,
        weight,
        reason: Reason::Repeated(before),
        forces: None,
    })
}

/// A hash of a text's letters and digits; `None` for a short text.
pub(super) fn fingerprint(text: &str) -> Option<i64> {
    let letters: String = if text.is_ascii() {
        // The same, without the tables that other writing needs.
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).collect()
    } else {
        text.nfkc()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let long = letters.chars().nth(MIN_CHARS - 1).is_some();
    long.then(|| xxh3_64(letters.as_bytes()).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::{finding, fingerprint};

    #[test]
    fn punctuation_case_and_width_do_not_make_a_new_text() {
        let one = fingerprint("Check out my NEW channel, everyone!");
        assert!(one.is_some());
        assert_eq!(one, fingerprint("check out my new channel … ｅveryone"));
        assert_ne!(one, fingerprint("check out my old channel, everyone"));
        assert_eq!(fingerprint("Thank you!"), None);
    }
    #[test]
    fn each_repetition_weighs_as_much_as_the_first_up_to_a_limit() {
        let weight = |before| finding(before).map(|finding| finding.weight);
        let weights = [0, 1, 2, 3, 4, 9].map(weight);
        assert_eq!(
            weights,
            [None, Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(4.0)]
        );
    }
}
