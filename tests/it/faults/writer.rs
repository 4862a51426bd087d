//! The writer of what comes in, when something makes it panic, and readiness while nothing can be
//! written.

use std::time::Instant;

use futures_util::future::join_all;
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::{BACK_WITHIN, Ledger, comment};
use crate::{
    on_both_engines,
    support::app::{Engine, TestApp, answer},
};

const MANY: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "100000"),
];

on_both_engines!(
    the_arrival_that_panics_is_refused_alone_and_the_others_are_stored,
    MANY,
    |app: TestApp| async move {
        app.app.faults.arm("arrival", "Yorick", usize::MAX);
        let posts = (0..64).map(async |n| {
            let mut fields = comment(n);
            if n == 20 {
                fields["name"] = json!("Yorick");
            }
            let response = app.comment("default", &fields).send().await;
            let response = response.expect("an answer");
            let again = response.headers().contains_key("retry-after");
            (n, response.status(), again)
        });
        for (n, status, again) in join_all(posts).await {
            let wanted = if n == 20 { 503 } else { 202 };
            assert_eq!(status, wanted, "{n}");
            assert_eq!(again, n == 20, "{n}");
        }
        let sites = app
            .app
            .directory
            .covered(&hamlet::domain::moderator::Scope::All);
        let counts = app.app.store.queue_depth().await.expect("a count");
        assert_eq!(counts, 63, "{sites:?}");
        let (status, ready) = answer(app.get("/health/ready")).await;
        assert_eq!(status, 200, "{ready}");
        assert!(ready["writer_panics"].as_u64() > Some(0), "{ready}");
        app.app.faults.arm("arrival", "Yorick", 0);
        let mut fields = comment(20);
        fields["name"] = json!("Yorick");
        assert_eq!(answer(app.comment("default", &fields)).await.0, 202);
    }
);

on_both_engines!(
    a_writer_that_panics_refuses_what_it_held_and_goes_on,
    |app: TestApp| async move {
        let mut ledger = Ledger::default();
        app.app.faults.arm("writer", "loop", 1);
        assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
        ledger.settle(&app).await;
    }
);

on_both_engines!(
    without_a_writer_the_service_is_not_ready,
    |app: TestApp| async move {
        assert_eq!(answer(app.get("/health/ready")).await.0, 200);
        app.app.faults.arm("writer", "end", 1);
        let mut ledger = Ledger::default();
        assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
        let (status, ready) = answer(app.get("/health/ready")).await;
        assert_eq!(status, 503, "{ready}");
        assert_eq!(ready["writer"], false);
        assert_eq!(ready["database"], true);
    }
);

/// Asks until readiness is as wanted; each answer comes in time.
async fn until_ready(app: &TestApp, wanted: bool) {
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        let (status, ready) = answer(app.get("/health/ready")).await;
        assert!(asked.elapsed() < BACK_WITHIN, "it answers in time");
        if (status == 200) == wanted {
            assert_eq!(ready["writable"], wanted, "{ready}");
            return;
        }
        assert!(began.elapsed() < BACK_WITHIN, "{ready}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_sqlite_is_locked_the_service_is_not_ready() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.expect("a start");
    until_ready(&app, true).await;
    let url = app.app.settings.database_url();
    let mut other = SqliteConnection::connect(url.expose_secret())
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    until_ready(&app, false).await;
    other.execute("ROLLBACK").await.unwrap();
    until_ready(&app, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgres_takes_no_writes_the_service_is_not_ready() {
    let Some(app) = TestApp::start(Engine::Postgres, &[]).await else {
        return;
    };
    until_ready(&app, true).await;
    let url = app.app.settings.database_url();
    let mut other = PgConnection::connect(url.expose_secret()).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    transaction
        .execute("LOCK TABLE meta IN EXCLUSIVE MODE")
        .await
        .unwrap();
    until_ready(&app, false).await;
    transaction.rollback().await.unwrap();
    until_ready(&app, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn comments_are_refused_while_the_data_folder_is_gone() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.expect("a start");
    let mut ledger = Ledger::default();
    ledger.post(&app).await;
    until_ready(&app, true).await;
    let folder = app.app.settings.data_dir.clone();
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).unwrap();
    until_ready(&app, false).await;
    assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("hamlet.db"), b"").unwrap();
    assert_eq!(
        ledger.post(&app).await,
        StatusCode::SERVICE_UNAVAILABLE,
        "another file of that name is not it"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    until_ready(&app, true).await;
    assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
    ledger.settle(&app).await;
}
