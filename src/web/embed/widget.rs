//! The widget: one script that sites load, put together from its code, its style and its languages,
//! and the worker that does its proof of work. Any page may load both; what they may then read and
//! post is for the site's origins to say.

use std::sync::LazyLock;

use actix_web::http::header::HeaderValue;

use crate::{
    reading::rendered::Rendered,
    web::{etag, prelude::*},
};

const CODE: &str = include_str!("widget/widget.js");
/// The parts that the code names, each put in where its name is.
const PARTS: [(&str, &str); 3] = [
    ("/* links.js */", include_str!("widget/links.js")),
    ("/* page.js */", include_str!("widget/page.js")),
    ("/* proof.js */", include_str!("widget/proof.js")),
];
const STYLE: &str = include_str!("widget/widget.css");
const LANGUAGES: &str = include_str!("widget/languages.json");
const WORKER: &str = include_str!("widget/worker.js");

/// Kept for five minutes, then asked for again by its tag: sites get a new version soon, and a
/// visitor who goes from page to page loads it once.
const CACHING: &str = "public, max-age=300, stale-while-revalidate=86400";

static EMBED: LazyLock<Rendered> = LazyLock::new(|| Rendered::new(assembled()));
static EMBED_WORKER: LazyLock<Rendered> = LazyLock::new(|| Rendered::new(compact(WORKER)));

/// The script with its parts, style and languages in place.
fn assembled() -> String {
    let style = serde_json::Value::from(compact(STYLE)).to_string();
    let put_in = |code: String, (name, part): (&str, &str)| code.replacen(name, part, 1);
    let code = PARTS.into_iter().fold(CODE.to_owned(), put_in);
    compact(&code)
        .replacen("/* languages.json */ {}", &compact(LANGUAGES), 1)
        .replacen("/* widget.css */ \"\"", &style, 1)
}

/// Without indentation, and without the lines that are comments as a whole.
fn compact(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    let lines = lines.filter(|line| {
        let comment = line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
        !comment && !line.is_empty()
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

pub(super) async fn embed(request: HttpRequest) -> HttpResponse {
    script(&request, &EMBED)
}

pub(super) async fn worker(request: HttpRequest) -> HttpResponse {
    script(&request, &EMBED_WORKER)
}

fn script(request: &HttpRequest, rendered: &Rendered) -> HttpResponse {
    let media_type = "text/javascript; charset=utf-8";
    let mut response = etag::answer(request, rendered, media_type, CACHING);
    let headers = response.headers_mut();
    // Pages that isolate themselves, or check the script's integrity, need these two.
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Words = BTreeMap<String, String>;

    #[test]
    fn every_language_says_all_that_the_widget_says() {
        let languages: BTreeMap<String, Words> =
            serde_json::from_str(LANGUAGES).expect("a file of languages");
        let english = &languages["en"];
        for language in ["de", "es", "fr", "pt", "id", "ar", "zh"] {
            let words = &languages[language];
            let missing = english.keys().filter(|key| !words.contains_key(*key));
            assert_eq!(
                missing.collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "{language}"
            );
            assert_eq!(words.len(), english.len(), "{language}");
            assert!(words["replyTo"].contains("{name}"), "{language}");
        }
    }

    #[test]
    fn the_script_has_its_parts_style_and_languages_in_place() {
        let script = assembled();
        assert!(script.contains("const LANGUAGES = {") && script.contains("\"ar\""));
        assert!(script.contains("const STYLE = \":host"));
        for part in ["const linked =", "const languageOf =", "const prove ="] {
            assert!(script.contains(part), "{part}");
        }
        assert!(!script.contains("/* widget.css */") && !script.contains("/* languages.json */"));
    }

    #[test]
    fn no_text_ever_becomes_markup() {
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!assembled().contains(sink), "{sink}");
        }
    }
}
