//! Invented hosts of the written corpus under endings that people use: they stand under reserved ones (RFC 2606), which
//! say nothing and must not be learnt.

use hamlet::text::views::mix;

use super::key;

/// `text` with each reserved ending (RFC 2606) replaced by one that is drawn by the host's name, from the same
/// endings in spam and in ham: invented hosts stand under reserved endings, which say nothing.
pub fn common_endings(text: &str, language: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, length)) = reserved(rest) {
        out.push_str(&rest[..at]);
        let host = out
            .rsplit(|c: char| !c.is_alphanumeric() && c != '-')
            .next()
            .unwrap_or_default();
        out.push_str(ending(key(host), language));
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// The first reserved ending in `text`: where it starts after its dot, and its length.
fn reserved(text: &str) -> Option<(usize, usize)> {
    let found = |ending: &str| {
        text.match_indices(ending).find_map(|(at, _)| {
            let after = text[at + ending.len()..].chars().next();
            let ends = after.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-');
            ends.then_some((at + 1, ending.len() - 1))
        })
    };
    [".example", ".test", ".invalid"]
        .iter()
        .filter_map(|ending| found(ending))
        .min()
}

fn ending(key: u64, language: &str) -> &'static str {
    let own = match language {
        "cs" => "cz",
        "da" => "dk",
        "el" => "gr",
        "fa" => "ir",
        "he" => "co.il",
        "hi" | "bn" => "in",
        "ja" => "jp",
        "ko" => "kr",
        "sv" => "se",
        "uk" => "com.ua",
        "vi" => "vn",
        "zh" => "cn",
        "ar" | "en" => "net",
        "bg" => "bg",
        "de" => "de",
        "es" => "es",
        "fi" => "fi",
        "fr" => "fr",
        "hu" => "hu",
        "id" => "id",
        "it" => "it",
        "nl" => "nl",
        "pl" => "pl",
        "pt" => "com.br",
        "ro" => "ro",
        "ru" => "ru",
        "th" => "co.th",
        "tr" => "com.tr",
        _ => "org",
    };
    match mix(key) % 16 {
        0..=7 => "com",
        8..=11 => own,
        12 => "net",
        13 => "org",
        14 => "info",
        _ => "io",
    }
}
