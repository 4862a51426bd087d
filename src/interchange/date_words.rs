//! The words and signs that people and programs write dates with, in the languages whose words can mean one month only.

use unicode_normalization::UnicodeNormalization as _;

/// A date with plain signs: digits of any script as those of ASCII, blanks as one kind, marks that only say which way text
/// runs taken out, and what stands behind numbers in Chinese, Japanese and Korean as what stands between them elsewhere.
pub(super) fn plain(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for c in raw.nfkc() {
        match c {
            '\u{200E}'
            | '\u{200F}'
            | '\u{61C}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' => {}
            '年' | '월' | '月' | '년' => text.push('-'),
            '日' | '일' | '秒' | '초' => text.push(' '),
            '時' | '时' | '시' | '点' | '分' | '분' => text.push(':'),
            c if c.is_whitespace() => text.push(' '),
            c => text.push(digit(c).unwrap_or(c)),
        }
    }
    if raw.is_ascii() {
        return text.trim_matches(['"', '\'', ' ']).to_owned();
    }
    for (word, meant) in [
        ("오전", " am "),
        ("上午", " am "),
        ("午前", " am "),
        ("오후", " pm "),
        ("下午", " pm "),
        ("午後", " pm "),
        ("- ", "-"),
        (": ", ":"),
    ] {
        text = text.replace(word, meant);
    }
    let text = without_weekday(&text);
    let text = text.trim_matches(['"', '\'', ' ']).trim_end_matches(':');
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A digit of another script as ASCII's.
fn digit(c: char) -> Option<char> {
    const ZEROS: [char; 6] = [
        '\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}', '\u{E50}', '\u{ED0}',
    ];
    let zero = ZEROS.into_iter().find(|zero| {
        (*zero..=char::from_u32(u32::from(*zero) + 9).unwrap_or(*zero)).contains(&c)
    })?;
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// A date without a weekday in brackets, or written as Chinese does.
fn without_weekday(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some((before, rest)) = text.split_once('(')
        && let Some((inside, after)) = rest.split_once(')')
        && inside.chars().count() <= 3
        && !inside.is_ascii()
    {
        text = format!("{before} {after}");
    }
    if let Some((before, rest)) = text.split_once("星期") {
        let mut rest = rest.chars();
        rest.next();
        text = format!("{before} {}", rest.as_str());
    }
    text
}

/// The names of months, January first: English, German, French, Spanish, Italian, Portuguese, Dutch, Russian.
const MONTHS: [&str; 12] = [
    "january januar jänner janvier enero gennaio janeiro januari января январь",
    "february februar février febrero febbraio fevereiro februari февраля февраль",
    "march märz mars marzo março maart mrt марта март",
    "april avril abril aprile апреля апрель",
    "may mai mayo maggio maio mei мая май",
    "june juni juin junio giugno junho июня июнь",
    "july juli juillet julio luglio julho июля июль",
    "august août aout agosto augustus августа август",
    "september septembre septiembre settembre setembro сентября сентябрь",
    "october oktober octobre octubre ottobre outubro октября октябрь",
    "november novembre noviembre novembro ноября ноябрь",
    "december dezember décembre diciembre dicembre dezembro декабря декабрь",
];

/// A month by its name, or by three to five letters with which no other begins.
pub(super) fn month_of(word: &str) -> Option<u8> {
    let word = word.trim_end_matches('.').to_lowercase();
    let is_short = (3..=5).contains(&word.chars().count());
    let mut months = MONTHS.iter().enumerate().filter(|(_, names)| {
        names
            .split(' ')
            .any(|name| name == word || is_short && name.starts_with(&word))
    });
    let (at, _) = months.next()?;
    if months.next().is_some() {
        return None;
    }
    u8::try_from(at + 1).ok()
}

/// Whether a word of a date says nothing about the moment: a weekday, `at`, `de`, `Uhr`.
pub(super) fn is_filler(word: &str) -> bool {
    const FILLERS: [&str; 19] = [
        "", "at", "of", "the", "de", "del", "el", "le", "la", "las", "à", "às", "alle", "ore",
        "um", "den", "uhr", "г", "в",
    ];
    let word = word.trim_end_matches(['.', ',']).to_lowercase();
    FILLERS.contains(&word.as_str()) || is_weekday(&word)
}

/// Weekdays of the same languages.
fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 40] = [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonnabend",
        "sonntag",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
        "domenica",
        "mo",
        "di",
        "do",
        "so",
    ];
    const ENGLISH: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let is_short = word.len() <= 5
        && ENGLISH
            .iter()
            .any(|day| word.len() >= 3 && day.starts_with(word));
    DAYS.contains(&word) || ENGLISH.contains(&word) || is_short
}
