//! Lookalike letters: Cyrillic, Greek or other letters posing as Latin ones, brought back by the
//! Unicode confusables table (UTS 39). Honest words of other scripts are left alone.

use super::glyphs::{DISGUISED, Glyph, Glyphs};
use crate::classes::{is_letter, is_letter_or_digit};

/// Letters that a text must have, all of them lookalikes, to be taken for Latin writing as a whole.
const POSING_LETTERS: usize = 8;

/// What the letters of a text as a whole say about its words.
#[derive(Clone, Copy, Debug)]
struct Context {
    /// Most letters are ASCII.
    latin: bool,
    /// Every other letter looks like a Latin one, which no honest text of this length does.
    posing: bool,
}

/// Unmasks the words of `out` that mix ASCII letters with lookalikes, and, in a text that is mostly
/// ASCII or made of nothing but lookalikes, the words made of nothing but lookalikes.
pub fn unmask(out: &mut Glyphs) {
    let context = Context {
        latin: out.traits.letters - out.traits.foreign > out.traits.foreign,
        posing: is_posing(&out.glyphs),
    };
    let mut start = 0;
    while start < out.glyphs.len() {
        if !is_letter(out.glyphs[start].folded) {
            start += 1;
            continue;
        }
        let length = out.glyphs[start..]
            .iter()
            .position(|g| !is_letter_or_digit(g.folded))
            .unwrap_or(out.glyphs.len() - start);
        out.traits.lookalikes += unmask_word(&mut out.glyphs[start..start + length], context);
        start += length;
    }
}

/// Is the whole text Latin writing in other letters? Besides lookalikes it has a word in which they are mixed with
/// letters of Latin writing alone, for a short honest text may be made of lookalikes and a name in Latin letters.
fn is_posing(glyphs: &[Glyph]) -> bool {
    let mut letters = 0;
    for glyph in glyphs.iter().filter(|glyph| poses(glyph.folded)) {
        if look(glyph).is_none() {
            return false;
        }
        letters += 1;
    }
    letters >= POSING_LETTERS
        && glyphs
            .split(|glyph| !is_letter_or_digit(glyph.folded))
            .any(is_mixed)
}

/// Has this word letters of Latin writing alone beside others?
fn is_mixed(word: &[Glyph]) -> bool {
    let cyrillic = word.iter().any(|glyph| is_cyrillic(glyph.folded));
    let twin = |letter: char| TWINS.iter().any(|(latin, _)| *latin == letter);
    let latin =
        |glyph: &Glyph| glyph.folded.is_ascii_alphabetic() && !(cyrillic && twin(glyph.folded));
    word.iter().any(|glyph| poses(glyph.folded)) && word.iter().any(latin)
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{0400}'..='\u{04FF}')
}

/// Unmasks one word and counts the letters changed.
fn unmask_word(word: &mut [Glyph], context: Context) -> u32 {
    let foreign = word.iter().filter(|g| poses(g.folded)).count();
    if foreign == 0 {
        return 0;
    }
    let mixed = word.iter().any(|g| g.folded.is_ascii_alphabetic());
    let posing =
        context.posing || context.latin && word.iter().all(|g| prototype(g.cased).is_some());
    if !mixed && !posing {
        return 0;
    }
    // A letter that is no Latin one, whatever it looks like, says that the Latin ones pose.
    let latin = context.posing
        || word
            .iter()
            .all(|g| !poses(g.folded) || prototype(g.cased).is_some());
    if mixed && !latin && word.iter().any(|g| is_cyrillic(g.folded)) {
        return to_cyrillic(word);
    }
    let mut changed = 0;
    for glyph in word.iter_mut().filter(|g| poses(g.folded)) {
        let plain = if context.posing {
            look(glyph)
        } else {
            prototype(glyph.cased)
        };
        if let Some(plain) = plain {
            glyph.folded = plain;
            glyph.marks |= DISGUISED;
            changed += 1;
        }
    }
    changed
}

/// The ASCII letter that a letter can be taken for where all around it are: its prototype, or one of about its shape.
fn look(glyph: &Glyph) -> Option<char> {
    const SHAPES: [(char, char); 25] = [
        ('п', 'n'),
        ('т', 't'),
        ('к', 'k'),
        ('в', 'b'),
        ('м', 'm'),
        ('н', 'h'),
        ('ц', 'u'),
        ('щ', 'w'),
        ('я', 'r'),
        ('и', 'n'),
        ('ь', 'b'),
        ('α', 'a'),
        ('β', 'b'),
        ('ε', 'e'),
        ('η', 'n'),
        ('κ', 'k'),
        ('μ', 'u'),
        ('χ', 'x'),
        ('ω', 'w'),
        ('τ', 't'),
        ('ꮖ', 'i'),
        ('ꭴ', 'o'),
        ('ꮎ', 'o'),
        ('з', 's'),
        ('ч', 'h'),
    ];
    prototype(glyph.cased).or_else(|| {
        let shape = SHAPES.iter().find(|(own, _)| *own == glyph.folded);
        shape.map(|(_, plain)| *plain)
    })
}

/// Latin letters and the Cyrillic ones of the same shape.
const TWINS: [(char, char); 19] = [
    ('a', 'а'),
    ('b', 'в'),
    ('c', 'с'),
    ('e', 'е'),
    ('g', 'д'),
    ('h', 'н'),
    ('i', 'і'),
    ('k', 'к'),
    ('m', 'м'),
    ('n', 'п'),
    ('o', 'о'),
    ('p', 'р'),
    ('r', 'г'),
    ('t', 'т'),
    ('u', 'и'),
    ('x', 'х'),
    ('y', 'у'),
    ('0', 'о'),
    ('3', 'з'),
];

/// Brings Latin letters within a Cyrillic word back, where each has a Cyrillic twin.
fn to_cyrillic(word: &mut [Glyph]) -> u32 {
    let mut changed = 0;
    for glyph in word {
        if let Some((_, twin)) = TWINS.iter().find(|(latin, _)| *latin == glyph.folded) {
            glyph.folded = *twin;
            glyph.marks |= DISGUISED;
            changed += 1;
        }
    }
    changed
}

/// What `c`, in lower case, looks like, whatever stands around it: an ASCII letter, or itself. Scripts
/// that share no shapes with Latin writing keep their letters.
#[must_use]
pub fn seen(c: char) -> char {
    if !poses(c) || matches!(c, '\u{0590}'..='\u{08FF}') {
        return c;
    }
    prototype(c).unwrap_or(c)
}

/// Could this letter be posing as a Latin one? Scripts that share no letter shapes are ruled out
/// before the table is asked.
fn poses(c: char) -> bool {
    !c.is_ascii()
        && is_letter(c)
        && !matches!(c, '\u{0900}'..='\u{109F}' | '\u{3041}'..='\u{AB2F}' | '\u{ABC0}'..='\u{D7A3}')
}

/// The ASCII letter or digit that `c` looks like, in lower case.
fn prototype(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c.to_ascii_lowercase());
    }
    let mut buffer = [0; 4];
    let mut skeleton = unicode_security::skeleton(c.encode_utf8(&mut buffer));
    let first = skeleton.next()?;
    (first.is_ascii_alphanumeric() && skeleton.next().is_none())
        .then_some(first.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use crate::glyphs::Glyphs;
    use crate::normalize::normalize;

    fn read(text: &str) -> String {
        let mut out = Glyphs::default();
        normalize(text, &mut out);
        out.glyphs.iter().map(|glyph| glyph.folded).collect()
    }

    #[test]
    fn a_text_made_of_lookalikes_is_read_as_what_it_shows() {
        assert_eq!(read("Сһеар ріllѕ аnd саѕіпо"), "cheap pills and casino");
        assert_eq!(
            read("ᏟᎻᎬᎪᏢ flights ᎪNᎠ ᏟᎪᏚᎥNᎤ").split(' ').next(),
            Some("cheap")
        );
        assert_eq!(read("łóżko på đęŧ"), "lozko pa det");
    }

    #[test]
    fn honest_words_keep_their_letters_and_latin_ones_among_them_are_turned() {
        for text in [
            "Смотрите на карте",
            "а у нас все хорошо",
            "σας ευχαριστώ πολύ",
        ] {
            assert!(
                read(text).chars().all(|c| !c.is_ascii_alphabetic()),
                "{text}"
            );
        }
        assert_eq!(read("Смотрите Google"), "смотрите google");
        assert_eq!(read("зapaбoтoк на дому"), "заработок на дому");
    }
}
