//! Characters as a search compares them: without case, without marks that writing may leave out, without width or
//! style, digits of every script as `0` to `9`, katakana as hiragana. Nothing here undoes tricks: that is
//! [`super::normalize`], and what the model reads must not change with what people search by.

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

use super::normalize::is_invisible;
use crate::classes::is_letter_or_digit;

/// The zeros of the decimal digits that have a script of their own.
const ZEROS: [u32; 17] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0,
];

/// Hands each character that `c` is compared as to `keep`; none for a mark or a character that shows nothing.
pub fn fold(c: char, mut keep: impl FnMut(char)) {
    if c.is_ascii() {
        return keep(c.to_ascii_lowercase());
    }
    if is_skipped(c) {
        return;
    }
    if matches!(c, '\u{3041}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}') {
        return keep(hiragana(c));
    }
    decompose_compatible(c, |part| {
        if is_skipped(part) {
            return;
        }
        for lower in part.to_lowercase() {
            if !is_skipped(lower) {
                plain(lower, &mut keep);
            }
        }
    });
}

/// One character out of two, where the second is a sign that belongs to the first: a kana's voicing, the parts of a
/// Korean syllable.
#[must_use]
pub fn joined(first: char, second: char) -> Option<char> {
    let belongs = matches!(second, '\u{3099}' | '\u{309A}' | '\u{1161}'..='\u{1175}' | '\u{11A8}'..='\u{11C2}');
    belongs.then(|| compose(first, second)).flatten()
}

/// Whether a folded character is a part of a word.
#[must_use]
pub fn is_word(c: char) -> bool {
    is_letter_or_digit(c) || is_vowel_sign(c)
}

/// Whether a script is written without blanks between words, or, as Korean, with blanks that part more than words.
#[must_use]
pub const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E01}'..='\u{0E4E}' | '\u{0E81}'..='\u{0ECE}' | '\u{0F40}'..='\u{0FBC}' | '\u{1000}'..='\u{103F}'
        | '\u{1050}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17DD}' | '\u{1950}'..='\u{19DF}'
        | '\u{1A20}'..='\u{1AAF}' | '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{312F}' | '\u{3131}'..='\u{318E}' | '\u{31A0}'..='\u{31BF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{A4CF}' | '\u{A960}'..='\u{A9DF}' | '\u{A9E0}'..='\u{A9FE}'
        | '\u{AA60}'..='\u{AADF}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{1B000}'..='\u{1B16F}'
        | '\u{20000}'..='\u{323AF}')
}

/// Whether a character is a picture that people search for. The tones of skin and the joiners between pictures are
/// not: with them or without, it is the same picture.
#[must_use]
pub const fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{2BFF}'
        | '\u{3030}' | '\u{303D}' | '\u{1F000}'..='\u{1F0FF}' | '\u{1F1E6}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}')
}

/// Marks that writing may leave out, and characters that show nothing.
fn is_skipped(c: char) -> bool {
    match c {
        // What lengthens Arabic letters, what fills a Korean syllable that lacks a part, what picks a glyph or a tone of skin.
        '\u{0640}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{1F3FB}'..='\u{1F3FF}'
        | '\u{E0100}'..='\u{E01EF}' => true,
        _ => is_invisible(c) || (is_combining_mark(c) && !is_vowel_sign(c)),
    }
}

/// Marks without which a word would be another: the vowel signs of the scripts of India and South-East Asia, their
/// tones, the voicing of kana.
fn is_vowel_sign(c: char) -> bool {
    if matches!(c, '\u{3099}' | '\u{309A}') {
        return true;
    }
    let dots = matches!(
        c,
        '\u{093C}' | '\u{0951}'
            ..='\u{0954}' | '\u{09BC}' | '\u{0A3C}' | '\u{0ABC}' | '\u{0B3C}' | '\u{0CBC}'
    );
    let scripts = matches!(c, '\u{07A6}'..='\u{07B0}' | '\u{0900}'..='\u{109F}' | '\u{1700}'..='\u{18AF}'
        | '\u{1920}'..='\u{1AAF}' | '\u{1B00}'..='\u{1CCF}' | '\u{A800}'..='\u{ABFF}' | '\u{11000}'..='\u{11FFF}');
    scripts && !dots && is_combining_mark(c)
}

/// Letters that Unicode takes for letters of their own where people type another, and digits.
fn plain(c: char, keep: &mut impl FnMut(char)) {
    let letters = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'đ' | 'ð' | 'ɖ' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ı' => "i",
        'ς' => "σ",
        'ى' | 'ی' | 'ې' => "ي",
        'ک' | 'ڪ' => "ك",
        'ة' | 'ۀ' | 'ە' | 'ہ' => "ه",
        'ٱ' => "ا",
        'ך' => "כ",
        'ם' => "מ",
        'ן' => "נ",
        'ף' => "פ",
        'ץ' => "צ",
        _ => return keep(digit(c).unwrap_or_else(|| hiragana(c))),
    };
    letters.chars().for_each(keep);
}

fn digit(c: char) -> Option<char> {
    let c = u32::from(c);
    let zero = ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&c))?;
    char::from_digit(c - zero, 10)
}

/// Katakana as hiragana.
fn hiragana(c: char) -> char {
    match c {
        '\u{30A1}'..='\u{30F6}' | '\u{30FD}'..='\u{30FE}' => {
            char::from_u32(u32::from(c) - 0x60).unwrap_or(c)
        }
        _ => c,
    }
}
