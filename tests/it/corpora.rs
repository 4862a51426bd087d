//! Hostile and odd inputs from public collections, read in place when they are there: every answer
//! is 2xx or 4xx, names its field when it refuses, and comes. A few cases of each kind are always
//! here.

use std::{fs, path::PathBuf};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{on_both_engines, support::app::answer};

const POST: &str = "/api/v1/sites/default/comments";
const RATES: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "1000000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "1000000"),
];

/// A file of the collections, or a visible skip.
#[expect(clippy::print_stderr, reason = "a skip is said visibly")]
fn corpus(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpora")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED in part: ../shared/corpora/{name} is not here; only the cases in this file ran"
    );
    None
}

fn read(name: &str) -> Option<String> {
    corpus(name).map(|path| fs::read_to_string(path).expect("a readable corpus"))
}

fn with(field: &str, value: &str) -> Value {
    let mut fields = json!({
        "page": "/p", "name": "Polonius", "email": "polonius@elsinore.example", "text": "To thine own self be true."
    });
    fields[field] = json!(value);
    fields
}

/// The answer is one a client can live with, and a refusal names the field.
fn check(status: StatusCode, body: &Value, field: &str, value: &str) {
    if status.is_success() {
        return;
    }
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{field}={value:?}: {body}"
    );
    assert_eq!(body["errors"][0]["field"], field, "{value:?}: {body}");
}

on_both_engines!(
    naughty_strings_in_every_field,
    RATES,
    |app: TestApp| async move {
        let own = [
            "",
            "\u{0}",
            "\u{feff}",
            "undefined",
            "Ω≈ç√∫˜µ≤≥÷",
            "'; DROP TABLE comments; --",
            "\u{202e}evil",
            "\u{202e}\u{2066}x",
            "👨‍👩‍👧‍👦",
            "%s%n",
            "${jndi:ldap://x}",
        ];
        let mut strings: Vec<String> = own.iter().map(|s| (*s).to_owned()).collect();
        if let Some(text) = read("blns/blns.json") {
            strings.extend(serde_json::from_str::<Vec<String>>(&text).expect("a JSON list"));
        }
        for string in &strings {
            for field in [
                "page",
                "page_title",
                "name",
                "email",
                "website",
                "text",
                "parent",
            ] {
                let (status, body) = answer(app.post(POST, &with(field, string))).await;
                check(status, &body, field, string);
                if status.is_success() && field == "text" {
                    let stored = app.stored(&body).await.text;
                    let sent = string.replace("\r\n", "\n").replace('\r', "\n");
                    assert_eq!(stored, sent.trim(), "stored as it was sent");
                }
            }
        }
        app.stop().await;
    }
);

on_both_engines!(
    odd_addresses_are_taken_or_refused_and_never_shown,
    RATES,
    |app: TestApp| async move {
        let mut addresses: Vec<String> = [
            "a@b.co",
            "first.last@iana.org",
            "\"q\"@iana.org",
            "test@[127.0.0.1]",
            "jo@bücher.example",
            "x@y@z",
        ]
        .iter()
        .map(|address| (*address).to_owned())
        .collect();
        if let Some(xml) = read("isemail/tests.xml") {
            let found = xml
                .split("<address>")
                .skip(1)
                .filter_map(|rest| rest.split("</address>").next());
            addresses.extend(found.map(|raw| {
                raw.replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&")
            }));
        }
        for address in &addresses {
            let response = app
                .post(POST, &with("email", address))
                .send()
                .await
                .unwrap();
            let status = response.status();
            let text = response.text().await.unwrap();
            assert!(
                address.len() < 6 || !text.contains(address.as_str()),
                "{address:?} came back: {text}"
            );
            check(
                status,
                &serde_json::from_str(&text).unwrap(),
                "email",
                address,
            );
        }
        app.stop().await;
    }
);

on_both_engines!(
    every_kind_of_json_is_answered,
    RATES,
    |app: TestApp| async move {
        let mut bodies: Vec<(String, Vec<u8>)> = vec![
            ("n_own_depth".to_owned(), "[".repeat(60_000).into_bytes()),
            ("n_own_trailing".to_owned(), b"{}x".to_vec()),
            ("y_own_array".to_owned(), b"[]".to_vec()),
            (
                "i_own_surrogate".to_owned(),
                br#"{"name":"\uD800"}"#.to_vec(),
            ),
        ];
        if let Some(folder) = corpus("jsontestsuite/test_parsing") {
            let files = fs::read_dir(folder).expect("a folder");
            bodies.extend(files.map(|file| {
                let path = file.expect("a file").path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read(path).expect("a readable file"))
            }));
        }
        for (name, body) in bodies {
            let request = app
                .request(Method::POST, POST)
                .header("content-type", "application/json")
                .body(body);
            let (status, problem) = answer(request).await;
            assert!(
                [400, 413, 422].contains(&status.as_u16()),
                "{name}: {status}"
            );
            assert!(problem["code"].is_string(), "{name}");
            if name.starts_with("y_") {
                assert_eq!(
                    status,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "{name} is JSON: {problem}"
                );
            }
        }
        app.stop().await;
    }
);

on_both_engines!(
    script_injections_are_shown_as_text,
    RATES,
    |app: TestApp| async move {
        let own = [
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "https://x.org/\"onmouseover=alert(1)",
            "<a href=javascript:alert(1)>x</a>",
        ];
        let mut payloads: Vec<String> = own.iter().map(|s| (*s).to_owned()).collect();
        if let Some(list) = read("xss/xss-payload-list.txt") {
            // One in twenty keeps the suite quick; the load test's folder posts them all.
            payloads.extend(
                list.lines()
                    .filter(|line| !line.is_empty())
                    .step_by(20)
                    .map(str::to_owned),
            );
        }
        for payload in &payloads {
            for field in ["name", "website", "text"] {
                let (status, body) = answer(app.post(POST, &with(field, payload))).await;
                check(status, &body, field, payload);
            }
            let html = hamlet::markup::to_html(payload);
            let rest = html
                .replace("<p>", "")
                .replace("</p>", "")
                .replace("<br>", "")
                .replace("</a>", "")
                .split("<a href=\"http")
                .map(|piece| {
                    piece
                        .split_once("\" rel=\"ugc nofollow noopener\">")
                        .map_or(piece, |(url, text)| {
                            assert!(!url.contains(['"', '<', '>']), "{payload}");
                            text
                        })
                        .to_owned()
                })
                .collect::<String>();
            assert!(!rest.contains(['<', '>', '"']), "{payload}: {html}");
        }
        app.stop().await;
    }
);
