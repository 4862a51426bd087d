//! What breaks around the service: the database, its disk, the mail server, the clock, the key file. One
//! promise is held to throughout: a comment that was answered is there once, one that could not be stored
//! was refused with 503 and `Retry-After`, and nothing is published that nobody decided about.
//!
//! What takes a real crash, or minutes, is in `tests/chaos`.

mod clock;
mod damage;
mod database;
mod disk;
mod failover;
mod jobs;
mod keys;
mod mail;
mod service;
mod writer;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use hamlet::domain::moderator::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::app::{TestApp, answer};

/// How soon the service has to work again once what it needs is back.
pub const BACK_WITHIN: Duration = Duration::from_secs(10);

/// The n-th comment, unlike the others.
pub fn comment(n: usize) -> Value {
    json!({ "page": "/garden", "name": "Osric", "email": format!("osric{n}@elsinore.example"),
            "text": format!("Remark {n}: it is indifferent cold, {}.", n * 7919) })
}

/// What was posted so far: the ids of those answered, and how many were not.
#[derive(Default)]
pub struct Ledger {
    sent: usize,
    answered: BTreeSet<String>,
    refused: usize,
}

impl Ledger {
    /// Posts the next comment and notes its answer, which is one of the two that there may be.
    pub async fn post(&mut self, app: &TestApp) -> StatusCode {
        self.sent += 1;
        let request = app.comment("default", &comment(self.sent));
        let response = request.send().await.expect("an answer");
        let status = response.status();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            assert!(response.headers().contains_key("retry-after"));
            self.refused += 1;
            return status;
        }
        assert_eq!(status, StatusCode::ACCEPTED, "held, never published");
        let body: Value = response.json().await.expect("a receipt");
        let id = body["id"].as_str().expect("an id").to_owned();
        assert!(self.answered.insert(id), "an id is given once");
        status
    }

    /// Posts until one is taken again; how long that took.
    pub async fn until_taken(&mut self, app: &TestApp) -> Duration {
        let began = Instant::now();
        while self.post(app).await != StatusCode::ACCEPTED {
            assert!(began.elapsed() < BACK_WITHIN, "not back within ten seconds");
        }
        began.elapsed()
    }

    /// Everything answered is there, and nothing else; nothing is public.
    pub async fn settle(&self, app: &TestApp) {
        let token = app.token(Role::Moderator, &[]).await;
        let path = "/api/v1/comments?status=pending&limit=100";
        let (status, list) = answer(app.with(&token, Method::GET, path)).await;
        assert_eq!(status, 200, "{list}");
        let listed = list["comments"].as_array().expect("a list").iter();
        let listed = listed.map(|one| one["id"].as_str().expect("an id").to_owned());
        assert_eq!(listed.collect::<BTreeSet<_>>(), self.answered);
        let public = app.get("/api/v1/sites/default/comments?page=/garden");
        assert_eq!(answer(public).await.1["comments"], json!([]));
    }
}
