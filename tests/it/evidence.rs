//! How evidence is stored: small, in a form that keeps its words for later, and what was stored in English
//! before is still read.

use hamlet::domain::{moderator::Role, site::Policy};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        database::Raw,
    },
};

const FREELY: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ("INTAKE__NETWORK_SOFT_LIMIT", "100000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "100000"),
];

/// What people and programs write under articles: the demo's, or a file named by `HAMLET_TEST_COMMENTS`, a
/// text a line, of which the figures are then shown by failing.
fn texts() -> Vec<String> {
    let lines = |file: String| file.lines().map(str::to_owned).collect::<Vec<_>>();
    if let Some(path) = std::env::var_os("HAMLET_TEST_COMMENTS") {
        return lines(std::fs::read_to_string(path).expect("a file"));
    }
    let demo = include_str!("../../src/demo.tsv").to_owned();
    let texts = lines(demo).into_iter().skip(1);
    let texts = texts.filter_map(|line| Some(line.split_once('\t')?.1.to_owned()));
    texts.collect()
}

async fn detail(app: &TestApp, token: &str, id: &str) -> Value {
    let path = format!("/api/v1/comments/{id}");
    let (status, detail) = answer(app.with(token, Method::GET, &path)).await;
    assert_eq!(status, 200, "{detail}");
    detail
}

async fn column(database: &Raw, id: &str) -> String {
    let text = format!("SELECT evidence FROM comments WHERE id = '{id}'");
    database.list(&text).await.remove(0)
}

async fn post(app: &TestApp, place: usize, text: &str) -> String {
    let author = format!("Reader {place}");
    let fields = json!({
        "page": "/p", "name": author, "email": format!("r{place}@mail.example"), "text": text,
    });
    let (status, posted) = answer(app.comment("default", &fields)).await;
    assert_eq!(status, 202, "{posted}");
    posted["id"].as_str().expect("an id").to_owned()
}

on_both_engines!(
    evidence_takes_a_third_of_what_its_words_take,
    FREELY,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let database = Raw::of(&app).await;
        let (mut packed, mut in_words, mut count) = (0, 0, 0);
        for (place, text) in texts().iter().enumerate() {
            let id = post(&app, place, text).await;
            packed += column(&database, &id).await.len();
            in_words += detail(&app, &token, &id).await["evidence"]
                .to_string()
                .len();
            count += 1;
        }
        assert!(
            3 * packed <= in_words,
            "{count} comments: {packed} bytes, {in_words} in words"
        );
        let shown = std::env::var_os("HAMLET_TEST_COMMENTS").is_some();
        assert!(
            !shown,
            "figures: {count} comments, {packed} bytes, {in_words} in words"
        );
        app.stop().await;
    }
);

on_both_engines!(
    evidence_that_was_stored_in_words_is_read_and_found_as_before,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let database = Raw::of(&app).await;
        let links = "see https://a.example https://b.example https://c.example https://d.example";
        let (old, new) = (post(&app, 0, links).await, post(&app, 1, links).await);
        post(
            &app,
            2,
            "No link; \"check\":\"links\" and ,links, are words.",
        )
        .await;
        let before = detail(&app, &token, &old).await;
        // As versions up to 0.1.0 stored it.
        let in_words = before["evidence"].to_string().replace('\'', "''");
        let text = format!("UPDATE comments SET evidence = '{in_words}' WHERE id = '{old}'");
        database.run(&text).await;
        assert_eq!(detail(&app, &token, &old).await, before);
        let path = "/api/v1/comments?check=links";
        let (_, found) = answer(app.with(&token, Method::GET, path)).await;
        let found = found["comments"].as_array().expect("a list").iter();
        let mut found: Vec<&str> = found.filter_map(|one| one["id"].as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, [old.as_str(), new.as_str()]);
        app.stop().await;
    }
);

on_both_engines!(
    evidence_says_the_same_sentences_as_ever,
    FREELY,
    |app: TestApp| async move {
        let policy = Policy {
            max_links: 0,
            ..Policy::default()
        };
        app.add_site("links", &[], policy).await;
        let token = app.token(Role::Moderator, &[]).await;
        let fields = json!({
            "page": "/p", "name": "Ann Buyer", "email": "ann@shop.example", "subject": "x",
            "website": "https://shop.example/", "form_token": "made.up",
            "text": "Order cheap pills now at https://pills.example/a @you #deal 24 \u{1F600} me@mail.example",
        });
        let (_, posted) = answer(app.comment("links", &fields)).await;
        let id = posted["id"].as_str().expect("an id");
        let detail = detail(&app, &token, id).await;
        let checks = detail["evidence"]["checks"].as_array().expect("a list");
        let said: Vec<&str> = checks
            .iter()
            .filter_map(|one| one["reason"].as_str())
            .collect();
        let wanted = [
            "A field that people do not see was filled in",
            "Its form token was not made here",
            "It has 1 links; the site allows 0",
        ];
        assert_eq!(said, wanted);
        let tokens = detail["evidence"]["model"]["tokens"]
            .as_array()
            .expect("a list");
        let says: Vec<&str> = tokens
            .iter()
            .filter_map(|one| one["says"].as_str())
            .collect();
        assert!(says.contains(&"links to pills.example"), "{says:?}");
        assert!(
            says.iter().any(|says| says.starts_with("says '")),
            "{says:?}"
        );
        app.stop().await;
    }
);
