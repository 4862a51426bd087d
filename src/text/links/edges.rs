//! Where an address starts and ends, where `linkify` does not see it.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::classes::is_letter_or_digit;
use crate::html;

/// The parts of a text between the characters at which every address ends, with their places.
pub(super) fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if ends_address(c, &text[at..]) {
            pieces.push((start, &text[start..at]));
            start = at + c.len_utf8();
        }
    }
    pieces.push((start, &text[start..]));
    pieces
}

/// Whether no address goes on at this character, with which `rest` begins. What ASCII characters do is
/// `linkify`'s to say.
fn ends_address(c: char, rest: &str) -> bool {
    match c {
        '&' => html::entity(rest).is_some_and(|(decoded, _)| {
            let ends = |c: char| "<>\"'".contains(c) || c.is_whitespace() || !c.is_ascii();
            decoded.starts_with(ends)
        }),
        // Joiners are in names of some scripts.
        '\0'..='\x7f' | '\u{200c}' | '\u{200d}' => false,
        // Between letters these belong to a word, else they end a sentence or a quotation.
        '\u{2010}'..='\u{2013}' | '’' => !rest.chars().nth(1).is_some_and(is_letter_or_digit),
        _ => !is_letter_or_digit(c) && !is_combining_mark(c),
    }
}

/// A text as `linkify` is shown it, of the same length: what it takes for no part of a host (a label of another
/// script at the end, a character with a percent sign) is made of letters.
pub(super) fn shadow(piece: &str) -> String {
    let mut shadow = String::with_capacity(piece.len());
    let mut rest = piece;
    while let Some(c) = rest.chars().next() {
        let length = unseen(rest, shadow.ends_with('.'));
        if length == 0 {
            shadow.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            shadow.extend(std::iter::repeat_n('x', length));
            rest = &rest[length..];
        }
    }
    shadow
}

/// How much at the start of `rest` has to be made of letters, in bytes.
fn unseen(rest: &str, after_dot: bool) -> usize {
    let bytes = rest.as_bytes();
    if bytes[0] == b'%' {
        let is_escape = bytes.len() > 2 && bytes[1..3].iter().all(u8::is_ascii_hexdigit);
        return if is_escape { 3 } else { 0 };
    }
    if !after_dot {
        return 0;
    }
    let label = rest.find(|c: char| c.is_ascii()).unwrap_or(rest.len());
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if rest[label..].starts_with(goes_on) {
        0
    } else {
        label
    }
}

/// Where in an address user, host and port are.
pub(super) fn authority(address: &str) -> Range<usize> {
    let start = address.find("://").map_or(0, |at| at + 3);
    let length = address[start..].find(['/', '?', '#', '\\']);
    start..length.map_or(address.len(), |length| start + length)
}

/// Where an address ends whose last label goes over into another script: no ending of hosts mixes scripts.
pub(super) fn end(address: &str) -> usize {
    let place = authority(address);
    let host = &address[place.clone()];
    let Some(dot) = host.rfind('.') else {
        return address.len();
    };
    let label = &host[dot + 1..];
    let letters = label.bytes().take_while(u8::is_ascii_alphabetic).count();
    let goes_over = label[letters..].starts_with(|c: char| !c.is_ascii());
    if letters >= 2 && goes_over {
        place.start + dot + 1 + letters
    } else {
        address.len()
    }
}

/// Where a host begins that follows a text without a space: in scripts that are written without spaces.
pub(super) fn beginning(host: &str) -> usize {
    let label = host.find('.').map_or(host, |dot| &host[..dot]);
    let before = label.char_indices().rev().find(|(_, c)| is_unspaced(*c));
    let from = before.map_or(0, |(at, c)| at + c.len_utf8());
    if from < label.len() { from } else { 0 }
}

/// Letters of scripts that put no spaces between words, or particles after a foreign one: Thai to Khmer, Chinese,
/// Japanese, Korean.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
