//! In which language a text is. Short texts are guessed badly, so a guess that is not sure is one of the languages that
//! can be answered in.

use whatlang::{Detector, Lang};

/// The languages in which something is known of a text, with their codes (ISO 639-1).
const ANSWERED: [(Lang, &str); 7] = [
    (Lang::Eng, "en"),
    (Lang::Deu, "de"),
    (Lang::Por, "pt"),
    (Lang::Rus, "ru"),
    (Lang::Pol, "pl"),
    (Lang::Kor, "ko"),
    (Lang::Cmn, "zh"),
];

/// Others that are named where a text is surely in one of them.
const OTHERS: [(Lang, &str); 20] = [
    (Lang::Spa, "es"),
    (Lang::Fra, "fr"),
    (Lang::Ita, "it"),
    (Lang::Nld, "nl"),
    (Lang::Ara, "ar"),
    (Lang::Hin, "hi"),
    (Lang::Jpn, "ja"),
    (Lang::Tur, "tr"),
    (Lang::Ukr, "uk"),
    (Lang::Ces, "cs"),
    (Lang::Swe, "sv"),
    (Lang::Fin, "fi"),
    (Lang::Dan, "da"),
    (Lang::Ell, "el"),
    (Lang::Heb, "he"),
    (Lang::Hun, "hu"),
    (Lang::Ind, "id"),
    (Lang::Vie, "vi"),
    (Lang::Tha, "th"),
    (Lang::Ron, "ro"),
];

/// Characters of a text that are looked at: enough to know.
const ENOUGH: usize = 1_000;

/// The code of a text's language; English where nothing speaks for another.
#[must_use]
pub fn detect(text: &str) -> &'static str {
    let end = text
        .char_indices()
        .nth(ENOUGH)
        .map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let code = |lang: Lang| {
        let mut known = ANSWERED.iter().chain(&OTHERS);
        known.find(|(own, _)| *own == lang).map(|(_, code)| *code)
    };
    let sure = whatlang::detect(text).filter(whatlang::Info::is_reliable);
    let sure = sure.and_then(|info| code(info.lang()));
    let likely = || {
        let answered = ANSWERED.map(|(lang, _)| lang).to_vec();
        let found = Detector::with_allowlist(answered).detect(text)?;
        let by_script = [Lang::Rus, Lang::Kor, Lang::Cmn].contains(&found.lang());
        // Latin letters in a few words: English is likelier than chance.
        (by_script || found.is_reliable()).then(|| code(found.lang()))?
    };
    sure.or_else(likely).unwrap_or("en")
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[test]
    fn a_language_is_known_from_a_sentence_and_a_few_words_are_english() {
        let known = [
            (
                "en",
                "You are the reason why nobody reads this newspaper any more.",
            ),
            (
                "de",
                "Das ist doch alles nicht wahr, was Sie hier über die Leute schreiben.",
            ),
            (
                "pt",
                "Vocês não sabem o que estão falando, isso é uma vergonha para o país.",
            ),
            (
                "pl",
                "To jest chyba jakiś żart, że oni znowu podnieśli nam podatki.",
            ),
            ("ru", "Вы ничего не понимаете в этом деле."),
            ("ko", "이 기사는 정말 이해할 수 없네요."),
            ("zh", "这篇文章写得真好"),
            (
                "fr",
                "Je ne comprends pas pourquoi vous avez écrit cela dans votre journal.",
            ),
            ("en", "fuck you"),
            ("en", "12345"),
        ];
        for (language, text) in known {
            assert_eq!(detect(text), language, "{text}");
        }
    }
}
