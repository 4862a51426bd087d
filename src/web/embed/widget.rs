//! The widget: one script that sites load, put together from its code, its style and its languages,
//! and the worker that does its proof of work. Any page may load both; what they may then read and
//! post is for the site's origins to say.

use std::{io::Write, sync::LazyLock};

use actix_web::http::header::{AcceptEncoding, Encoding, Header, HeaderValue};
use flate2::{Compression, write::GzEncoder};

use crate::{
    reading::rendered::Rendered,
    web::{etag, prelude::*},
};

static CODE: &str = include_str!("widget/widget.js");
/// The parts that the code names, each put in where its name is.
static PARTS: [(&str, &str); 3] = [
    ("/* links.js */", include_str!("widget/links.js")),
    ("/* page.js */", include_str!("widget/page.js")),
    ("/* proof.js */", include_str!("widget/proof.js")),
];
static STYLE: &str = include_str!("widget/widget.css");
static WORKER: &str = include_str!("widget/worker.js");

/// Kept for five minutes, then asked for again by its tag: sites get a new version soon, and a
/// visitor who goes from page to page loads it once.
const CACHING: &str = "public, max-age=300, stale-while-revalidate=86400";

static EMBED: LazyLock<Script> = LazyLock::new(|| Script::new(assembled()));
static EMBED_WORKER: LazyLock<Script> = LazyLock::new(|| Script::new(compact(WORKER)));

/// A script, and the same compressed once as well as it goes: every visitor of a site loads it, and what is compressed anew for each
/// answer is a third larger, because it has to be quick.
struct Script {
    plain: Rendered,
    gzip: Option<Rendered>,
}

impl Script {
    fn new(text: String) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let written = encoder.write_all(text.as_bytes());
        Self {
            // Writing into memory cannot fail; if it did, the plain script would be sent.
            gzip: written
                .and_then(|()| encoder.finish())
                .ok()
                .map(Rendered::new),
            plain: Rendered::new(text),
        }
    }
}

/// The script with its parts, style and languages in place.
fn assembled() -> String {
    let style = serde_json::Value::from(compact(STYLE)).to_string();
    let put_in = |code: String, (name, part): (&str, &str)| code.replacen(name, part, 1);
    let code = PARTS.into_iter().fold(CODE.to_owned(), put_in);
    compact(&code)
        .replacen(
            "/* languages.json */ {}",
            &Words::of_widget().to_string(),
            1,
        )
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

fn script(request: &HttpRequest, script: &Script) -> HttpResponse {
    let media_type = "text/javascript; charset=utf-8";
    let accepts_gzip = AcceptEncoding::parse(request).is_ok_and(|accepted| {
        accepted.negotiate([Encoding::gzip()].iter()) == Some(Encoding::gzip())
    });
    let gzip = script.gzip.as_ref().filter(|_| accepts_gzip);
    let rendered = gzip.unwrap_or(&script.plain);
    let mut response = etag::answer(request, rendered, media_type, CACHING);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
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
            serde_json::from_value(super::Words::of_widget()).expect("languages");
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
