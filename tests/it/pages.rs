//! One page under many spellings, threads that move, and what becomes of comments when a site spells its pages otherwise.

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

async fn posted(app: &TestApp, page: &str, text: &str) -> Value {
    let fields =
        json!({ "page": page, "name": "Osric", "email": "osric@elsinore.example", "text": text });
    let (status, stored) = answer(app.comment("blog", &fields)).await;
    assert!(status.is_success(), "{page}: {stored}");
    app.decide(&stored, Decision::Approve).await;
    stored
}

async fn count(app: &TestApp, page: &str) -> i64 {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("page", page)
        .finish();
    let request = app.get(&format!("/api/v1/sites/blog/counts?{query}"));
    let (status, counts) = answer(request).await;
    assert_eq!(status, 200, "{page}: {counts}");
    counts["counts"][page].as_i64().unwrap()
}

on_both_engines!(
    one_page_has_one_thread_however_it_is_spelled,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        for (group, spellings) in [
            &[
                "/caf%C3%A9",
                "/caf%c3%a9",
                "/café",
                "http://blog.example/caf%c3%A9#top",
            ][..],
            &[
                "/%7Eann",
                "/~ann",
                "https://www.blog.example/~ann?utm_source=x",
            ],
            &[
                "/post?p=1",
                "/post?replytocom=3&p=1",
                "/post?p=1&srsltid=x&gad_source=1&cpage=2",
            ],
            &[
                "/2020/peas/",
                "/2020/peas/comment-page-2/",
                "/2020/peas/comment-page-10/#comment-7",
            ],
        ]
        .into_iter()
        .enumerate()
        {
            for (n, spelling) in spellings.iter().enumerate() {
                posted(&app, spelling, &format!("Comment {n} of group {group}")).await;
            }
            for spelling in spellings {
                let comments = i64::try_from(spellings.len()).unwrap();
                assert_eq!(count(&app, spelling).await, comments, "{spelling}");
            }
        }
        assert_eq!(
            count(&app, "/2020/peas").await,
            0,
            "a slash counts unless the site says otherwise"
        );
        app.stop().await;
    }
);

on_both_engines!(
    comments_follow_when_a_site_spells_its_pages_otherwise,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let operator = app.token(Role::Operator, &[]).await;
        for (n, page) in ["/post", "/post/", "/post/index.html?lang=de", "/other.html"]
            .iter()
            .enumerate()
        {
            posted(&app, page, &format!("Number {n} of one thread")).await;
        }
        // As a version before stored it.
        app.sql("UPDATE comments SET page = '/caf%c3%a9' WHERE page = '/other.html'")
            .await;
        app.sql("UPDATE sites SET pages_form = 0").await;
        background::spell(&app.app).await;
        assert_eq!(
            count(&app, "/café").await,
            1,
            "an older form was brought up to date"
        );
        let rules = json!({ "pages": { "trailing_slash": "added", "drop_index": true, "parameters": ["p"] } });
        let change = app.with(&operator, Method::PATCH, "/api/v1/sites/blog");
        let (status, changed) = answer(change.json(&json!({ "policy": rules }))).await;
        assert_eq!(status, 200, "{changed}");
        assert_eq!(changed["policy"]["pages"]["trailing_slash"], "added");
        background::spell(&app.app).await;
        for spelling in ["/post", "/post/", "/post/index.html", "/post?ref=x"] {
            assert_eq!(count(&app, spelling).await, 3, "{spelling}");
        }
        let senseless = json!({ "policy": { "pages": { "parameters": ["a&b"] } } });
        let change = app.with(&operator, Method::PATCH, "/api/v1/sites/blog");
        let (status, refused) = answer(change.json(&senseless)).await;
        assert_eq!(status, 422);
        assert_eq!(refused["errors"][0]["field"], "policy.pages.parameters");
        let left = Raw::of(&app)
            .await
            .list("SELECT slug FROM sites WHERE pages_form <= 0")
            .await;
        assert_eq!(left, Vec::<String>::new());
        app.stop().await;
    }
);

on_both_engines!(
    a_site_is_looked_through_once_however_its_policy_is_written,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let raw = Raw::of(&app).await;
        let due = "SELECT slug FROM sites WHERE pages_form <= 0 ORDER BY slug";
        // As a version before stored it: without what a policy has now.
        app.sql("UPDATE sites SET policy = '{\"spam_threshold\":0.95}', pages_form = 0")
            .await;
        assert_eq!(raw.list(due).await, ["blog", "default"]);
        background::spell(&app.app).await;
        assert_eq!(raw.list(due).await, Vec::<String>::new());
        app.stop().await;
    }
);

on_both_engines!(
    a_thread_moves_to_another_page_and_joins_what_is_there,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let operator = app.token(Role::Operator, &[]).await;
        let moderator = app.token(Role::Moderator, &[]).await;
        posted(&app, "/old", "One at the old place").await;
        posted(&app, "/old", "Two at the old place").await;
        posted(&app, "/new", "One at the new place").await;
        let path = "/api/v1/sites/blog/pages/move";
        let asked = |from: &str, to: &str| json!({ "from": from, "to": to });
        let request = app.with(&moderator, Method::POST, path);
        assert_eq!(answer(request.json(&asked("/old", "/new"))).await.0, 403);
        for (from, to, field) in [
            ("/old", "https://elsewhere.example/", "to"),
            ("/old", "/old", "to"),
            ("", "/new", "from"),
            ("/old\u{0}", "/new", "from"),
            ("/old", " ", "to"),
        ] {
            let request = app.with(&operator, Method::POST, path);
            let (status, refused) = answer(request.json(&asked(from, to))).await;
            assert_eq!(status, 422, "{refused}");
            assert_eq!(refused["errors"][0]["field"], field);
        }
        let request = app.with(&operator, Method::POST, path);
        let (status, moved) =
            answer(request.json(&asked("https://blog.example/old", "/new"))).await;
        assert_eq!(
            (status.as_u16(), moved["moved"].as_i64()),
            (200, Some(2)),
            "{moved}"
        );
        assert_eq!(
            (count(&app, "/new").await, count(&app, "/old").await),
            (3, 0)
        );
        let acts = answer(app.with(&operator, Method::GET, "/api/v1/audit"))
            .await
            .1;
        assert_eq!(acts["acts"][0]["action"], "page.move", "{acts}");
        app.stop().await;
    }
);
