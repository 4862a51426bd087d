//! Repeated text, on the same page or across pages. Texts are compared by their letters and digits
//! alone, so that a changed comma does not make a new text; short ones are left out, because people
//! do say "thank you" twice.

use std::time::Duration;

use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_128;

use super::Facts;
use crate::{
    domain::evidence::{Check, Finding},
    storage::counters::Counted,
};

pub(super) const KIND: &str = "text";

/// Letters and digits that a text needs before its repetition means anything.
const MIN_CHARS: usize = 20;

const EACH: f64 = 1.0;
const MOST: f64 = 4.0;

pub(super) fn counted(facts: &Facts<'_>) -> Option<Counted> {
    let hours = facts.app.settings.intake.duplicate_window_hours;
    Some(Counted {
        site: facts.site.slug.to_string(),
        kind: KIND,
        counted: fingerprint(facts.submission.text.as_str())?,
        expires_at: facts
            .now
            .plus(Duration::from_secs(hours * 60 * 60))
            .millis(),
    })
}

pub(super) fn finding(count: i64) -> Option<Finding> {
    let before = count - 1;
    if before < 1 {
        return None;
    }
    let times = if before == 1 {
        "once".to_owned()
    } else {
        format!("{before} times")
    };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let weight = (EACH * before as f64).min(MOST);
    Some(Finding {
        check: Check::Duplicate,
        weight,
        reason: format!("The same text was posted {times} before"),
        forces: None,
    })
}

fn fingerprint(text: &str) -> Option<String> {
    let letters: String = text
        .nfkc()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let long = letters.chars().nth(MIN_CHARS - 1).is_some();
    long.then(|| format!("{:032x}", xxh3_128(letters.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn punctuation_case_and_width_do_not_make_a_new_text() {
        let one = fingerprint("Check out my NEW channel, everyone!");
        assert!(one.is_some());
        assert_eq!(one, fingerprint("check out my new channel … ｅveryone"));
        assert_ne!(one, fingerprint("check out my old channel, everyone"));
        assert_eq!(fingerprint("Thank you!"), None);
    }
}
