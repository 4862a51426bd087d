//! What a person sees of a text, folded to one line: what looks the same becomes the same. The model's
//! normaliser undoes markup, styles, invisible characters and lookalikes; here the rest is done that a
//! comparison needs, where the model only weighs: letters are folded the same way wherever they stand,
//! and the marks that a script may leave out are left out.

use unicode_normalization::UnicodeNormalization;

use crate::text::glyphs::{ATTRIBUTE, Glyph, Glyphs};
use crate::text::lookalikes;
use crate::text::normalize::{normalize, normalize_plain};

/// Stands where a tag parts two pieces of text without a blank that a reader would see.
pub(super) const GAP: char = '\u{E0F1}';

/// A blank that is no white space: the pattern of Braille without a dot.
const BRAILLE_BLANK: char = '\u{2800}';

/// A text as it is read, with its markup undone, and what its links lead to.
pub(super) fn text(raw: &str, glyphs: &mut Glyphs) -> (String, String) {
    normalize(raw, glyphs);
    let (mut shown, mut targets) = (String::with_capacity(raw.len()), String::new());
    let glyphs = &glyphs.glyphs;
    let mut at = 0;
    while at < glyphs.len() {
        let is_target = glyphs[at].marks & ATTRIBUTE != 0;
        let same = |g: &Glyph| (g.marks & ATTRIBUTE != 0) == is_target;
        let length = glyphs[at..].iter().position(|g| !same(g));
        let end = length.map_or(glyphs.len(), |length| at + length);
        if is_target {
            let breaks = glyphs[at..end].iter().any(|g| g.folded == '\n');
            shown.push(if breaks { ' ' } else { GAP });
            shapes(&glyphs[at..end], &mut targets);
            targets.push(' ');
        } else {
            shapes(&glyphs[at..end], &mut shown);
        }
        at = end;
    }
    (line(&shown), line(&targets))
}

/// A text taken literally: `<b>` is these three characters.
pub(super) fn literal(raw: &str, glyphs: &mut Glyphs) -> String {
    normalize_plain(raw, glyphs);
    let mut shown = String::with_capacity(raw.len());
    shapes(&glyphs.glyphs, &mut shown);
    line(&shown)
}

/// One line, with single blanks and composed characters.
fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if !(c.is_whitespace() || c == BRAILLE_BLANK) {
            line.push(c);
        } else if !line.ends_with(' ') && !line.is_empty() {
            line.push(' ');
        }
    }
    line.truncate(line.trim_end().len());
    if line.is_ascii() {
        return line;
    }
    line.nfc().collect()
}

/// Appends the characters that glyphs are compared as, word by word.
fn shapes(glyphs: &[Glyph], out: &mut String) {
    let mut rest = glyphs;
    while let Some(first) = rest.first() {
        let word = rest.iter().take_while(|g| g.folded.is_alphanumeric());
        let (word, after) = rest.split_at(word.count().max(1));
        rest = after;
        if !first.folded.is_alphanumeric() {
            shape(first.folded, out);
            continue;
        }
        // In a word that mixes scripts the normaliser has found out which letters pose as others. In one
        // that does not, what it did depends on the text around it: a letter's own look does not.
        let is_mixed = word.iter().any(|g| g.cased.is_ascii_alphabetic());
        for glyph in word {
            if is_mixed || glyph.cased.is_ascii() {
                shape(glyph.folded, out);
            } else {
                for c in glyph.cased.to_lowercase() {
                    shape(c, out);
                }
            }
        }
    }
}

/// Appends one character in the form in which it is compared.
fn shape(c: char, out: &mut String) {
    if c.is_ascii() {
        return out.push(c);
    }
    match c {
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ł' => out.push('l'),
        'đ' | 'ð' => out.push('d'),
        'ø' => out.push('o'),
        'ς' | 'σ' => out.push('σ'),
        'ی' | 'ى' => out.push('ي'),
        'ک' => out.push('ك'),
        _ if is_optional(c) => {}
        _ => out.push(lookalikes::seen(c)),
    }
}

/// Marks that writing may leave out, and characters that show nothing: Hebrew points, Arabic vowel
/// signs and lengthening, format characters beyond those that the normaliser knows.
fn is_optional(c: char) -> bool {
    matches!(c, '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}' | '\u{05C5}'
        | '\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06ED}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(raw: &str) -> String {
        text(raw, &mut Glyphs::default()).0
    }

    fn typed(raw: &str) -> String {
        literal(raw, &mut Glyphs::default())
    }

    #[test]
    fn what_looks_the_same_is_the_same_whatever_stands_around_it() {
        for (one, other) in [
            ("оса", "ОСА and many Latin words around it"),
            ("ВОР", "the вор was here, says everybody"),
            ("vіаgrа", "VIAGRA"),
            ("STRASSE", "straße"),
            ("ΟΔΥΣΣΕΥΣ", "Ὀδυσσεύς"),
            ("Łódź", "lodz"),
            ("ガス", "ｶﾞｽ"),
            ("мой", "мои\u{306}"),
            ("كتاب", "كِتَابٌ"),
            ("שלום", "שָׁלוֹם"),
            ("İSTANBUL", "istanbul"),
        ] {
            assert!(seen(other).contains(&typed(one)), "{one}: {}", seen(other));
        }
        assert_eq!(seen("a \u{2800} b\n\tc "), "a b c");
    }

    #[test]
    fn markup_is_undone_in_texts_and_stays_in_what_is_taken_literally() {
        assert_eq!(seen("vi<b></b>agra &amp; &#118;iagra"), "viagra & viagra");
        assert_eq!(typed("<b> &amp;"), "<b> &amp;");
        let (shown, targets) = text(
            "buy <a href='http://x.example/a'>pills</a>",
            &mut Glyphs::default(),
        );
        assert_eq!(shown, format!("buy {GAP}pills{GAP}"));
        assert_eq!(targets, "http://x.example/a");
    }
}
