//! What moderators see and decide.

mod decisions;
mod lists;

use hamlet::domain::moderator::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::text,
    },
};

const GENUINE: &str = "There's rosemary, that's for remembrance; pray you, love, remember.";
const SPAM: &str =
    "Check out my channel and subscribe!!! FREE money at http://win.example/cash click here";

async fn read(app: &TestApp, token: &str, path: &str) -> (StatusCode, Value) {
    answer(app.with(token, Method::GET, path)).await
}

on_both_engines!(
    a_comment_is_seen_with_its_score_and_evidence_and_without_its_address,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let (status, list) = read(&app, &token, "/api/v1/comments?status=pending").await;
        assert_eq!(status, 200, "{list}");
        assert_eq!(ids(&list), std::slice::from_ref(&id));
        assert_eq!(list["counts"]["pending"], 1);
        assert_eq!(list["comments"][0]["email"], "o***@e***.example");
        let (status, detail) = read(&app, &token, &format!("/api/v1/comments/{id}")).await;
        assert_eq!(status, 200);
        assert!(
            detail["score"]
                .as_f64()
                .is_some_and(|score| (0.0..=1.0).contains(&score))
        );
        assert!(
            detail["evidence"]["model"]["tokens"]
                .as_array()
                .is_some_and(|all| !all.is_empty())
        );
        assert_eq!(detail["history"][0]["action"], "received");
        assert_eq!(detail["author"]["pending"], 1);
        assert_eq!(detail["network"], "127.0.0.0/24");
        assert!(!detail.to_string().contains("elsinore"), "{detail}");
        assert_eq!(answer(app.get("/api/v1/comments")).await.0, 401);
    }
);

on_both_engines!(
    an_address_is_revealed_and_the_look_recorded,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let path = format!("/api/v1/comments/{id}/email");
        let (status, revealed) = answer(app.with(&token, Method::POST, &path)).await;
        assert_eq!(
            (status.as_u16(), text(&revealed["email"])),
            (200, "ophelia@elsinore.example")
        );
        let (_, detail) = read(&app, &token, &format!("/api/v1/comments/{id}")).await;
        let look = &detail["history"][1];
        assert_eq!(
            (text(&look["action"]), text(&look["by"])),
            ("email_revealed", "tests")
        );
    }
);

on_both_engines!(
    a_text_is_judged_without_being_kept,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let judge =
            |body: Value| answer(app.with(&token, Method::POST, "/api/v1/score").json(&body));
        let (status, spam) = judge(json!({ "text": SPAM, "name": "Claudius" })).await;
        assert_eq!(status, 200, "{spam}");
        let (_, genuine) =
            judge(json!({ "text": GENUINE, "email": "ophelia@elsinore.example" })).await;
        assert!(spam["score"].as_f64() > genuine["score"].as_f64());
        assert_eq!(genuine["verdict"], "hold");
        assert!(!text(&genuine["evidence"]["because"]).is_empty());
        assert!(ids(&read(&app, &token, "/api/v1/comments").await.1).is_empty());
        let blank = json!({ "text": GENUINE, "name": "", "email": " ", "website": "" });
        let (status, judged) = judge(blank).await;
        assert_eq!(status, 200, "what was left blank is not there: {judged}");
        let (status, problem) = judge(json!({ "text": " ", "email": "nonsense" })).await;
        assert_eq!(status, 422);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
        assert_eq!(
            judge(json!({ "text": "x", "site": "nowhere" })).await.0,
            404
        );
    }
);

fn ids(list: &Value) -> Vec<String> {
    let comments = list["comments"].as_array().expect("a list");
    comments
        .iter()
        .map(|one| text(&one["id"]).to_owned())
        .collect()
}

async fn decide(app: &TestApp, token: &str, id: &str, body: Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/comments/{id}/decisions");
    answer(app.with(token, Method::POST, &path).json(&body)).await
}
