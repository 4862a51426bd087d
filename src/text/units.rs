//! A text cut into what a search finds: words where a script puts blanks between them, single characters where it
//! does not, pictures. [`super::folding`] says what is equal to what.

use std::ops::Range;

use super::folding::{fold, is_picture, is_unspaced, is_word, joined};

/// Longest word that is kept whole, in bytes: the rest of a longer one is not compared.
const LONGEST: usize = 64;

/// A word, or a character of a script without blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// As it is compared.
    pub text: String,
    /// Where it is in the text, in bytes.
    pub range: Range<usize>,
    /// Whether it is one character of a script without blanks.
    pub is_character: bool,
    /// Whether it is a character and so is the one before, with nothing between them: together they are a pair.
    pub follows: bool,
}

/// The units of a text, in order.
#[must_use]
pub fn units(text: &str) -> Vec<Unit> {
    let mut cutter = Cutter {
        units: Vec::new(),
        open: Open::Nothing,
    };
    for (at, c) in text.char_indices() {
        let range = at..at + c.len_utf8();
        if is_picture(c) {
            cutter.picture(c, range);
            continue;
        }
        let mut is_left_out = true;
        fold(c, |folded| {
            is_left_out = false;
            cutter.add(folded, range.clone());
        });
        if is_left_out {
            cutter.stretch(range);
        }
    }
    cutter.units
}

/// What the next character may belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Word,
    Characters,
}

struct Cutter {
    units: Vec<Unit>,
    open: Open,
}

impl Cutter {
    fn add(&mut self, c: char, range: Range<usize>) {
        if self.open == Open::Characters
            && let Some(last) = self.units.last_mut()
            && let Some(whole) = last.text.chars().next().and_then(|first| joined(first, c))
        {
            last.text = whole.to_string();
            last.range.end = range.end;
        } else if is_unspaced(c) {
            let follows = self.open == Open::Characters;
            self.push(c, range, true, follows);
            self.open = Open::Characters;
        } else if !is_word(c) {
            self.open = Open::Nothing;
        } else if self.open == Open::Word
            && let Some(last) = self.units.last_mut()
        {
            if last.text.len() + c.len_utf8() <= LONGEST {
                last.text.push(c);
            }
            last.range.end = range.end;
        } else {
            self.push(c, range, false, false);
            self.open = Open::Word;
        }
    }

    fn picture(&mut self, c: char, range: Range<usize>) {
        self.push(c, range, true, false);
        self.open = Open::Nothing;
    }

    /// A mark that is not compared belongs to the letter before it: whoever shows the one shows the other.
    fn stretch(&mut self, mark: Range<usize>) {
        if let Some(last) = self
            .units
            .last_mut()
            .filter(|last| last.range.end == mark.start)
        {
            last.range.end = mark.end;
        }
    }

    fn push(&mut self, c: char, range: Range<usize>, is_character: bool, follows: bool) {
        self.units.push(Unit {
            text: c.to_string(),
            range,
            is_character,
            follows,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        units(text).into_iter().map(|unit| unit.text).collect()
    }

    #[test]
    fn what_people_take_for_the_same_is_the_same_in_every_script() {
        for (one, other) in [
            ("Ångström", "angstrom"),
            ("naïve CAFÉ", "naive cafe"),
            ("STRASSE", "straße"),
            ("Łódź", "lodz"),
            ("Đường phố", "duong pho"),
            ("İSTANBUL ıstanbul", "istanbul istanbul"),
            ("ΟΔΥΣΣΕΥΣ", "Ὀδυσσεύς"),
            ("Ёлка", "елка"),
            ("мой", "мои\u{306}"),
            ("كِتَابٌ", "كتاب"),
            ("أحمد إلى", "احمد الي"),
            ("کتابی", "كتابي"),
            ("كـــتاب", "كتاب"),
            ("שָׁלוֹם", "שלום"),
            ("ﬁne Ｆｕｌｌ ①", "fine full 1"),
            ("ｶﾞｽ", "ガス"),
            ("ガス", "がす"),
            ("한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"),
            ("٣٤", "34"),
            ("๑๒", "12"),
            ("𝗯𝗼𝗹𝗱", "bold"),
            ("co\u{AD}operate", "cooperate"),
            ("👍🏽", "👍"),
            ("❤\u{FE0F}", "❤"),
            ("e\u{301}te\u{301}", "été"),
        ] {
            assert_eq!(cut(one), cut(other), "{one} {other}");
            assert!(!cut(one).is_empty(), "{one}");
        }
        // Vowel signs and voicing make another word.
        for (one, other) in [("की", "का"), ("か", "が"), ("は", "ぱ"), ("แม่", "แมว")]
        {
            assert_ne!(cut(one), cut(other));
        }
    }

    #[test]
    fn scripts_with_blanks_are_cut_at_them_and_the_others_into_characters() {
        assert_eq!(cut("It's e-mail, no?"), ["it", "s", "e", "mail", "no"]);
        assert_eq!(cut("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(cut("iPhone手机很好"), ["iphone", "手", "机", "很", "好"]);
        let follows: Vec<bool> = units("東京 大x🎉🎉")
            .iter()
            .map(|unit| unit.follows)
            .collect();
        assert_eq!(follows, [false, true, false, false, false, false]);
        assert_eq!(cut("\" * -: \u{0} \u{FFFF}"), Vec::<String>::new());
        assert_eq!(cut(&"x".repeat(500)), ["x".repeat(LONGEST)]);
    }

    #[test]
    fn a_unit_knows_where_it_is() {
        let text = "  Ünïcode 手机";
        let found: Vec<&str> = units(text)
            .iter()
            .map(|unit| &text[unit.range.clone()])
            .collect();
        assert_eq!(found, ["Ünïcode", "手", "机"]);
        assert_eq!(units("e\u{301} a")[0].range, 0..3, "with its mark");
    }
}
