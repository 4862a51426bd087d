//! A commenter's address and network in whatever the service says, in whatever spelling.

use base64::prelude::{BASE64_STANDARD, Engine};
use hamlet::domain::moderator::Role;
use reqwest::Method;
use serde_json::json;

use super::{operations, routes};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

const EMAIL: &str = "distinctive.reader@hidden-mailbox.example";
const NETWORK: &str = "203.0.113.77";
const PROXIED: &[(&str, &str)] = &[("SERVER__TRUSTED_PROXIES", "127.0.0.0/8")];

/// MD5, SHA-1 and SHA-256 of the two: what avatars elsewhere are asked for with, and what a list of
/// known addresses turns back in seconds.
const DIGESTS: [&str; 6] = [
    "74c6ed756096ade7982b7bf52b8b8e85",
    "d8f92498f2c9bb052a2c953258d0b2ce37efe38a",
    "4fd8e03ba21667bde14926511ee7c8dc5d4e5f93f68410b741a66685d78127fc",
    "4f1c7b94022370528bcf34e55f8dd678",
    "d90b45918f897c2d93873d3e5a02a40b8e7f43aa",
    "0c25434b09c62046f88142b1412b949ea7e9bc61479d71b2b74ab8dbc3d2d946",
];

/// A secret as it may hide in a text: plain, in hexadecimal, percent-encoded, as entities, backwards,
/// and in base64 wherever it stands in what was encoded.
fn spellings(secret: &str) -> Vec<String> {
    let join = |spell: fn(u8) -> String| secret.bytes().map(spell).collect::<String>();
    let mut all = vec![
        secret.to_owned(),
        secret.chars().rev().collect(),
        join(|byte| format!("{byte:02x}")),
        join(|byte| format!("%{byte:02x}")),
        join(|byte| format!("&#{byte};")),
        join(|byte| format!("&#x{byte:x};")),
        secret.replace('@', "%40"),
        secret.replace('@', "&#64;"),
        secret.replace('@', " at ").replace('.', " dot "),
    ];
    for before in ["", "x", "xx"] {
        let coded = BASE64_STANDARD.encode(format!("{before}{secret}"));
        // What surrounds the secret reaches into the first and last four characters.
        all.push(coded[4..coded.len() - 4].to_lowercase());
    }
    all
}

/// The spelling in which one of the secrets is told, if one is.
fn told(said: &str, secrets: &[&str]) -> Option<String> {
    let said = said.to_lowercase();
    let digests = DIGESTS.iter().map(|digest| (*digest).to_owned());
    let spelled = secrets.iter().flat_map(|secret| spellings(secret));
    digests.chain(spelled).find(|one| said.contains(one))
}

/// A comment that is held and one that is public, by the same author.
async fn comments(app: &TestApp) -> (String, String) {
    let mut ids = Vec::new();
    for text in [
        "There's rosemary, that's for remembrance.",
        "There's fennel.",
    ] {
        let fields = json!({ "page": "/garden", "name": "Ophelia", "email": EMAIL, "text": text });
        let posted = app.comment("default", &fields);
        let posted = posted.header("x-forwarded-for", NETWORK);
        let response = posted.send().await.expect("an answer");
        let heads = format!("{:?}", response.headers());
        let body: serde_json::Value = response.json().await.expect("a receipt");
        assert_eq!(told(&format!("{heads}{body}"), &[EMAIL, NETWORK]), None);
        ids.push(body["id"].as_str().expect("an id").to_owned());
    }
    app.approve(&json!({ "id": ids[1] })).await;
    (ids.remove(0), ids.remove(0))
}

async fn all_of(response: reqwest::Response) -> String {
    let heads = format!("{:?}", response.headers());
    heads + &response.text().await.expect("a body")
}

on_both_engines!(
    nothing_public_tells_an_address_or_a_network_in_any_spelling,
    PROXIED,
    |app: TestApp| async move {
        let (held, public) = comments(&app).await;
        let paths = operations(&app).await.into_iter().map(|one| one.path);
        let mut seen = 0;
        for path in paths.chain(routes("get")) {
            for id in [&held, &public] {
                let path = path.replace("{site}", "default").replace("{id}", id);
                for query in ["", "?page=/garden", "?page=/garden&cursor=0"] {
                    let request = app.get(&format!("{path}{query}"));
                    let said = all_of(request.send().await.expect("an answer")).await;
                    assert_eq!(told(&said, &[EMAIL, NETWORK]), None, "{path}");
                    // The description has prefixes as examples.
                    let described = path == "/openapi.json" || path == "/docs";
                    assert!(described || !said.contains("203.0.113"), "{path}");
                    seen += usize::from(said.contains("There's fennel"));
                }
            }
        }
        assert!(seen > 0, "what is public was looked at");
    }
);

on_both_engines!(
    nothing_tells_moderators_a_whole_address_but_the_recorded_look,
    PROXIED,
    |app: TestApp| async move {
        let (held, public) = comments(&app).await;
        app.app.learning.wake();
        let me = app.first_operator("horatio@elsinore.example").await;
        let token = app.token(Role::Operator, &[]).await;
        let operations = operations(&app).await.into_iter();
        let read = operations
            .filter(|one| one.method == "GET")
            .map(|one| one.path);
        let mut seen = 0;
        for path in read
            .chain(routes("get"))
            .filter(|path| path != "/desk/news")
        {
            for id in [&held, &public] {
                let path = path.replace("{site}", "default").replace("{id}", id);
                for query in ["", "?site=default", "?status=approved", "?q=rosemary"] {
                    let path = format!("{path}{query}");
                    let by_token = app.with(&token, Method::GET, &path);
                    let by_cookie = app.get(&path).header("cookie", &me.cookie);
                    for request in [by_token, by_cookie] {
                        let said = all_of(request.send().await.expect("an answer")).await;
                        assert_eq!(told(&said, &[EMAIL, NETWORK]), None, "{path}");
                        seen += usize::from(said.contains("d***@h***.example"));
                    }
                }
            }
        }
        assert!(seen > 4, "the masked address was seen {seen} times");
        let look = format!("/api/v1/comments/{held}/email");
        let (_, revealed) = answer(app.with(&token, Method::POST, &look)).await;
        assert_eq!(revealed["email"], EMAIL);
    }
);

#[test]
fn each_spelling_would_be_noticed() {
    for spelled in [
        "Distinctive.Reader@hidden-mailbox.example",
        "distinctive.reader%40hidden-mailbox.example",
        "https://avatars.example/74c6ed756096ade7982b7bf52b8b8e85?s=80",
        "eyJlIjoiZGlzdGluY3RpdmUucmVhZGVyQGhpZGRlbi1tYWlsYm94LmV4YW1wbGUifQ",
        "distinctive&#46;reader".replace("&#46;", ".").as_str(),
    ] {
        let secret = if spelled.len() < 30 {
            "distinctive.reader"
        } else {
            EMAIL
        };
        assert!(told(spelled, &[secret]).is_some(), "{spelled}");
    }
    assert_eq!(told("d***@h***.example", &[EMAIL, NETWORK]), None);
}
