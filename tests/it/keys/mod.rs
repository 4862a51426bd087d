//! Keys that change while the service runs: rotated, retired, copied late, lost, put in place by mistake.
//! Whatever happens, every address of a comment that was answered opens.

mod files;
mod rotation;
mod sealing;
mod waiting;

use std::{fs, time::Duration};

use hamlet::{
    app::App,
    domain::comment::Comment,
    sealing::{key_file, vault::Unopenable},
};
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::app::{TestApp, answer};

/// Longer than the newest key has to be in use before others are retired.
const LONG_ENOUGH: Duration = Duration::from_mins(3);

/// What was posted: the address and the answer.
#[derive(Default)]
struct Posted(Vec<(String, Value)>);

impl Posted {
    /// Posts a comment with an address of its own; the answer's status.
    async fn post(&mut self, app: &TestApp) -> StatusCode {
        let number = self.0.len() + 1;
        let email = format!("reader{number}@elsinore.example");
        let fields = json!({ "page": "/p", "name": "Reader", "email": email,
                             "text": format!("Words, words, words: {number}, {}", number * 7919) });
        let (status, body) = answer(app.comment("default", &fields)).await;
        if status == StatusCode::ACCEPTED {
            self.0.push((email, body));
        }
        status
    }

    /// Every address opens at an instance, and is the one that was posted.
    async fn settle(&self, app: &TestApp) {
        for (email, answer) in &self.0 {
            let stored = app.stored(answer).await;
            assert_eq!(open(&app.app, &stored).as_ref(), Ok(email));
        }
    }
}

fn open(app: &App, comment: &Comment) -> Result<String, Unopenable> {
    let opened = app.vault.open(&comment.email, comment);
    opened.map(|email| email.expose().to_owned())
}

/// Copies the key file of one instance to another.
fn copy_keys(from: &TestApp, to: &TestApp) {
    fs::copy(from.app.settings.key_file(), to.app.settings.key_file()).expect("a copy");
}

/// The names of the keys in an instance's key file.
fn keys_in_file(app: &TestApp) -> Vec<String> {
    let ring = key_file::open(&app.app.settings.key_file(), false);
    ring.expect("a key file").ids()
}

/// Another process on the same folder, such as a command.
async fn command(app: &TestApp) -> std::sync::Arc<App> {
    let settings = app.app.settings.clone();
    let built = App::build(settings, app.app.clock.clone(), true).await;
    built.expect("an application")
}

/// Changes the database behind the service's back.
async fn execute(app: &TestApp, statement: String) {
    let url = app.app.settings.database_url();
    let pool = sqlx::AnyPool::connect(url.expose_secret())
        .await
        .expect("the database");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(&pool)
        .await;
    done.expect("a statement");
    pool.close().await;
}

/// The one column of a query.
async fn texts(app: &TestApp, query: &'static str) -> Vec<String> {
    let url = app.app.settings.database_url();
    let pool = sqlx::AnyPool::connect(url.expose_secret())
        .await
        .expect("the database");
    let rows = sqlx::query_scalar(query).fetch_all(&pool).await;
    pool.close().await;
    rows.expect("rows")
}
