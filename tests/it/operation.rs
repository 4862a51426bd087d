//! Health, the interface's description, and what every answer carries.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{on_both_engines, support::app::answer};

on_both_engines!(it_lives_and_is_ready, |app: TestApp| async move {
    let (status, _) = answer(app.get("/health/live")).await;
    assert_eq!(status, 204);
    let (status, ready) = answer(app.get("/health/ready")).await;
    assert_eq!(status, 200);
    assert_eq!(ready["database"], true);
    app.stop().await;
});

on_both_engines!(
    what_is_not_there_is_a_problem_with_a_request_id,
    |app: TestApp| async move {
        let response = app.get("/nowhere").send().await.unwrap();
        assert_eq!(response.status(), 404);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        assert!(response.headers().contains_key("x-request-id"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], "not_found");
    }
);

on_both_engines!(the_interface_describes_itself, |app: TestApp| async move {
    let (_, document) = answer(app.get("/openapi.json")).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/health/ready"]["get"].is_object());
    let asked = &document["paths"]["/api/v1/models"]["post"]["responses"];
    for status in ["400", "401", "403", "408", "413", "415", "422", "503"] {
        let content = &asked[status]["content"]["application/problem+json"];
        assert!(content.is_object(), "{status}: {asked}");
    }
    let phases = &document["components"]["schemas"]["Phase"]["enum"];
    assert!(phases.is_array(), "a run's phases, not Coral's: {phases}");
    let page = app.get("/docs").send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("default-src 'none'"));
    let html = page.text().await.unwrap();
    assert!(html.contains("/health/ready"));
    assert!(
        !html.contains("http://") && !html.contains("https://"),
        "nothing from elsewhere"
    );
});

on_both_engines!(
    a_body_that_stalls_is_given_up_and_its_connection_closed,
    &[("SERVER__BODY_TIMEOUT_SECONDS", "1")],
    |app: TestApp| async move {
        let address = app.url.trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = "POST /api/v1/sites/default/comments HTTP/1.1\r\nhost: hamlet.test\r\n\
                    content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let reading = stream.read_to_string(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
        read.expect("it is closed in time").unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("body_timeout"));
        app.stop().await;
    }
);
