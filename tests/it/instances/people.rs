//! People: a session, a link and a decision mean the same at every instance.

use hamlet::{
    background,
    domain::{comment::Status, decision::Decision, moderator::Role},
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::two;
use crate::{
    mail::office::{Office, link_after, moderator, open, post, text},
    support::{
        app::{Engine, TestApp, answer},
        people::{PASSWORD, Session},
    },
};

const EMAIL: &str = "horatio@elsinore.example";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_begun_at_one_serves_at_the_other_and_ends_at_both() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    let session = one.first_operator(EMAIL).await;
    let elsewhere = session.request(&other, Method::POST, "/api/v1/sites");
    let (status, said) = answer(elsewhere.json(&json!({ "slug": "garden" }))).await;
    assert_eq!(status, StatusCode::CREATED, "cookie and CSRF token: {said}");

    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let second = other.request(Method::POST, "/sign-in").form(&fields);
    let second = second.send().await.unwrap();
    let second = other.session(Session::cookie_of(&second)).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "words, words, words" });
    let changed = second.request(&other, Method::PATCH, "/api/v1/me");
    assert_eq!(answer(changed.json(&change)).await.0, StatusCode::OK);
    for app in [&one, &other] {
        let (status, _) = answer(session.request(app, Method::GET, "/api/v1/me")).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "at once, everywhere");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_at_one_ends_the_session_and_its_stream_at_the_other() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    let session = one.first_operator(EMAIL).await;
    let status = async |app: &TestApp| {
        let asked = session.request(app, Method::GET, "/api/v1/me");
        answer(asked).await.0
    };
    assert_eq!(status(&other).await, StatusCode::OK);
    let mut stream = crate::news::listen(&other, &session).await;
    let out = session.form(&one, "/sign-out", &[]).send().await.unwrap();
    assert_eq!(out.status(), StatusCode::SEE_OTHER);
    for app in [&one, &other] {
        assert_eq!(status(app).await, StatusCode::UNAUTHORIZED, "at once");
    }
    background::announce(&other.app).await;
    assert_eq!(crate::news::told(&mut stream).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_a_password_are_counted_together() {
    let Some(pair) = two(&[]).await else { return };
    pair[0].first_operator(EMAIL).await;
    let guess = |n: usize| {
        let fields = [("email", EMAIL), ("password", "not this one, nor that")];
        pair[n % 2].request(Method::POST, "/sign-in").form(&fields)
    };
    for n in 0..10 {
        assert_ne!(guess(n).send().await.unwrap().status(), 429, "guess {n}");
    }
    for n in 0..2 {
        assert_eq!(guess(n).send().await.unwrap().status(), 429);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_revoked_at_one_opens_nothing_at_the_other() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    let keeper = one.first_operator(EMAIL).await;
    let made = keeper.request(&one, Method::POST, "/api/v1/tokens");
    let (_, made) = answer(made.json(&json!({ "name": "spare", "role": "moderator" }))).await;
    let spare = made["token"].as_str().expect("a token");
    let ask = || answer(other.with(spare, Method::GET, "/api/v1/comments"));
    assert_eq!(ask().await.0, StatusCode::OK);
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    let revoked = answer(keeper.request(&one, Method::DELETE, &path)).await;
    assert_eq!(revoked.0, StatusCode::NO_CONTENT, "{}", revoked.1);
    assert_eq!(ask().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_who_decide_at_once_are_told_who_was_first() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    let token = one.token(Role::Moderator, &[]).await;
    for n in 0..10 {
        let text = format!("Pansies, number {n}.");
        let id = one.posted("default", "Ophelia", &text).await;
        let path = format!("/api/v1/comments/{id}/decisions");
        let decide = |app: &TestApp, word: &str| {
            let request = app.with(&token, Method::POST, &path);
            answer(request.json(&json!({ "decision": word, "version": 1 })))
        };
        let (here, there) = tokio::join!(decide(&one, "approve"), decide(&other, "reject"));
        let mut codes = [here.0.as_u16(), there.0.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409], "{} {}", here.1, there.1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_mailed_by_one_decides_at_the_other_once() {
    let Some(office) = Office::open(Engine::Postgres, &[]).await else {
        return;
    };
    let other = office.app.join().await;
    moderator(&office.app, "horatio", None).await;
    let held = post(&other, "default", json!({})).await;
    assert_eq!(office.tick().await.sent, 1);
    let link = link_after(&text(&office.last().await), "Approve:");
    let (code, page) = open(&other, Method::POST, &link).await;
    assert_eq!(code, StatusCode::OK, "{page}");
    assert_eq!(office.app.stored(&held).await.status, Status::Approved);
    let (code, page) = open(&office.app, Method::POST, &link).await;
    assert_eq!(code, StatusCode::CONFLICT, "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_rules_and_publications_reach_every_instance() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    let token = one.token(Role::Operator, &[]).await;
    one.add_site("garden", &[], hamlet::domain::site::Policy::default())
        .await;
    let rule = json!({ "kind": "word", "pattern": "zorblax", "action": "spam" });
    let added = answer(one.with(&token, Method::POST, "/api/v1/blocks").json(&rule)).await;
    assert_eq!(added.0, StatusCode::CREATED, "{}", added.1);
    background::refresh(&other.app).await;
    let id = other.posted("garden", "Ophelia", "Rue for you.").await;
    let blocked = other.posted("garden", "Osric", "Zorblax, my lord.").await;
    let stored = one.stored(&json!({ "id": blocked })).await;
    assert_eq!(stored.status, Status::Spam);
    one.decide(&json!({ "id": id }), Decision::Approve).await;
    let list = "/api/v1/sites/garden/comments?page=/garden";
    let (_, list) = answer(other.get(list)).await;
    assert_eq!(list["comments"][0]["id"], json!(id));
}
