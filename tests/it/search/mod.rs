//! Searches by words: in every script and by field ([`typed`]), and what comes into the index, moves in it and
//! leaves it ([`index`]), and the orders by score ([`scores`]).

mod index;
mod scores;
mod typed;

use reqwest::Method;
use serde_json::Value;

use crate::{
    support::app::{TestApp, answer},
    threats::encoded,
};

const RATES: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_SOFT_LIMIT", "100000"),
    ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ("INTAKE__EMAIL_SOFT_LIMIT", "100000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "100000"),
];

/// What a search answers.
async fn ask(app: &TestApp, token: &str, q: &str, more: &str) -> Value {
    let path = format!("/api/v1/comments?q={}{more}", encoded(q));
    let (status, list) = answer(app.with(token, Method::GET, &path)).await;
    assert_eq!(status, 200, "{q}: {list}");
    list
}

/// The texts that a search finds, the newest first; as many as it counts.
async fn texts(app: &TestApp, token: &str, q: &str) -> Vec<String> {
    let list = ask(app, token, q, "").await;
    let counted: i64 = list["counts"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_i64().unwrap())
        .sum();
    let comments = list["comments"].as_array().unwrap();
    assert_eq!(
        counted,
        i64::try_from(comments.len()).unwrap(),
        "{q}: {list}"
    );
    comments
        .iter()
        .map(|comment| comment["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Forgets the index, as if the comments had been there before it.
pub(crate) async fn forget_index(app: &TestApp) {
    app.sql(
        "DELETE FROM search_waiting; DELETE FROM search_terms; DELETE FROM search_documents; DELETE FROM search_blocks; \
         INSERT INTO search_backfill SELECT site, MAX(id) || '0' FROM comments GROUP BY site;",
    )
    .await;
}
