//! In which language a text is. Short texts are guessed badly, so a guess that is not sure is one of the languages that
//! can be answered in.

use whatlang::{Detector, Lang};

use crate::text::language::{beginning, code};

/// The languages in which something is known of a text.
const ANSWERED: [Lang; 7] = [
    Lang::Eng,
    Lang::Deu,
    Lang::Por,
    Lang::Rus,
    Lang::Pol,
    Lang::Kor,
    Lang::Cmn,
];

/// Others that are named where a text is surely in one of them.
const OTHERS: [Lang; 20] = [
    Lang::Spa,
    Lang::Fra,
    Lang::Ita,
    Lang::Nld,
    Lang::Ara,
    Lang::Hin,
    Lang::Jpn,
    Lang::Tur,
    Lang::Ukr,
    Lang::Ces,
    Lang::Swe,
    Lang::Fin,
    Lang::Dan,
    Lang::Ell,
    Lang::Heb,
    Lang::Hun,
    Lang::Ind,
    Lang::Vie,
    Lang::Tha,
    Lang::Ron,
];

/// The code of a text's language; English where nothing speaks for another.
#[must_use]
pub fn detect(text: &str) -> &'static str {
    let text = beginning(text);
    let is_named = |lang: &Lang| ANSWERED.contains(lang) || OTHERS.contains(lang);
    let sure = whatlang::detect(text).filter(whatlang::Info::is_reliable);
    let sure = sure.map(|info| info.lang()).filter(is_named);
    let likely = || {
        let found = Detector::with_allowlist(ANSWERED.to_vec()).detect(text)?;
        let by_script = [Lang::Rus, Lang::Kor, Lang::Cmn].contains(&found.lang());
        // Latin letters in a few words: English is likelier than chance.
        (by_script || found.is_reliable()).then(|| found.lang())
    };
    code(sure.or_else(likely).unwrap_or(Lang::Eng))
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
