//! Sites and block rules as operators and moderators manage them.

use std::time::Duration;

use hamlet::domain::{moderator::Role, site::Policy};
use reqwest::Method;
use serde_json::json;

use crate::{
    on_both_engines,
    support::{app::answer, people::text},
};

const TEXT: &str = "There's rosemary, that's for remembrance; pray you, love, remember.";

on_both_engines!(
    a_site_is_added_changed_and_removed_while_it_has_no_comments,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let new = json!({ "slug": "gallery", "origins": ["https://Gallery.example/"] });
        let request = app
            .with(&operator, Method::POST, "/api/v1/sites")
            .json(&new);
        let (status, site) = answer(request).await;
        assert_eq!(status, 201, "{site}");
        assert_eq!(site["origins"], json!(["https://gallery.example"]));
        assert_eq!(site["policy"]["spam_threshold"], 0.95);
        let request = app
            .with(&operator, Method::POST, "/api/v1/sites")
            .json(&new);
        let (status, problem) = answer(request).await;
        assert_eq!(
            (status.as_u16(), text(&problem["errors"][0]["code"])),
            (422, "taken")
        );

        let path = "/api/v1/sites/gallery";
        let change = json!({ "name": "The gallery", "policy": { "spam_threshold": 0.5 } });
        let (status, site) = answer(app.with(&operator, Method::PATCH, path).json(&change)).await;
        assert_eq!((status.as_u16(), text(&site["name"])), (200, "The gallery"));
        assert_eq!(site["origins"], json!(["https://gallery.example"]));
        let bad = json!({ "origins": ["gallery"], "policy": { "spam_threshold": 2.0 } });
        let (status, problem) = answer(app.with(&operator, Method::PATCH, path).json(&bad)).await;
        assert_eq!(status, 422);
        assert_eq!(problem["errors"][0]["field"], "origins[0]");
        assert_eq!(problem["errors"][1]["field"], "policy.spam_threshold");

        app.posted("gallery", "Ophelia", TEXT).await;
        let (status, problem) = answer(app.with(&operator, Method::DELETE, path)).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (409, "has_comments")
        );
        let empty = "/api/v1/sites/default";
        assert_eq!(
            answer(app.with(&operator, Method::DELETE, empty)).await.0,
            204
        );
        assert_eq!(answer(app.with(&operator, Method::GET, empty)).await.0, 404);
    }
);

on_both_engines!(
    moderators_see_their_sites_and_change_none,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let moderator = app.token(Role::Moderator, &["gallery"]).await;
        let (_, list) = answer(app.with(&moderator, Method::GET, "/api/v1/sites")).await;
        assert_eq!(list["sites"].as_array().unwrap().len(), 1);
        let get = |path| answer(app.with(&moderator, Method::GET, path));
        assert_eq!(get("/api/v1/sites/gallery").await.0, 200);
        assert_eq!(get("/api/v1/sites/default").await.0, 404);
        let new = json!({ "slug": "mine" });
        let request = app
            .with(&moderator, Method::POST, "/api/v1/sites")
            .json(&new);
        assert_eq!(answer(request).await.0, 403);
        let request = app.with(&moderator, Method::DELETE, "/api/v1/sites/gallery");
        assert_eq!(answer(request).await.0, 403);
    }
);

on_both_engines!(
    a_blocked_word_is_spam_on_its_site_until_the_rule_ends,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let moderator = app.token(Role::Moderator, &["gallery"]).await;
        let ends = app.app.now().plus(Duration::from_hours(1)).to_string();
        let rule =
            json!({ "kind": "word", "pattern": "Rosemary", "action": "spam", "expires_at": ends });
        let path = "/api/v1/sites/gallery/blocks";
        let (status, made) = answer(app.with(&moderator, Method::POST, path).json(&rule)).await;
        assert_eq!(status, 201, "{made}");
        let status_of = |id: String| {
            let path = format!("/api/v1/comments?author={id}");
            let request = app.with(&moderator, Method::GET, &path);
            async move { answer(request).await.1["comments"][0]["status"].clone() }
        };
        let here = app.posted("gallery", "Ophelia", TEXT).await;
        assert_eq!(status_of(here).await, "spam");
        let elsewhere = app.posted("default", "Ophelia", TEXT).await;
        let all = app.token(Role::Moderator, &[]).await;
        let one = format!("/api/v1/comments/{elsewhere}");
        assert_eq!(
            answer(app.with(&all, Method::GET, &one)).await.1["status"],
            "pending"
        );
        app.pass(Duration::from_hours(2)).await;
        let later = app.posted("gallery", "Gertrude", TEXT).await;
        assert_eq!(status_of(later).await, "pending");
        let (_, list) = answer(app.with(&moderator, Method::GET, path)).await;
        assert_eq!(list["blocks"], json!([]));
    }
);

on_both_engines!(
    a_blocked_address_works_and_is_never_shown_again,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let rule =
            json!({ "kind": "email", "pattern": "Claudius@elsinore.example", "action": "spam" });
        let request = app
            .with(&operator, Method::POST, "/api/v1/blocks")
            .json(&rule);
        let (status, made) = answer(request).await;
        assert_eq!((status.as_u16(), text(&made["pattern"])), (201, "(hidden)"));
        let id = app.posted("default", "Claudius", TEXT).await;
        let one = format!("/api/v1/comments/{id}");
        let (_, comment) = answer(app.with(&operator, Method::GET, &one)).await;
        assert_eq!(comment["status"], "spam");
        let (_, list) = answer(app.with(&operator, Method::GET, "/api/v1/blocks")).await;
        assert!(!list.to_string().to_lowercase().contains("claudius"));

        let moderator = app.token(Role::Moderator, &["default"]).await;
        let path = format!("/api/v1/sites/default/blocks/{}", text(&made["id"]));
        let request = app.with(&moderator, Method::DELETE, &path);
        assert_eq!(
            answer(request).await.0,
            404,
            "a rule for every site is the operators'"
        );
        let path = format!("/api/v1/blocks/{}", text(&made["id"]));
        assert_eq!(
            answer(app.with(&operator, Method::DELETE, &path)).await.0,
            204
        );
    }
);

on_both_engines!(
    a_rule_that_makes_no_sense_is_refused_by_field,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        for (kind, pattern, field) in [
            ("network", "nonsense", "pattern"),
            ("domain", "localhost", "pattern"),
            ("email", "nonsense", "pattern"),
            ("word", " ", "pattern"),
            ("colour", "red", "kind"),
        ] {
            let rule = json!({ "kind": kind, "pattern": pattern, "action": "hold" });
            let request = app
                .with(&operator, Method::POST, "/api/v1/blocks")
                .json(&rule);
            let (status, problem) = answer(request).await;
            assert_eq!(
                (status.as_u16(), text(&problem["errors"][0]["field"])),
                (422, field),
                "{kind}"
            );
        }
        let past = json!({ "kind": "word", "pattern": "x", "action": "hold", "expires_at": "2001-01-01T00:00:00Z" });
        let request = app
            .with(&operator, Method::POST, "/api/v1/blocks")
            .json(&past);
        assert_eq!(answer(request).await.1["errors"][0]["field"], "expires_at");
    }
);
