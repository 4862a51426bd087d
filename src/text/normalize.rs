//! Folding a submitted text into glyphs: entities and tags undone, compatibility forms and case
//! folded, accents and invisible characters dropped, lookalike letters brought back to the script
//! they pose as. Every trick undone is counted, because its presence is evidence of its own.
//! What the glyphs then mean is the business of [`super::tokens`].

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::glyphs::{ATTRIBUTE, CAPITAL, DISGUISED, Glyph, Glyphs, TURNED, UPSIDE_DOWN};
use super::html::{self, Effect};
use super::letters::{self, Form};
use super::order;
use crate::classes::is_letter;

/// Shows what follows from right to left, up to its end mark or the line's.
const OVERRIDE: char = '\u{202E}';

/// Folds `text` into `out`, replacing what was there.
pub fn normalize(text: &str, out: &mut Glyphs) {
    fold_text::<true>(text, out);
}

/// Folds a text in which `&` and `<` are these characters and never the beginning of markup.
pub fn normalize_plain(text: &str, out: &mut Glyphs) {
    fold_text::<false>(text, out);
}

fn fold_text<const MARKUP: bool>(text: &str, out: &mut Glyphs) {
    out.clear();
    out.length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut at = 0;
    // Rare, so looked for once; the loop below marks what stands after it.
    let overridden = text.contains(OVERRIDE);
    let mut turned = false;
    while let Some(&byte) = text.as_bytes().get(at) {
        let before = out.glyphs.len();
        if overridden {
            turned = match text[at..].chars().next() {
                Some(OVERRIDE) => true,
                Some('\u{202C}' | '\n') => false,
                _ => turned,
            };
        }
        at += match byte {
            b'&' if MARKUP => fold_entity(&text[at..], at, out),
            b'<' if MARKUP => fold_tag(&text[at..], at, out),
            0x80.. => fold_character(&text[at..], at, out),
            _ => {
                push_ascii(byte, at, 0, out);
                1
            }
        };
        if turned {
            for glyph in &mut out.glyphs[before..] {
                glyph.marks |= TURNED | DISGUISED;
            }
        }
    }
    order::restore(out);
    if out.traits.foreign > 0 {
        super::lookalikes::unmask(out);
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn push_ascii(byte: u8, at: usize, marks: u8, out: &mut Glyphs) {
    let traits = &mut out.traits;
    let mut marks = marks;
    match byte {
        b'A'..=b'Z' => {
            traits.letters += 1;
            traits.capitals += 1;
            marks |= CAPITAL;
        }
        b'a'..=b'z' => traits.letters += 1,
        b'0'..=b'9' => traits.digits += 1,
        b'\n' => {
            traits.breaks += 1;
            traits.spaces += 1;
        }
        b' ' | b'\t' | b'\r' => traits.spaces += 1,
        _ => traits.symbols += 1,
    }
    out.glyphs.push(Glyph {
        folded: char::from(byte.to_ascii_lowercase()),
        cased: char::from(byte),
        at: offset(at),
        marks,
    });
}

fn fold_entity(rest: &str, at: usize, out: &mut Glyphs) -> usize {
    let Some((decoded, length)) = html::entity(rest) else {
        push_ascii(b'&', at, 0, out);
        return 1;
    };
    out.traits.entities += 1;
    if decoded == "&"
        && let Some((twice, more)) = rest[length - 1..].strip_prefix(';').and_then(encoded_twice)
    {
        fold(twice, at, DISGUISED, out);
        return length + more;
    }
    for c in decoded.chars() {
        fold(c, at, 0, out);
    }
    length
}

/// What `#103;` stands for after an encoded ampersand, and its length in bytes.
fn encoded_twice(rest: &str) -> Option<(char, usize)> {
    let number = rest.strip_prefix('#')?.split_once(';')?.0;
    let digits =
        !number.is_empty() && number.len() < 8 && number.bytes().all(|b| b.is_ascii_digit());
    let c = digits.then(|| number.parse().ok().and_then(char::from_u32))??;
    Some((c, number.len() + 2))
}

fn fold_tag(rest: &str, at: usize, out: &mut Glyphs) -> usize {
    let Some(tag) = html::tag(rest) else {
        push_ascii(b'<', at, 0, out);
        return 1;
    };
    if tag.anchor {
        out.traits.anchors += 1;
    } else {
        out.traits.tags += 1;
    }
    match tag.effect {
        Effect::None => {}
        Effect::Gap => push_ascii(b' ', at, ATTRIBUTE, out),
        Effect::Break => push_ascii(b'\n', at, ATTRIBUTE, out),
    }
    if let Some(target) = tag.target {
        for c in target.chars() {
            fold(c, at, ATTRIBUTE, out);
        }
        push_ascii(b' ', at, ATTRIBUTE, out);
    }
    tag.length
}

fn fold_character(rest: &str, at: usize, out: &mut Glyphs) -> usize {
    let Some(c) = rest.chars().next() else {
        return 1;
    };
    if is_regional(c) {
        return fold_regional(rest, at, out);
    }
    fold(c, at, 0, out);
    c.len_utf8()
}

/// The letters that flags are made of, two for each.
fn is_regional(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Folds a run of regional letters: flags stay, and what no flags are made of is writing.
fn fold_regional(rest: &str, at: usize, out: &mut Glyphs) -> usize {
    let count = rest.chars().take_while(|c| is_regional(*c)).count();
    let writing = count > 2 && (count % 2 == 1 || count > 6);
    let mut length = 0;
    for c in rest.chars().take(count) {
        let letter = u8::try_from(c as u32 - 0x1F1E6).map(|place| b'A' + place);
        match letter {
            Ok(letter) if writing => {
                out.traits.styled += 1;
                push_ascii(letter, at + length, DISGUISED, out);
            }
            _ => push_letters(c, at + length, 0, out),
        }
        length += c.len_utf8();
    }
    length
}

/// Folds one character.
fn fold(c: char, at: usize, marks: u8, out: &mut Glyphs) {
    if let Ok(byte) = u8::try_from(c)
        && byte.is_ascii()
    {
        return push_ascii(byte, at, marks, out);
    }
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02BC}' => return push_ascii(b'\'', at, marks, out),
        '\u{201C}' | '\u{201D}' => return push_ascii(b'"', at, marks, out),
        '\u{2010}'..='\u{2015}' => return push_ascii(b'-', at, marks, out),
        // A selector only picks a glyph's colour: every second emoji has one.
        '\u{FE00}'..='\u{FE0F}' => return,
        _ => {}
    }
    if is_invisible(c) {
        out.traits.invisible += 1;
        if let Some(last) = out.glyphs.last_mut() {
            last.marks |= DISGUISED;
        }
    } else if is_accent(c) {
        out.traits.stacked += 1;
        if let Some(last) = out.glyphs.last_mut() {
            last.marks |= DISGUISED;
        }
    } else if c.is_whitespace() {
        push_ascii(b' ', at, marks, out);
    } else if keeps_form(c) {
        push_letters(c, at, marks, out);
    } else if let Some((letter, form)) = letters::read(c) {
        let mark = match form {
            Form::Plain => 0,
            Form::Styled => DISGUISED,
            Form::Turned => DISGUISED | UPSIDE_DOWN,
        };
        out.traits.styled += u32::from(mark != 0);
        push_ascii(letter, at, marks | mark, out);
    } else {
        decompose_compatible(c, |part| {
            if part.is_ascii() && !part.is_whitespace() {
                let styled = part.is_ascii_alphanumeric() && is_styled(c);
                out.traits.styled += u32::from(styled);
                let mark = if styled { DISGUISED } else { 0 };
                push_ascii(part as u8, at, marks | mark, out);
            } else if !is_accent(part) {
                push_letters(part, at, marks, out);
            }
        });
    }
}

/// Pushes a character outside ASCII in lower case.
fn push_letters(c: char, at: usize, marks: u8, out: &mut Glyphs) {
    let mut marks = marks;
    if is_letter(c) {
        out.traits.letters += 1;
        out.traits.foreign += 1;
        if c.is_uppercase() {
            out.traits.capitals += 1;
            marks |= CAPITAL;
        }
    } else if c.is_numeric() {
        out.traits.digits += 1;
    } else {
        out.traits.symbols += 1;
    }
    for folded in c.to_lowercase() {
        out.glyphs.push(Glyph {
            folded,
            cased: c,
            at: offset(at),
            marks,
        });
    }
}

/// Characters that show nothing: they only split words for a filter.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Combining marks of no script's own: dropped. Vowel signs of Indic, Thai, Arabic or Hebrew writing
/// and the voicing of kana are part of the word and stay.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}' | '\u{0483}'..='\u{0489}')
        && is_combining_mark(c)
}

/// Syllables and kana whose decomposition would only take them apart.
fn keeps_form(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Compatibility forms of letters and digits that only style brings: everything beyond the accented
/// letters and ligatures of ordinary writing.
fn is_styled(c: char) -> bool {
    matches!(c, '\u{2070}'..='\u{209C}' | '\u{2100}'..='\u{214F}' | '\u{2460}'..='\u{24FF}'
        | '\u{FF01}'..='\u{FF5E}' | '\u{1D400}'..='\u{1D7FF}' | '\u{1F100}'..='\u{1F1FF}'
        | '\u{1D2C}'..='\u{1D6A}' | '\u{02B0}'..='\u{02B8}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = Glyphs::default();
        normalize(text, &mut out);
        out.glyphs.iter().map(|g| g.folded).collect()
    }

    fn traits(text: &str) -> crate::glyphs::Traits {
        let mut out = Glyphs::default();
        normalize(text, &mut out);
        out.traits
    }

    #[test]
    fn tricks_are_undone() {
        assert_eq!(folded("𝗔𝗪𝗦𝗕𝟴𝟴"), "awsb88");
        assert_eq!(folded("Ｆｒｅｅ"), "free");
        assert_eq!(folded("vi\u{200B}ag\u{AD}ra"), "viagra");
        assert_eq!(folded("c\u{337}h\u{336}eap"), "cheap");
        assert_eq!(folded("🅑🅤🅨 ꜱᴀʟᴇ"), "buy sale");
        assert_eq!(folded("frее mоney"), "free money");
        assert_eq!(folded("&#102;ree &amp; easy"), "free & easy");
        assert_eq!(folded("vi<b>ag</b>ra"), "viagra");
    }

    #[test]
    fn tricks_leave_evidence() {
        assert_eq!(traits("𝗔𝗪𝗦").styled, 3);
        assert_eq!(traits("vi\u{200B}agra").invisible, 1);
        assert_eq!(traits("frее").lookalikes, 2);
        assert_eq!(traits("<a href='http://x.example'>x</a>").anchors, 1);
    }

    #[test]
    fn honest_writing_is_left_alone() {
        assert_eq!(folded("Привет всем"), "привет всем");
        assert_eq!(traits("Привет всем").lookalikes, 0);
        assert_eq!(folded("が日本"), "が日本");
        assert_eq!(folded("हिन्दी"), "हिन्दी");
        assert_eq!(folded("Café"), "cafe");
        assert_eq!(traits("Café").stacked, 0);
    }

    #[test]
    fn spans_lead_back_to_the_submitted_text() {
        let text = "a &amp; 𝗕𝗖 d";
        let mut out = Glyphs::default();
        normalize(text, &mut out);
        let (from, to) = out.span(4, 6);
        assert_eq!(&text[from as usize..to as usize], "𝗕𝗖");
    }
}
