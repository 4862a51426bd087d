//! What a file is in that says nothing of itself, by its letters.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252};

/// What bytes that are no UTF-8 are in, as far as their letters tell.
pub(super) fn guessed(raw: &[u8], is_whole: bool) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(raw, is_whole);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let western = WINDOWS_1252.decode_without_bom_handling(raw).0;
    if is_spanish(&western) && !has_signs_in_words(&western) {
        return WINDOWS_1252;
    }
    guess
}

/// Whether a text has the marks that Spanish begins a question and an exclamation with: elsewhere they are letters of Polish.
fn is_spanish(text: &str) -> bool {
    let mut words = text.split([' ', '\n', '\t', ',', ';', '"', '>', '(']);
    words.any(|word| {
        word.starts_with(['¡', '¿']) && word.chars().nth(1).is_some_and(char::is_alphabetic)
    })
}

/// Whether a text has signs within words that no language writes there: it is read wrong.
fn has_signs_in_words(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let is_sign = |c: char| {
        matches!(
            c,
            '¹' | '²'
                | '³'
                | '¼'
                | '½'
                | '¾'
                | '¤'
                | '¥'
                | '§'
                | '¨'
                | '¯'
                | '¶'
                | '±'
                | '÷'
                | '×'
        )
    };
    letters
        .windows(3)
        .any(|three| three[0].is_alphabetic() && is_sign(three[1]) && three[2].is_alphabetic())
}
