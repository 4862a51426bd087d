//! Perspective's protocol: what its clients send, and the answers that they read.

mod clients;
mod coral;
mod protocol;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::app::{TestApp, answer};

pub const ANALYZE: &str = "/v1alpha1/comments:analyze";
pub const SUGGEST: &str = "/v1alpha1/comments:suggestscore";
pub const ABUSE: &str = "You are a stupid idiot, shut up.";
pub const TALK: &str = "Thank you, that explains the second paragraph.";

/// Asks with a key in the query, as Google's libraries do.
pub async fn ask(app: &TestApp, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
    let path = format!("{path}?key={key}");
    answer(app.request(Method::POST, &path).json(body)).await
}

/// A question about an English text.
pub fn about(text: &str, attributes: &[&str]) -> Value {
    let wanted = attributes
        .iter()
        .map(|name| ((*name).to_owned(), json!({})));
    let wanted: serde_json::Map<String, Value> = wanted.collect();
    json!({ "comment": { "text": text }, "languages": ["en"], "requestedAttributes": wanted })
}

/// An attribute's score of the whole text.
pub fn summary(answer: &Value, attribute: &str) -> f64 {
    let score = &answer["attributeScores"][attribute]["summaryScore"];
    assert_eq!(score["type"], "PROBABILITY", "{answer}");
    score["value"].as_f64().unwrap()
}
