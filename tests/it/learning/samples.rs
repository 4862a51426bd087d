//! Labelled data in and out.

use std::time::Duration;

use hamlet::{background, domain::moderator::Role};
use reqwest::{Body, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{on_both_engines, support::app::TestApp};

const PATH: &str = "/api/v1/samples";

async fn send(
    app: &TestApp,
    token: &str,
    kind: &str,
    body: impl Into<Body>,
) -> (StatusCode, Value) {
    let request = app.with(token, Method::POST, PATH);
    let response = request.header("content-type", kind).body(body.into());
    read(response.send().await.unwrap()).await
}

async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, response.json().await.unwrap())
}

async fn export(app: &TestApp, token: &str) -> Vec<Value> {
    let request = app.with(token, Method::GET, PATH);
    let text = request.send().await.unwrap().text().await.unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

on_both_engines!(
    what_is_sent_counts_and_comes_out_again,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let lines = "{\"text\":\"Buy zorblax\",\"label\":\"spam\",\"name\":\"Osric\",\"email\":\"osric@elsinore.example\"}\n\
                     {\"text\":\"Thanks, that helped\",\"label\":\"ham\"}\n\
                     {\"text\":\"Thanks, that helped\",\"label\":\"ham\"}\n";
        let (status, report) = send(&app, &token, "application/x-ndjson", lines).await;
        assert_eq!(status, 200, "{report}");
        let expected = json!({ "records": 3, "repeated": 1, "added": 2, "changed": 0,
                               "withdrawn": 0, "unchanged": 0, "over_cap": 0 });
        assert_eq!(report, expected);
        background::learn(&app.app).await;
        let site = app.app.directory.site("default").unwrap();
        assert_eq!(
            app.app.learning.model(&site.slug).await.unwrap().labels,
            [1, 1]
        );

        let csv = "text,label\n\"Buy\nzorblax\",spam\n\"Thanks, that helped\",spam\n";
        let (_, report) = send(&app, &token, "text/csv", csv).await;
        assert_eq!(
            (&report["added"], &report["changed"]),
            (&json!(1), &json!(1)),
            "{report}"
        );
        let (_, again) = send(&app, &token, "text/csv", csv).await;
        assert_eq!(again["unchanged"], 2, "sent again it counts once: {again}");

        let out = export(&app, &token).await;
        assert_eq!(out.len(), 3);
        let osric = out.iter().find(|line| line["name"] == "Osric").unwrap();
        assert_eq!(
            osric["email"], "elsinore.example",
            "never the whole address"
        );
        let all: Vec<String> = out.iter().map(Value::to_string).collect();
        let (_, back) = send(&app, &token, "application/x-ndjson", all.join("\n")).await;
        assert_eq!(back["unchanged"], 3, "what comes out goes in: {back}");
        app.stop().await;
    }
);

on_both_engines!(
    one_wrong_line_refuses_all_and_is_named,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let good = "{\"text\":\"Peas again\",\"label\":\"ham\"}\n";
        let lines = format!(
            "{}{{\"text\":\"x\"}}\n{good}not json\n{{\"text\":\"x\",\"label\":\"ham\",\"site\":\"nowhere\"}}\n{{\"text\":\"a\\u0000b\",\"label\":\"ham\"}}\n",
            good.repeat(1_200)
        );
        let (status, problem) = send(&app, &token, "application/x-ndjson", lines).await;
        assert_eq!(status, 422, "{problem}");
        let wrong = problem["errors"].as_array().unwrap();
        let fields: Vec<&str> = wrong.iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["line 1201", "line 1203", "line 1204", "line 1205"]);
        assert!(
            export(&app, &token).await.is_empty(),
            "nothing of it is kept"
        );
        let (status, _) = send(&app, &token, "application/x-ndjson", "").await;
        assert_eq!(status, 422);
        let (status, _) = send(&app, &token, "image/png", good).await;
        assert_eq!(status, 415);
        let moderator = app.token(Role::Moderator, &[]).await;
        assert_eq!(
            send(&app, &moderator, "text/csv", "text,label\na,ham\n")
                .await
                .0,
            403
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_body_far_larger_than_others_is_taken_in,
    &[("LEARNING__MAX_UPLOAD_MIB", "1")],
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let line = |n: usize| {
            let label = if n.is_multiple_of(2) { "ham" } else { "spam" };
            format!(
                "{{\"text\":\"Peas number {n}, {}\",\"label\":\"{label}\"}}\n",
                "x".repeat(200)
            )
        };
        let large: String = (0..3_000).map(line).collect();
        assert!(large.len() > 500_000);
        let (status, report) = send(&app, &token, "application/x-ndjson", large).await;
        assert_eq!(
            (status.as_u16(), &report["added"]),
            (200, &json!(3_000)),
            "{report}"
        );
        assert_eq!(export(&app, &token).await.len(), 3_000);
        let larger: String = (0..6_000).map(line).collect();
        let (status, problem) = send(&app, &token, "application/x-ndjson", larger).await;
        assert_eq!(status, 413, "{problem}");
        app.stop().await;
    }
);

on_both_engines!(
    a_body_that_stalls_is_given_up_and_keeps_nothing,
    &[("SERVER__BODY_TIMEOUT_SECONDS", "1")],
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let line = "{\"text\":\"Peas\",\"label\":\"ham\"}\n".repeat(400);
        let start = futures_util::stream::iter([Ok::<_, std::io::Error>(line.into_bytes())]);
        let stalled = futures_util::StreamExt::chain(start, futures_util::stream::pending());
        let request = app.with(&token, Method::POST, PATH);
        let request = request.header("content-type", "application/x-ndjson");
        let response = request
            .body(Body::wrap_stream(stalled))
            .timeout(Duration::from_secs(20));
        let (status, problem) = read(response.send().await.unwrap()).await;
        assert_eq!(
            (status.as_u16(), &problem["code"]),
            (408, &json!("body_timeout"))
        );
        assert!(export(&app, &token).await.is_empty());
        app.stop().await;
    }
);
