//! Bodies made to hurt: giant, slow, compressed, without an end, or with fields that nobody offered.

use std::time::Duration;

use hamlet::domain::{comment::Status, moderator::Role};
use reqwest::{Body, Method, multipart};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::operations;
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

const POST: &str = "/api/v1/sites/default/comments";

/// What a client would like to set and may not.
const COVETED: [&str; 11] = [
    "status",
    "score",
    "verdict",
    "created_at",
    "network",
    "evidence",
    "is_admin",
    "email_sealed",
    "password_hash",
    "session_epoch",
    "__proto__",
];

fn comment() -> Value {
    json!({ "page": "/garden", "name": "Ophelia", "email": "ophelia@elsinore.example",
            "text": "There's rosemary, that's for remembrance." })
}

on_both_engines!(
    a_field_that_nobody_offered_is_refused_everywhere,
    |app: TestApp| async move {
        let posted = app
            .posted("default", "Ophelia", "There's fennel for you.")
            .await;
        let token = app.token(Role::Operator, &[]).await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let mut tried = 0;
        for operation in operations(&app).await {
            // Coral sends what it likes; what it sends is signed, and only three fields are read.
            // So do programs of Akismet's protocol, whose keys can do nothing but judge and report.
            if !operation.takes_json || operation.tag == "clients" {
                continue;
            }
            let path = operation.path_for("default", &posted);
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            for field in COVETED {
                let own = operation.path == "/api/v1/me";
                let request = if own {
                    me.request(&app, method.clone(), &path)
                } else {
                    app.with(&token, method.clone(), &path)
                };
                let (status, body) = answer(request.json(&json!({ field: "approved" }))).await;
                assert_eq!(status, 422, "{} with {field}: {body}", operation.name());
                let named = body["errors"].as_array().unwrap().iter();
                let mut named = named.map(|error| (&error["field"], &error["code"]));
                let expected = (&json!(field), &json!("unknown_field"));
                assert!(
                    named.any(|one| one == expected),
                    "{}: {body}",
                    operation.name()
                );
            }
            tried += 1;
        }
        assert!(tried >= 15, "{tried} operations take JSON");
    }
);

on_both_engines!(
    a_form_cannot_set_what_it_does_not_offer,
    |app: TestApp| async move {
        let mut pairs: Vec<(String, String)> = comment()
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        pairs.extend(COVETED.map(|name| (name.to_owned(), "approved".to_owned())));
        let (status, body) = answer(app.request(Method::POST, POST).form(&pairs)).await;
        assert_eq!(status, 202, "{body}");
        let stored = app.stored(&body).await;
        assert_eq!((stored.status, stored.version), (Status::Pending, 1));
        assert_eq!(stored.created_at, app.app.now());
        // The desk's own form for one's account offers no role.
        let me = app.first_operator("horatio@elsinore.example").await;
        let other = app
            .moderator(&me, "marcellus@elsinore.example", &["default"])
            .await;
        let fields = [
            ("name", "Marcellus"),
            ("mail", "each"),
            ("role", "operator"),
            ("scope", "all"),
        ];
        let sent = other.form(&app, "/desk/me", &fields).send().await.unwrap();
        assert!(sent.status().is_redirection() || sent.status() == 422);
        let (_, told) = answer(other.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(told["role"], "moderator", "{told}");
        assert_eq!(told["scope"], json!({ "sites": ["default"] }));
    }
);

on_both_engines!(
    a_body_without_an_end_is_cut_off_where_the_limit_is,
    |app: TestApp| async move {
        let piece = || Ok::<_, std::io::Error>(vec![b' '; 8 * 1024]);
        let endless = futures_util::stream::iter(std::iter::repeat_with(piece));
        let request = app
            .request(Method::POST, POST)
            .header("content-type", "application/json")
            .timeout(Duration::from_secs(20))
            .body(Body::wrap_stream(endless));
        // The answer may be cut off with the body; that one comes is what matters.
        if let Ok(response) = request.send().await {
            assert_eq!(response.status(), 413);
        }
        let announced = format!(
            "POST {POST} HTTP/1.1\r\nhost: hamlet.test\r\ncontent-type: application/json\r\n\
             content-length: 99999999999\r\n\r\n{{"
        );
        assert!(raw(&app, &announced).await.starts_with("HTTP/1.1 413"));
        assert_eq!(app.app.store.queue_depth().await.unwrap(), 0);
    }
);

on_both_engines!(
    heaps_of_fields_parts_and_heads_are_refused,
    |app: TestApp| async move {
        let many: Vec<(String, String)> = (0..6_000)
            .map(|n| (format!("f{n}"), String::new()))
            .collect();
        let (status, _) = answer(app.request(Method::POST, POST).form(&many)).await;
        assert!(status.is_client_error(), "{status}");
        let parts = (0..500).fold(multipart::Form::new(), |form, n| {
            form.text(format!("f{n}"), "x".repeat(20))
        });
        let (status, _) = answer(app.request(Method::POST, POST).multipart(parts)).await;
        assert!(status.is_client_error(), "{status}");
        let heads = format!(
            "GET /health/live HTTP/1.1\r\nhost: hamlet.test\r\nx-large: {}\r\n\r\n",
            "x".repeat(300_000)
        );
        let said = raw(&app, &heads).await;
        assert!(!said.starts_with("HTTP/1.1 2"), "{said}");
        let (status, _) = answer(app.get("/health/live")).await;
        assert_eq!(status, 204, "and the service goes on");
    }
);

on_both_engines!(
    compressed_bodies_are_refused_unread,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        for operation in operations(&app).await {
            // Programs of Akismet's protocol are answered in its own words; their bodies are read alike.
            if operation.method != "POST" || operation.path.starts_with("/1.") {
                continue;
            }
            let has_body = operation.takes_json || operation.path == "/api/v1/samples";
            if !has_body || operation.path.starts_with("/coral") {
                continue;
            }
            let path = operation.path_for("default", "01890000-0000-7000-8000-000000000000");
            for coding in ["gzip", "deflate", "br", "zstd"] {
                let request = app
                    .with(&token, Method::POST, &path)
                    .header("content-type", "application/json")
                    .header("content-encoding", coding)
                    .body(vec![0x1f, 0x8b, 8, 0]);
                let (status, body) = answer(request).await;
                assert_eq!(status, 415, "{} in {coding}: {body}", operation.name());
            }
        }
    }
);

/// A head that comes a byte at a time holds its connection no longer than its time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_never_ends_is_given_up() {
    let started = TestApp::start(crate::support::app::Engine::Sqlite, &[]).await;
    let app = started.expect("an application");
    let said = raw(
        &app,
        "GET /health/live HTTP/1.1\r\nhost: hamlet.test\r\nx-slow: ",
    )
    .await;
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 408"),
        "{said}"
    );
}

/// Sends bytes and reads until the service closes the connection.
async fn raw(app: &TestApp, bytes: &str) -> String {
    let address = app.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // It may be closed while there is more to send: that is an answer too.
    let _ = stream.write_all(bytes.as_bytes()).await;
    let mut said = Vec::new();
    let reading = stream.read_to_end(&mut said);
    let read = tokio::time::timeout(Duration::from_secs(25), reading).await;
    read.expect("the connection is closed in time").ok();
    String::from_utf8_lossy(&said).into_owned()
}
