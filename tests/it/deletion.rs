//! Deleting for good: one comment, an author without an address, and spam and trash whose time is over.

use std::time::Duration;

use hamlet::{
    background,
    domain::{decision::Decision, moderator::Role, site::Policy},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        database::Raw,
    },
};

const MARK: &str = "Goldcrest41";

async fn posted(app: &TestApp, n: usize, email: &str) -> Value {
    let fields = json!({ "page": "/p", "name": "Osric", "email": email, "notify_replies": true,
                         "text": format!("Number {n} speaks of {MARK} and of little else") });
    let (status, stored) = answer(app.comment("default", &fields)).await;
    assert!(status.is_success(), "{stored}");
    stored
}

on_both_engines!(
    one_comment_is_deleted_with_all_that_came_of_it_and_the_others_stay,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let moderator = app.token(Role::Moderator, &[]).await;
        let raw = Raw::of(&app).await;
        let gone = posted(&app, 1, "osric@elsinore.example").await;
        let reply = json!({ "page": "/p", "name": "Ostler", "email": "ostler@elsinore.example",
                            "parent": gone["id"], "text": "An answer to what will not be there" });
        app.decide(&gone, Decision::Approve).await;
        let (_, reply) = answer(app.comment("default", &reply)).await;
        app.decide(&reply, Decision::Approve).await;
        let path = format!("/api/v1/comments/{}", gone["id"].as_str().unwrap());
        assert_eq!(
            answer(app.with(&moderator, Method::DELETE, &path)).await.0,
            403
        );
        assert!(!raw.rows_with(MARK).await.is_empty());
        assert_eq!(
            answer(app.with(&operator, Method::DELETE, &path)).await.0,
            204
        );
        assert_eq!(raw.rows_with(MARK).await, Vec::<String>::new());
        assert_eq!(
            answer(app.with(&operator, Method::DELETE, &path)).await.0,
            404
        );
        assert_eq!(answer(app.with(&operator, Method::GET, &path)).await.0, 404);
        let list = answer(app.get("/api/v1/sites/default/comments?page=/p"))
            .await
            .1;
        assert_eq!(list["comments"].as_array().unwrap().len(), 1);
        assert_eq!(list["comments"][0]["parent"], Value::Null);
        let acts = answer(app.with(&operator, Method::GET, "/api/v1/audit"))
            .await
            .1;
        assert_eq!(acts["acts"][0]["action"], "comment.erase", "{acts}");
        app.stop().await;
    }
);

on_both_engines!(
    an_author_is_erased_by_a_comment_of_theirs,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let raw = Raw::of(&app).await;
        let first = posted(&app, 1, "osric@elsinore.example").await;
        let second = posted(&app, 2, "osric@elsinore.example").await;
        app.decide(&second, Decision::Spam).await;
        let path = format!(
            "/api/v1/comments/{}/author/erase",
            first["id"].as_str().unwrap()
        );
        let (status, erased) = answer(app.with(&operator, Method::POST, &path)).await;
        assert_eq!(
            (status.as_u16(), erased["comments"].as_i64()),
            (200, Some(2)),
            "{erased}"
        );
        assert_eq!(raw.rows_with(MARK).await, Vec::<String>::new());
        assert_eq!(
            answer(app.with(&operator, Method::POST, &path)).await.0,
            404
        );
        app.stop().await;
    }
);

on_both_engines!(
    spam_and_trash_go_when_their_site_says_so_and_their_labels_stay,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let raw = Raw::of(&app).await;
        let left = async || {
            raw.list("SELECT status FROM comments ORDER BY status")
                .await
        };
        for (n, decision) in [
            Decision::Spam,
            Decision::Trash,
            Decision::Approve,
            Decision::Reject,
        ]
        .into_iter()
        .enumerate()
        {
            let stored = posted(&app, n, &format!("q{n}@elsinore.example")).await;
            app.decide(&stored, decision).await;
        }
        posted(&app, 9, "q9@elsinore.example").await;
        let site = "/api/v1/sites/default";
        let set = async |policy: Value| {
            let change = app.with(&operator, Method::PATCH, site);
            let (status, said) = answer(change.json(&json!({ "policy": policy }))).await;
            assert_eq!(status, 200, "{said}");
        };
        set(json!({})).await;
        app.app.clock.advance(Duration::from_hours(24 * 400));
        background::forget(&app.app).await;
        assert_eq!(left().await.len(), 5, "off unless the site says so");
        let labels = raw
            .list("SELECT id FROM samples WHERE label IS NOT NULL ORDER BY id")
            .await;
        set(json!({ "spam_days": 30 })).await;
        background::forget(&app.app).await;
        assert_eq!(left().await, ["approved", "pending", "rejected", "trash"]);
        set(json!({ "trash_days": 401 })).await;
        background::forget(&app.app).await;
        assert_eq!(left().await.len(), 4, "not before its time");
        app.app.clock.advance(Duration::from_hours(24 * 2));
        background::forget(&app.app).await;
        assert_eq!(left().await, ["approved", "pending", "rejected"]);
        let after = raw
            .list("SELECT id FROM samples WHERE label IS NOT NULL ORDER BY id")
            .await;
        assert_eq!(after, labels, "what was learnt stays");
        let change = app.with(&operator, Method::PATCH, site);
        let (status, said) = answer(change.json(&json!({ "policy": { "spam_days": 0 } }))).await;
        assert_eq!(
            (status.as_u16(), &said["errors"][0]["field"]),
            (422, &json!("policy.spam_days"))
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_new_site_deletes_spam_after_thirty_days_unless_it_says_otherwise,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        for (slug, policy, spam, trash) in [
            ("a", Value::Null, json!(30), json!(30)),
            ("b", json!({ "max_links": 1 }), json!(30), json!(30)),
            ("c", json!({ "spam_days": 7 }), json!(7), json!(30)),
            (
                "d",
                json!({ "spam_days": null, "trash_days": null }),
                Value::Null,
                Value::Null,
            ),
        ] {
            let mut new = json!({ "slug": slug });
            if !policy.is_null() {
                new["policy"] = policy;
            }
            let request = app.with(&operator, Method::POST, "/api/v1/sites");
            let (status, site) = answer(request.json(&new)).await;
            assert_eq!(status, 201, "{site}");
            assert_eq!(
                (&site["policy"]["spam_days"], &site["policy"]["trash_days"]),
                (&spam, &trash)
            );
        }
        let wrong = json!({ "slug": "e", "policy": { "spam_day": 1 } });
        let request = app.with(&operator, Method::POST, "/api/v1/sites");
        assert_eq!(answer(request.json(&wrong)).await.0, 422);
        assert_eq!(
            Policy::default().spam_days,
            None,
            "sites of before are as they were"
        );
        app.stop().await;
    }
);
