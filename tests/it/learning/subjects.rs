//! What a person may ask for: to be told, or to be forgotten, down to what models learnt.

use hamlet::{background, domain::moderator::Role};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    decisions::{HAM, SPAM, UNWANTED, decided, score},
    models::{activate, id, label, train},
};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};
use hamlet::domain::decision::Decision;

const GERTRUDE: &str = "gertrude@elsinore.example";

async fn ask(app: &TestApp, token: &str, what: &str, email: &str) -> Value {
    let path = format!("/api/v1/subjects/{what}");
    let request = app.with(token, Method::POST, &path);
    let (status, said) = answer(request.json(&json!({ "email": email }))).await;
    assert_eq!(status, 200, "{said}");
    said
}

/// Gertrude writes spam and a moderator says so.
async fn gertrude_writes(app: &TestApp, text: &str) -> Value {
    let fields = json!({ "page": "/garden", "name": "Gertrude", "email": GERTRUDE, "text": text });
    let (status, comment) = answer(app.comment("default", &fields)).await;
    assert!(status.is_success(), "{comment}");
    app.decide(&comment, Decision::Spam).await;
    background::learn(&app.app).await;
    comment
}

on_both_engines!(
    all_that_is_held_is_told_and_then_gone_without_a_trace_in_the_model,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        decided(&app, &HAM, Decision::Approve).await;
        decided(&app, &UNWANTED, Decision::Spam).await;
        decided(&app, &["Osric sells zorblax too"], Decision::Spam).await;
        let before = score(&app, &token, SPAM).await;
        let comment = gertrude_writes(&app, "Gertrude's zorblax at zorblax.example").await;
        assert_ne!(score(&app, &token, SPAM).await, before);

        let held = ask(&app, &token, "export", "Gertrude@Elsinore.Example").await;
        assert_eq!(held["comments"][0]["id"], comment["id"], "{held}");
        assert_eq!(held["samples"][0]["label"], "spam", "{held}");
        assert_eq!(held["comments"].as_array().unwrap().len(), 1, "hers only");

        let erased = ask(&app, &token, "erase", GERTRUDE).await;
        assert_eq!(
            (&erased["comments"], &erased["samples"]),
            (&json!(1), &json!(1))
        );
        background::learn(&app.app).await;
        assert_eq!(
            score(&app, &token, SPAM).await,
            before,
            "as if never written"
        );
        let held = ask(&app, &token, "export", GERTRUDE).await;
        assert_eq!(held["comments"], json!([]));
        assert_eq!(held["samples"], json!([]));
        let path = format!("/api/v1/comments/{}", comment["id"].as_str().unwrap());
        assert_eq!(answer(app.with(&token, Method::GET, &path)).await.0, 404);
        app.stop().await;
    }
);

on_both_engines!(a_trained_model_forgets_too, |app: TestApp| async move {
    let token = app.token(Role::Operator, &[]).await;
    label(&app, "nursery", 60, false).await;
    for n in 0..5 {
        gertrude_writes(&app, &format!("Gloxinia deals number {n} by Gertrude")).await;
    }
    let model = train(&app, &token).await;
    let (status, _) = activate(&app, &token, id(&model), json!({})).await;
    assert_eq!(status, 200);
    let log_odds = |judged: &Value| judged["evidence"]["model"]["log_odds"].as_f64().unwrap();
    let knows = log_odds(&score(&app, &token, "Gloxinia deals").await);
    ask(&app, &token, "erase", GERTRUDE).await;
    background::learn(&app.app).await;
    let forgot = log_odds(&score(&app, &token, "Gloxinia deals").await);
    assert!(forgot < knows - 0.5, "{forgot} {knows}");
    app.stop().await;
});
