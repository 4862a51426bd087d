//! What a request brings: its encoding, its fields, what is refused, and what was sent before.

use std::time::Duration;

use hamlet::domain::comment::Status;
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};

use super::{POST, comment, names, refused};
use crate::{on_both_engines, support::app::answer};

on_both_engines!(
    every_encoding_is_stored_alike_and_awaits_review,
    |app: TestApp| async move {
        let fields = comment(json!({}));
        let pairs: Vec<(String, String)> = fields
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let parts = pairs
            .iter()
            .fold(multipart::Form::new(), |form, (name, value)| {
                form.text(name.clone(), value.clone())
            });
        let requests = [
            app.post(POST, &fields),
            app.request(Method::POST, POST).form(&pairs),
            app.request(Method::POST, POST).multipart(parts),
        ];
        for request in requests {
            let (status, body) = answer(request).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{body}");
            assert_eq!(body["status"], "awaiting_review");
            let names: Vec<&String> = body.as_object().unwrap().keys().collect();
            assert_eq!(
                names,
                ["author_token", "id", "status"],
                "no answer carries a score"
            );
            let stored = app.stored(&body).await;
            assert_eq!(stored.text, fields["text"].as_str().unwrap());
            assert_eq!(stored.page.as_str(), "https://example.org/garden");
            assert_eq!(stored.network.as_deref(), Some("127.0.0.0/24"));
            assert_eq!(stored.status, Status::Pending);
            assert!(stored.score.is_some());
            assert!(stored.evidence.model.is_some());
            let email = app.app.vault.open(&stored.email, &stored).unwrap();
            assert_eq!(email.expose(), "ophelia@elsinore.example");
        }
        app.stop().await;
    }
);

on_both_engines!(
    errors_name_every_field_and_store_nothing,
    |app: TestApp| async move {
        let bad = json!({ "page": "nonsense", "name": "a\nb", "email": "a..b@x.org", "text": " ", "website": "javascript:x" });
        let (status, body) = answer(app.post(POST, &bad)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut fields: Vec<String> = refused(&body).into_iter().map(|(field, _)| field).collect();
        fields.sort();
        assert_eq!(fields, ["email", "name", "page", "text", "website"]);
        let cases = [
            (json!({ "text": "x".repeat(15_001) }), "text", "too_long"),
            (json!({ "name": "x".repeat(101) }), "name", "too_long"),
            (json!({ "text": "a\u{0}b" }), "text", "control_character"),
            (json!({ "parent": "7" }), "parent", "invalid"),
            (json!({ "shoe_size": 44 }), "shoe_size", "unknown_field"),
            (json!({ "name": 7 }), "name", "invalid"),
        ];
        for (change, field, code) in cases {
            let (status, body) = answer(app.post(POST, &comment(change))).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(names(&body, field, code), "{field}: {body}");
        }
        assert_eq!(app.app.store.queue_depth().await.unwrap(), 0);
        app.stop().await;
    }
);

on_both_engines!(
    a_body_that_cannot_be_read_is_refused,
    |app: TestApp| async move {
        let raw = |kind: &str, body: Vec<u8>| {
            app.request(Method::POST, POST)
                .header("content-type", kind)
                .body(body)
        };
        let json = "application/json";
        let form = "application/x-www-form-urlencoded";
        let cases = [
            (raw(json, b"{".to_vec()), 400),
            (raw(json, b"{} {}".to_vec()), 400),
            (raw(json, br#"{"name":"\ud800"}"#.to_vec()), 400),
            (raw(json, vec![b' '; 65 * 1024]), 413),
            (raw("text/plain", b"hello".to_vec()), 415),
            (raw(form, b"name=%ff%fe".to_vec()), 422),
            (raw(form, b"name=a&name=b".to_vec()), 422),
            (
                raw("multipart/form-data; boundary=x", b"nothing".to_vec()),
                400,
            ),
            (raw(json, vec![]).header("content-encoding", "gzip"), 415),
        ];
        for (request, expected) in cases {
            let (status, body) = answer(request).await;
            assert_eq!(status.as_u16(), expected, "{body}");
            assert!(body["code"].is_string());
        }
        let (status, _) = answer(app.comment("nowhere", &comment(json!({})))).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        app.stop().await;
    }
);

on_both_engines!(
    a_repeated_request_is_stored_once,
    |app: TestApp| async move {
        let send = |key: &str, fields: Value| {
            app.post(POST, &fields)
                .header("idempotency-key", key.to_owned())
        };
        let one = comment(json!({ "text": "Good night, ladies; good night, sweet ladies." }));
        let (_, first) = answer(send("k1", one.clone())).await;
        let (status, again) = answer(send("k1", one.clone())).await;
        assert_eq!((status, &again), (StatusCode::ACCEPTED, &first));
        let both = tokio::join!(
            answer(send("k2", one.clone())),
            answer(send("k2", one.clone()))
        );
        assert_eq!(both.0, both.1, "two at once are one");
        let (status, body) = answer(send("k1", comment(json!({ "text": "Another text." })))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(names(&body, "Idempotency-Key", "reused"));
        assert_eq!(app.app.store.queue_depth().await.unwrap(), 2);
        app.pass(Duration::from_hours(25)).await;
        let (_, later) = answer(send("k1", one)).await;
        assert_ne!(later, first, "a key is remembered for a day");
        app.stop().await;
    }
);

on_both_engines!(
    replies_go_to_public_comments_of_the_same_page,
    |app: TestApp| async move {
        let (_, parent) = answer(app.post(POST, &comment(json!({})))).await;
        let reply = comment(json!({ "parent": parent["id"], "text": "I do, my lord." }));
        assert!(names(
            &answer(app.post(POST, &reply)).await.1,
            "parent",
            "unknown"
        ));
        app.approve(&parent).await;
        assert_eq!(answer(app.post(POST, &reply)).await.0, StatusCode::ACCEPTED);
        let elsewhere = comment(json!({ "parent": parent["id"], "page": "/other" }));
        assert!(names(
            &answer(app.post(POST, &elsewhere)).await.1,
            "parent",
            "unknown"
        ));
        app.stop().await;
    }
);

on_both_engines!(
    a_website_that_is_only_the_scheme_of_the_form_is_none,
    |app: TestApp| async move {
        for scheme in ["http://", " https:// ", ""] {
            let fields = comment(
                json!({ "website": scheme, "text": format!("Of {scheme:?} and no more.") }),
            );
            let (status, body) = answer(app.post(POST, &fields)).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{body}");
            assert_eq!(app.stored(&body).await.website, None);
        }
        app.stop().await;
    }
);
