//! A site that was removed is gone: from the database, from every scope, from the memory of every
//! instance. One that is added under its name is another site.

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
        people::text,
    },
};

/// A slug that nothing else is called.
const SLUG: &str = "zanzibar";

/// What holds a site that is full of everything.
struct Full {
    operator: String,
    key: String,
    token: String,
    both: String,
    person: crate::support::people::Session,
    comment: Value,
}

/// A site with everything that a site can have.
async fn fill(app: &TestApp) -> Full {
    app.add_site("other", &[], Policy::default()).await;
    app.add_site(SLUG, &["https://zanzibar.example"], Policy::default())
        .await;
    let operator = app.token(Role::Operator, &[]).await;
    let horatio = app.first_operator("horatio@elsinore.example").await;
    let person = app.moderator(&horatio, "agency@old.example", &[SLUG]).await;
    let token = app.token(Role::Moderator, &[SLUG]).await;
    let both = app.token(Role::Moderator, &[SLUG, "other"]).await;
    let made = |path: &str, body: Value| {
        let request = app.with(
            &operator,
            Method::POST,
            &format!("/api/v1/sites/{SLUG}/{path}"),
        );
        answer(request.json(&body))
    };
    let (status, key) = made("keys", json!({ "name": "old wordpress" })).await;
    assert_eq!(status, 201, "{key}");
    let hook = json!({ "url": "https://old-agency.example/hook", "events": ["comment.received"] });
    let (status, hook) = made("webhooks", hook).await;
    assert_eq!(status, 201, "{hook}");
    let rule = json!({ "kind": "word", "pattern": "refund", "action": "spam" });
    assert_eq!(made("blocks", rule).await.0, 201);
    let comment = json!({ "page": "/p", "name": "Ann", "email": "ann@example.org",
                          "text": "Is anybody there at this hour?", "notify_replies": true });
    let request = app
        .comment(SLUG, &comment)
        .header("idempotency-key", "0123456789abcdef0123456789abcdef");
    let (status, first) = answer(request).await;
    assert!(status.is_success(), "{first}");
    app.decide(&first, Decision::Approve).await;
    for n in 0..30 {
        let more = json!({ "page": "/p", "name": format!("Ann {n}"), "email": format!("ann{n}@example.org"),
                           "text": format!("A question, the {n}th of many that differ a little") });
        let (status, stored) = answer(app.comment(SLUG, &more)).await;
        assert!(status.is_success(), "{stored}");
        let decision = if n % 2 == 0 {
            Decision::Spam
        } else {
            Decision::Approve
        };
        app.decide(&stored, decision).await;
    }
    let (_, list) = answer(app.get(&format!("/api/v1/sites/{SLUG}/comments?page=/p"))).await;
    assert!(!list["comments"].as_array().unwrap().is_empty());
    background::learn(&app.app).await;
    let asked = [
        ("api_key", text(&key["key"])),
        ("blog", "https://zanzibar.example"),
        ("comment_content", "Was it you?"),
    ];
    let asked = app.request(Method::POST, "/1.1/comment-check").form(&asked);
    assert_eq!(asked.send().await.unwrap().status(), 200);
    Full {
        operator,
        key: text(&key["key"]).to_owned(),
        token,
        both,
        person,
        comment: first,
    }
}

/// Rows with a mark, but for the record of what operators did, which is kept for its own time.
async fn left(raw: &Raw, mark: &str) -> Vec<String> {
    raw.rows_with_but(mark, "acts").await
}

fn remove(app: &TestApp, operator: &str) -> reqwest::RequestBuilder {
    let path = format!("/api/v1/sites/{SLUG}?with_comments={SLUG}");
    app.with(operator, Method::DELETE, &path)
}

on_both_engines!(
    after_a_site_is_removed_no_table_holds_a_row_of_it_and_no_scope_names_it,
    |app: TestApp| async move {
        let full = fill(&app).await;
        let raw = Raw::of(&app).await;
        assert!(raw.rows_with(SLUG).await.len() > 50);
        let path = format!("/api/v1/sites/{SLUG}");
        let (status, problem) = answer(app.with(&full.operator, Method::DELETE, &path)).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (409, "has_comments")
        );
        let wrong = format!("{path}?with_comments=other");
        let (status, _) = answer(app.with(&full.operator, Method::DELETE, &wrong)).await;
        assert_eq!(status, 422);
        assert!(!raw.rows_with(SLUG).await.is_empty());

        assert_eq!(answer(remove(&app, &full.operator)).await.0, 204);
        assert_eq!(left(&raw, SLUG).await, Vec::<String>::new());
        assert_eq!(answer(remove(&app, &full.operator)).await.0, 404);
        let id = text(&full.comment["id"]).to_owned();
        assert_eq!(left(&raw, &id).await, Vec::<String>::new());
    }
);

on_both_engines!(
    a_site_added_under_the_name_of_one_that_was_removed_is_new,
    |app: TestApp| async move {
        let full = fill(&app).await;
        let other = app.join().await;
        // Both instances remember the key, the list and what was learnt.
        for instance in [&app, &other] {
            let verified = verify(instance, &full.key).await;
            assert_eq!(verified, "valid");
            background::learn(&instance.app).await;
            answer(instance.get(&format!("/api/v1/sites/{SLUG}/comments?page=/p"))).await;
        }
        assert_eq!(answer(remove(&app, &full.operator)).await.0, 204);
        app.add_site(SLUG, &["https://new.example"], Policy::default())
            .await;
        app.app.clock.advance(Duration::from_secs(1));
        for instance in [&app, &other] {
            background::refresh(&instance.app).await;
            background::learn(&instance.app).await;
            assert_eq!(verify(instance, &full.key).await, "invalid");
            let slug = instance.app.directory.site(SLUG).unwrap().slug.clone();
            let model = instance.app.learning.model(&slug).await.unwrap();
            assert_eq!(model.labels, [0, 0]);
            assert!(!instance.app.directory.has_webhooks(&slug));
            let get = |path: &str| answer(instance.with(&full.operator, Method::GET, path));
            for (path, list) in [
                ("keys", "keys"),
                ("webhooks", "webhooks"),
                ("blocks", "blocks"),
            ] {
                let (_, found) = get(&format!("/api/v1/sites/{SLUG}/{path}")).await;
                assert_eq!(found[list], json!([]), "{path}");
            }
            let (status, posted) = answer(instance.comment(
                SLUG,
                &json!({ "page": "/p", "name": "New", "email": "new@example.org",
                         "text": "My refund has not arrived yet, can you help me please?" }),
            ))
            .await;
            assert_eq!(status, 202, "{posted}");
            let id = text(&posted["id"]);
            let (_, stored) = get(&format!("/api/v1/comments/{id}")).await;
            assert_eq!(stored["status"], "pending", "the old rule is not in force");
            // The old token has ended; the one that had another site sees that one only.
            let path = format!("/api/v1/comments?site={SLUG}");
            assert_eq!(
                answer(instance.with(&full.token, Method::GET, &path))
                    .await
                    .0,
                401
            );
            let (_, sites) = answer(instance.with(&full.both, Method::GET, "/api/v1/sites")).await;
            assert_eq!(sites["sites"].as_array().unwrap().len(), 1);
            assert_eq!(sites["sites"][0]["slug"], "other");
            let asked = instance.get(&path).header("cookie", &full.person.cookie);
            assert_eq!(answer(asked).await.0, 401, "the old moderator's session");
        }
        let list = format!("/api/v1/sites/{SLUG}/comments?page=/p");
        let (_, public) = answer(app.get(&list)).await;
        assert_eq!(public["comments"], json!([]));
    }
);

async fn verify(app: &TestApp, key: &str) -> String {
    let form = [("key", key), ("blog", "https://zanzibar.example")];
    let request = app.request(Method::POST, "/1.1/verify-key").form(&form);
    request.send().await.unwrap().text().await.unwrap()
}

on_both_engines!(
    a_removal_that_was_interrupted_goes_on_and_nobody_sees_the_site_meanwhile,
    |app: TestApp| async move {
        let full = fill(&app).await;
        let raw = Raw::of(&app).await;
        let slug = app.app.directory.site(SLUG).unwrap().slug.clone();
        let now = app.app.now();
        app.app.store.begin_removal(&slug, true, now).await.unwrap();
        background::refresh(&app.app).await;
        assert_eq!(verify(&app, &full.key).await, "invalid");
        let list = format!("/api/v1/sites/{SLUG}/comments?page=/p");
        assert_eq!(answer(app.get(&list)).await.0, 404);
        assert_eq!(
            answer(app.comment(SLUG, &json!({ "page": "/p" }))).await.0,
            404
        );
        let again = json!({ "slug": SLUG });
        let request = app.with(&full.operator, Method::POST, "/api/v1/sites");
        assert_eq!(
            answer(request.json(&again)).await.0,
            422,
            "not while it is being emptied"
        );
        app.app.clock.advance(Duration::from_mins(2));
        background::recover(&app.app).await;
        assert_eq!(left(&raw, SLUG).await, Vec::<String>::new());
        let request = app.with(&full.operator, Method::POST, "/api/v1/sites");
        assert_eq!(answer(request.json(&again)).await.0, 201);
    }
);

on_both_engines!(
    a_comment_for_a_site_that_goes_in_the_same_moment_finds_no_site,
    |app: TestApp| async move {
        let full = fill(&app).await;
        let other = app.join().await;
        assert_eq!(answer(remove(&app, &full.operator)).await.0, 204);
        // The other instance has not heard of it yet.
        let late = json!({ "page": "/p", "name": "Late", "email": "late@example.org",
                           "text": "Am I still in time with this?" });
        let (status, problem) = answer(other.comment(SLUG, &late)).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (404, "not_found")
        );
        assert_eq!(left(&Raw::of(&app).await, SLUG).await, Vec::<String>::new());
    }
);

on_both_engines!(
    a_site_is_removed_on_its_page_by_whoever_types_its_name,
    |app: TestApp| async move {
        app.add_site(SLUG, &[], Policy::default()).await;
        app.posted(SLUG, "Ophelia", "There's rosemary.").await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let page = format!("/desk/settings/sites/{SLUG}");
        assert!(me.page(&app, &page).await.contains("Remove this site"));
        let send = async |typed: &str| {
            let fields = [("do", "remove-site"), ("site", SLUG), ("typed", typed)];
            me.send(&app, "/desk/settings", &fields).await
        };
        for typed in ["", "default", "Zanzibar "] {
            let (status, said) = send(typed).await;
            assert_eq!(status, 422, "{typed}: {said}");
            assert!(said.contains("It is still there."), "{typed}: {said}");
        }
        assert!(app.app.directory.site(SLUG).is_some());
        let (status, said) = send(&format!(" {SLUG} ")).await;
        assert_eq!(status, 200, "{said}");
        assert!(said.contains("The site is removed."), "{said}");
        let (status, _) = answer(me.request(&app, Method::GET, &page)).await;
        assert_eq!(status, 404);
    }
);
