//! A service in use: every kind of request, so that every statement is seen.

use std::time::Duration;

use hamlet::{background, domain::moderator::Role};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::ROWS;
use crate::{
    campaigns::{offer, post},
    support::{
        app::{TestApp, answer},
        database::Raw,
    },
};

/// Posts near copies, and looks at them and decides about them as a moderator does.
pub(super) async fn use_copies(app: &TestApp, moderator: &str, round: usize) {
    let read = async |path: &str| {
        let (status, body) = answer(app.with(moderator, Method::GET, path)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    };
    let mut copies = Vec::new();
    for n in 0..3 {
        let n = round * 10 + n;
        copies.push(post(app, "default", &format!("/copies/{n}"), n, &offer(n)).await);
    }
    let copy = copies[1]["id"].as_str().unwrap_or_default().to_owned();
    read(&format!("/api/v1/comments?copies_of={copy}")).await;
    read(&format!("/api/v1/comments/{copy}/copies")).await;
    for list in ["", "&status=pending", "&status=pending&sort=uncertain"] {
        read(&format!("/api/v1/comments?folded=true{list}")).await;
    }
    let version = read(&format!("/api/v1/comments/{copy}")).await["version"].clone();
    let body = json!({ "decision": "spam", "version": version });
    let path = format!("/api/v1/comments/{copy}/copies/decisions");
    let (status, body) = answer(app.with(moderator, Method::POST, &path).json(&body)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    background::follow_campaigns(&app.app).await;
}

/// Lists comments in every order and by what has an index.
pub(super) async fn list(app: &TestApp, moderator: &str) {
    let read = async |path: &str| {
        let (status, body) = answer(app.with(moderator, Method::GET, path)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    };
    for sort in [
        "newest",
        "oldest",
        "uncertain",
        "spammiest",
        "abusive",
        "decided",
    ] {
        for status in ["pending", "approved", "spam"] {
            let listed = read(&format!(
                "/api/v1/comments?status={status}&sort={sort}&limit=2"
            ))
            .await;
            if let Some(next) = listed["next_cursor"].as_str() {
                read(&format!(
                    "/api/v1/comments?status={status}&sort={sort}&limit=2&cursor={next}"
                ))
                .await;
            }
        }
    }
    for filter in [
        "abuse=likely",
        "abuse=sure&status=pending",
        "abuse=insult&sort=oldest",
    ] {
        read(&format!("/api/v1/comments?{filter}")).await;
    }
}

/// Uses the service as programs, readers and moderators do.
pub(super) async fn use_it(app: &TestApp, round: usize) {
    let moderator = app.token(Role::Moderator, &[]).await;
    let operator = app.token(Role::Operator, &[]).await;
    let mut ids = Vec::new();
    for n in 0..6 {
        let fields = json!({ "page": "/garden", "name": format!("Reader {n}"), "email": format!("r{round}{n}@elsinore.example"),
            "website": "https://elsinore.example/", "text": format!("Rosemary number {round}{n}, that is for remembrance.") });
        let post = app
            .comment("default", &fields)
            .header("Idempotency-Key", format!("key-{round}-{n}"));
        let (status, receipt) = answer(post).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
        ids.push(receipt["id"].as_str().expect("an id").to_owned());
    }
    let read = async |path: &str| {
        let (status, body) = answer(app.with(&moderator, Method::GET, path)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    };
    list(app, &moderator).await;
    let decide = async |decision: &str, ids: &[String]| {
        let items: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "id": id, "version": 1 }))
            .collect();
        let body = json!({ "decision": decision, "items": items });
        let (status, body) = answer(
            app.with(&moderator, Method::POST, "/api/v1/decisions")
                .json(&body),
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{body}");
    };
    decide("approve", &ids[..3]).await;
    decide("spam", &ids[3..5]).await;
    for id in &ids {
        read(&format!("/api/v1/comments/{id}")).await;
    }
    let reply = json!({ "page": "/garden", "parent": ids[0], "name": "Hamlet", "email": "h@elsinore.example", "text": "Words, words, words." });
    let (status, _) = answer(app.comment("default", &reply)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let (status, _) = answer(app.get("/api/v1/sites/default/comments?page=/garden")).await;
    assert_eq!(status, StatusCode::OK);
    use_copies(app, &moderator, round).await;
    background::index(&app.app).await;
    read("/api/v1/comments?q=rosemary").await;
    read("/api/v1/comments?q=rosemary&status=pending").await;
    for path in [
        "/api/v1/sites",
        "/api/v1/batches",
        "/api/v1/outbox",
        "/api/v1/samples",
        "/api/v1/models",
        "/api/v1/audit",
        "/api/v1/statistics",
    ] {
        let (status, body) = answer(app.with(&operator, Method::GET, path)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
    }
    let counts = app.get("/api/v1/sites/default/counts?page=/garden");
    assert_eq!(answer(counts).await.0, StatusCode::OK);
    for (path, body) in [
        (format!("/api/v1/comments/{}/undo", ids[0]), json!({})),
        (
            "/api/v1/subjects/export".to_owned(),
            json!({ "email": format!("r{round}5@elsinore.example") }),
        ),
        (
            "/api/v1/subjects/erase".to_owned(),
            json!({ "email": format!("r{round}5@elsinore.example") }),
        ),
    ] {
        let (status, body) = answer(app.with(&operator, Method::POST, &path).json(&body)).await;
        assert!(status.is_success(), "{path}: {body}");
    }
    background::learn(&app.app).await;
    background::refresh(&app.app).await;
    background::announce(&app.app).await;
    // What is counted is some minutes old.
    app.app.clock.advance(Duration::from_mins(3));
    background::fold(&app.app).await;
    background::forget(&app.app).await;
    background::spell(&app.app).await;
}

/// Copies of the comments that are there, until there are as many as wanted.
pub(super) async fn fill(app: &TestApp, raw: &Raw) {
    let id = if raw.is_sqlite() {
        "substr(c.id, 1, 24) || substr('000000000000' || n.n, -12)"
    } else {
        "substr(c.id, 1, 24) || lpad(CAST(n.n AS TEXT), 12, '0')"
    };
    let differs = |column: &str| match column {
        "id" => Some(id),
        "page" => Some("c.page || n.n"),
        "email_index" => Some("c.email_index || n.n"),
        "fingerprint" => Some("c.fingerprint + n.n"),
        "created_at" => Some("c.created_at - n.n * 1000"),
        "parent" => Some("NULL"),
        _ => None,
    };
    raw.multiply(ROWS, differs).await;
    // SQLite plans without knowing how many rows there are, as the service leaves it. PostgreSQL is made to believe
    // that there are a million: to read ten thousand whole is often the best.
    if !raw.is_sqlite() {
        app.sql("ANALYZE; UPDATE pg_class SET reltuples = 1000000 WHERE oid = CAST('comments' AS regclass)").await;
    }
}
