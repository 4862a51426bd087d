//! Akismet's protocol: what each client sends, and the exact answers that it branches on.

pub mod callbacks;
pub mod clients;
mod encodings;
mod protocol;
mod reports;
mod threads;

use hamlet::domain::{
    moderator::Role,
    site::{ClientMode, Policy},
};
use reqwest::{Method, Response, header::HeaderMap};
use serde_json::{Value, json};

use crate::support::{
    app::{TestApp, answer},
    people::text,
};

/// What the shipped model takes for spam, and what it does not.
pub const SPAM: &str = "SUBSCRIBE to my channel and get free followers now!!! Click \
                        http://free-followers.example.com check out my channel";
pub const HAM: &str = "The second movement reminds me of how my grandmother used to play it.";

/// A site whose programs' texts are kept, or not, and a key for it.
pub async fn site_with_key(app: &TestApp, slug: &str, clients: ClientMode) -> String {
    let policy = Policy {
        clients,
        ..Policy::default()
    };
    app.add_site(slug, &[], policy).await;
    key(app, slug).await
}

/// A key of a site.
pub async fn key(app: &TestApp, slug: &str) -> String {
    let operator = app.token(Role::Operator, &[]).await;
    let path = format!("/api/v1/sites/{slug}/keys");
    let request = app.with(&operator, Method::POST, &path);
    let (status, made) = answer(request.json(&json!({ "name": "WordPress" }))).await;
    assert_eq!(status, 201, "{made}");
    text(&made["key"]).to_owned()
}

/// The fields of a question in the protocol's words.
pub fn asked<'a>(key: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("api_key", key),
        ("blog", "http://blog.example"),
        ("user_ip", "203.0.113.9"),
        ("user_agent", "Mozilla/5.0"),
        ("comment_type", "comment"),
        ("comment_author", "Reader"),
        ("comment_author_email", "reader@example.org"),
        ("comment_content", text),
        ("permalink", "http://blog.example/peas"),
    ]
}

/// Posts a form.
pub async fn call(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> (HeaderMap, String) {
    let response = app.request(Method::POST, path).form(fields).send().await;
    read(response.unwrap()).await
}

pub async fn read(response: Response) -> (HeaderMap, String) {
    assert_eq!(response.status(), 200, "{:?}", response.text().await);
    (response.headers().clone(), response.text().await.unwrap())
}

/// The comments of a site, whatever their status, latest first.
pub async fn comments(app: &TestApp, slug: &str) -> Vec<Value> {
    let token = app.token(Role::Moderator, &[slug]).await;
    let path = format!("/api/v1/comments?site={slug}");
    let (_, list) = answer(app.with(&token, Method::GET, &path)).await;
    list["comments"].as_array().unwrap().clone()
}
