//! Which language a text is in, and whether the shipped model knows it. What matters is that a text in a language of
//! which nothing was learnt is seen as such; of short texts little can be said, and they are taken for known.

use whatlang::{Lang, Script};

use super::commonness::rarity;
use super::function_words::{self, Languages};
use super::kind::Kind;
use super::views::{Extractor, View};
use crate::classes::is_letter;

/// The languages of the shipped model's texts (ISO 639-1).
pub const KNOWN: [&str; 30] = [
    "ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id",
    "it", "ja", "ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh",
];

/// The codes of two letters for those of three (ISO 639-3) that have one.
const SHORT: [(&str, &str); 64] = [
    ("ara", "ar"),
    ("bul", "bg"),
    ("ben", "bn"),
    ("ces", "cs"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("spa", "es"),
    ("pes", "fa"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hun", "hu"),
    ("ind", "id"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("nld", "nl"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("swe", "sv"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("vie", "vi"),
    ("cmn", "zh"),
    ("nob", "nb"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("hrv", "hr"),
    ("srp", "sr"),
    ("mkd", "mk"),
    ("bel", "be"),
    ("cat", "ca"),
    ("est", "et"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("kat", "ka"),
    ("hye", "hy"),
    ("aze", "az"),
    ("uzb", "uz"),
    ("tuk", "tk"),
    ("afr", "af"),
    ("tgl", "tl"),
    ("jav", "jv"),
    ("zul", "zu"),
    ("sna", "sn"),
    ("amh", "am"),
    ("mya", "my"),
    ("khm", "km"),
    ("tam", "ta"),
    ("tel", "te"),
    ("kan", "kn"),
    ("mal", "ml"),
    ("guj", "gu"),
    ("pan", "pa"),
    ("sin", "si"),
    ("urd", "ur"),
    ("mar", "mr"),
    ("nep", "ne"),
];

/// Languages for which short texts in known ones are taken, above all in Indonesian, Danish and what is no language.
const ALIKE: [&str; 5] = ["jv", "nb", "lat", "epo", "yid"];

/// Words without which nothing is said about a language that shares its script with known ones.
const WORDS: usize = 6;
/// Rarity of an everyday word: one of seven texts of a language has it.
const EVERYDAY: f32 = 3.0;
/// The share of everyday words, in percent, up to which a text seems to be in no known language.
const FEW: usize = 12;
/// Votes by which a language leads where function words name it; a word of one language alone is a vote. Of the written
/// corpus's texts with everyday words 84 % have one, and 3 in 1,000 of those are named wrongly.
const LEAD: f32 = 1.0;
/// The same for a text with few everyday words, which may be in a language of no list: 56 %, and 1 in 1,000.
const DOUBTFUL_LEAD: f32 = 2.0;
/// Letters from which a script says which language a text is in.
const LETTERS: usize = 6;
/// Characters that are looked at.
const LOOKED_AT: usize = 1_000;

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its code: two letters (ISO 639-1), or three (ISO 639-3) where it has no shorter one.
    pub code: &'static str,
    /// Whether the shipped model knows it.
    pub known: bool,
}

/// The language of a text whose features were found; none where too little is said.
#[must_use]
pub fn of(text: &str, features: &Extractor) -> Option<Language> {
    let beginning = beginning(text);
    let is_shared = matches!(
        whatlang::detect_script(beginning)?,
        Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari
    );
    let (words, everyday) = count(features);
    let letters = || text.chars().filter(|c| is_letter(*c)).count();
    // Before the languages are compared, which takes longer than finding the features.
    if is_shared && words < WORDS || !is_shared && letters() < LETTERS {
        return None;
    }
    let few = everyday * 100 <= FEW * words;
    let lead = if few { DOUBTFUL_LEAD } else { LEAD };
    if is_shared && let Some(language) = by_words(beginning, features, lead) {
        return may_be(language, few).then_some(language);
    }
    let info = whatlang::detect(beginning)?;
    let code = code(info.lang());
    let known = KNOWN.contains(&code);
    let language = Language { code, known };
    if !is_shared {
        return Some(language);
    }
    // Spam has few everyday words in every language.
    let is_sure = info.is_reliable() || known && !few;
    (is_sure && may_be(language, few)).then_some(language)
}

/// Whether a text may be in a language: not in an unknown one if it has many everyday words of known ones (`few` is
/// false), or if known ones are taken for it.
fn may_be(language: Language, few: bool) -> bool {
    language.known || few && !ALIKE.contains(&language.code)
}

/// The language that function words and letters name with a lead of so many votes over all others. To compare a text's
/// trigrams with those of all languages, as is done where they do not, takes longer than everything else that is
/// found in it.
#[expect(clippy::cast_precision_loss, reason = "at most 64 languages")]
fn by_words(beginning: &str, features: &Extractor, lead: f32) -> Option<Language> {
    let list = function_words::list();
    let mut votes = [0.0_f32; Languages::BITS as usize];
    let mut vote = |languages: Languages| {
        let mut rest = languages;
        while rest != 0 {
            votes[rest.trailing_zeros() as usize] += 1.0 / languages.count_ones() as f32;
            rest &= rest - 1;
        }
    };
    let glyphs = &features.text().glyphs;
    let words = features.tokens().iter();
    for token in words.filter(|token| token.kind == Kind::Word) {
        vote(list.of_word(&glyphs[token.start..token.end]));
    }
    let mut met = vec![false; list.letters()];
    let letters = beginning.chars().filter(|c| !c.is_ascii());
    for letter in letters.flat_map(char::to_lowercase) {
        if let Some((place, languages)) = list.of_letter(letter)
            && !std::mem::replace(&mut met[place], true)
        {
            vote(languages);
        }
    }
    let (mut first, mut second) = ((0.0, 0), 0.0);
    for (place, votes) in votes.into_iter().enumerate() {
        if votes > first.0 {
            second = first.0;
            first = (votes, place);
        } else if votes > second {
            second = votes;
        }
    }
    let known = list.known & (1 << first.1) != 0;
    let code = list.codes.get(first.1)?;
    (first.0 - second >= lead).then_some(Language { code, known })
}

/// The words of a text, and how many of them are everyday ones of some known language.
fn count(text: &Extractor) -> (usize, usize) {
    let (mut words, mut everyday) = (0, 0);
    let mut features = text.features(View::Words).iter().peekable();
    for (token, index) in text.tokens().iter().zip(0_u32..) {
        let mut first = None;
        while let Some(feature) = features.next_if(|feature| feature.token <= index) {
            first = first.or(Some(feature.id).filter(|_| feature.token == index));
        }
        if token.kind == Kind::Word {
            words += 1;
            // A word that was met before has no feature of its own: it counts as often as others.
            everyday += usize::from(first.is_some_and(|id| rarity(id) <= EVERYDAY));
        }
    }
    (words, everyday)
}

/// The beginning of a text, which is enough to say its language by.
#[must_use]
pub fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(LOOKED_AT);
    end.map_or(text, |(end, _)| &text[..end])
}

/// The shortest code of a language.
#[must_use]
pub fn code(language: Lang) -> &'static str {
    let long = language.code();
    let short = SHORT.iter().find(|(own, _)| *own == long);
    short.map_or(long, |(_, short)| *short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::views::with_features;

    fn said(text: &str) -> Option<(&'static str, bool)> {
        let document = Document {
            text,
            ..Document::default()
        };
        let language = with_features(&document, |features| of(text, features));
        language.map(|language| (language.code, language.known))
    }

    #[test]
    fn languages_that_nothing_was_learnt_of_are_seen() {
        for (code, text) in [
            (
                "tl",
                "Maraming salamat sa pagbabahagi ng iyong karanasan, sana ay makapunta rin kami diyan sa susunod na taon",
            ),
            (
                "et",
                "Aitäh selle artikli eest, sain teada palju uusi asju meie küla ajaloo kohta ja tahaksin veel lugeda",
            ),
            (
                "sr",
                "Хвала вам много на овом чланку, научио сам много нових ствари о историји нашег села и радо бих читао још више",
            ),
            ("ka", "დიდი მადლობა ამ სტატიისთვის"),
            ("ta", "இந்த கட்டுரைக்கு மிக்க நன்றி"),
        ] {
            assert_eq!(said(text), Some((code, false)), "{text}");
        }
    }

    #[test]
    fn known_languages_and_short_texts_are_never_called_unknown() {
        for (code, text) in [
            (
                "en",
                "Thank you for this article, I learnt a lot about the history of our village",
            ),
            (
                "de",
                "Danke für den Artikel, ich habe viel über die Geschichte unseres Dorfes gelernt",
            ),
            (
                "ru",
                "Спасибо за статью, я узнал много нового об истории нашей деревни",
            ),
        ] {
            let said = said(text);
            assert!(said.is_some_and(|(_, known)| known), "{code}: {said:?}");
        }
        for text in [
            "",
            "ok",
            "Aitäh!",
            "cheap viagra casino",
            "https://a.example",
        ] {
            assert!(said(text).is_none_or(|(_, known)| known), "{text}");
        }
    }
}
