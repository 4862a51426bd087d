//! Health, the interface's description, and what every answer carries.

use serde_json::Value;

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
