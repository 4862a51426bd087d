//! Training runs and the registry.

use hamlet::{
    background,
    bayes::{Label, Question},
    domain::{
        moderator::Role,
        sample::{Provenance, Vote},
        site::SiteSlug,
    },
    learn::samples,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

/// Labels a site's texts: spam about zorblax, ham about gardens; with `swapped`, the other way round.
pub async fn label(app: &TestApp, source: &str, count: usize, swapped: bool) {
    let topics = [
        "roses", "tulips", "beans", "apples", "nettles", "moss", "figs",
    ];
    let months = ["March", "April", "May", "June", "July"];
    let votes = (0..count).flat_map(|n| {
        let (topic, month) = (topics[n % 7], months[n % 5]);
        let spam = format!(
            "Zorblax {topic} for {n} crowns only, order in {month} at http://zorblax{n}.example"
        );
        let ham = format!("My {topic} came up in {month} after {n} days, what about yours?");
        [(spam, !swapped), (ham, swapped)]
    });
    let vote = |(text, spam): (String, bool)| {
        let mut vote = Vote {
            question: Question::Spam,
            site: SiteSlug::parse("default").unwrap(),
            id: format!("{source}: {text}"),
            label: Some(if spam { Label::Spam } else { Label::Ham }),
            held_out: false,
            text,
            name: None,
            email_domain: None,
            website: None,
            email_index: None,
        };
        vote.held_out = samples::is_held_out(&vote.document());
        vote
    };
    let votes = votes.map(vote).collect();
    let cast = samples::cast(
        &app.app.learning,
        votes,
        Provenance::Samples,
        source.to_owned(),
    );
    cast.await.unwrap();
    background::learn(&app.app).await;
}

/// Starts a run over HTTP, lets it be carried out, and tells what came of it.
pub async fn train(app: &TestApp, token: &str) -> Value {
    let request = app.with(token, Method::POST, "/api/v1/models");
    let response = request.json(&json!({})).send().await.unwrap();
    assert_eq!(response.status(), 202);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    background::train(&app.app).await;
    show(app, token, &location).await
}

async fn show(app: &TestApp, token: &str, path: &str) -> Value {
    let (status, shown) = answer(app.with(token, Method::GET, path)).await;
    assert_eq!(status, 200, "{shown}");
    shown
}

pub async fn activate(app: &TestApp, token: &str, model: &str, body: Value) -> (u16, Value) {
    let path = format!("/api/v1/models/{model}/activate");
    let (status, said) = answer(app.with(token, Method::POST, &path).json(&body)).await;
    (status.as_u16(), said)
}

pub fn id(model: &Value) -> &str {
    model["id"].as_str().unwrap()
}

on_both_engines!(
    a_run_trains_measures_and_is_activated_and_rolled_back,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        label(&app, "nursery", 60, false).await;
        let model = train(&app, &token).await;
        assert_eq!(model["status"], "candidate", "{model}");
        let report = &model["report"];
        assert_eq!(
            report["gate"],
            json!({ "passed": true, "reasons": [] }),
            "{model}"
        );
        let sum = |a: &Value, b: &Value| a.as_u64().unwrap() + b.as_u64().unwrap();
        let held_out = sum(&report["comparison"]["ham"], &report["comparison"]["spam"]);
        assert_eq!(sum(&report["ham"], &report["spam"]) + held_out, 120);
        assert!(held_out > 10, "{model}");

        let live = || async {
            let listed = show(&app, &token, "/api/v1/models?site=default").await;
            listed["live"][0].clone()
        };
        let before = live().await;
        assert_eq!(before["model"], Value::Null);
        let (status, after) = activate(&app, &token, id(&model), json!({})).await;
        assert_eq!(status, 200, "{after}");
        assert_eq!(after["version"], model["version"]);
        assert_eq!(
            after["ham"].as_u64().unwrap() + after["spam"].as_u64().unwrap(),
            held_out
        );
        assert_eq!(
            show(&app, &token, &format!("/api/v1/models/{}", id(&model))).await["status"],
            "live"
        );
        let (status, back) = activate(&app, &token, "shipped", json!({ "site": "default" })).await;
        assert_eq!((status, &back), (200, &before), "as it was before");
        app.stop().await;
    }
);

on_both_engines!(
    labels_that_contradict_are_refused_unless_forced,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        label(&app, "nursery", 60, false).await;
        label(&app, "mallory", 50, true).await;
        let model = train(&app, &token).await;
        let reasons = model["report"]["gate"]["reasons"].to_string();
        assert!(reasons.contains("mallory"), "{model}");
        let (status, refused) = activate(&app, &token, id(&model), json!({})).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("refused")),
            "{refused}"
        );
        assert!(refused["title"].as_str().unwrap().contains("mallory"));
        let (status, _) = activate(&app, &token, id(&model), json!({ "force": true })).await;
        assert_eq!(status, 200);
        app.stop().await;
    }
);

on_both_engines!(
    too_few_labels_fail_with_a_plain_reason,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        label(&app, "nursery", 5, false).await;
        let model = train(&app, &token).await;
        assert_eq!(model["status"], "failed");
        let failure = model["failure"].as_str().unwrap();
        assert!(failure.contains("5 ham and 5 spam labels"), "{failure}");
        let (status, refused) = activate(&app, &token, id(&model), json!({})).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not_trained")));
        app.stop().await;
    }
);
