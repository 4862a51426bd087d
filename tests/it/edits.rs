//! What moderators change of comments' texts: who sees it, what it does to score, search and labels, and the way back.

use hamlet::{
    domain::{moderator::Role, site::Policy},
    notify::webhooks,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::{Session, text},
    },
    webhooks::{LOCAL, Listener, PATH},
};

const BEFORE: &str = "Rosemary for remembrance; buy pills at http://cheap.example/pills today";
const AFTER: &str = "Rosemary for remembrance; pray you, love, remember.";
const EMAIL: &str = "horatio@elsinore.example";

async fn post(app: &TestApp, token: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    answer(app.with(token, Method::POST, path).json(body)).await
}

async fn detail(app: &TestApp, token: &str, id: &str) -> Value {
    let path = format!("/api/v1/comments/{id}");
    answer(app.with(token, Method::GET, &path)).await.1
}

async fn public(app: &TestApp) -> Value {
    let list = answer(app.get("/api/v1/sites/default/comments?page=/garden"));
    list.await.1["comments"][0].clone()
}

/// How many comments a search finds.
async fn found(app: &TestApp, token: &str, words: &str) -> usize {
    let path = format!("/api/v1/comments?status=approved&q={words}");
    let (_, list) = answer(app.with(token, Method::GET, &path)).await;
    list["comments"].as_array().map_or(0, Vec::len)
}

fn actions(detail: &Value) -> Vec<&str> {
    let lines = detail["history"].as_array().expect("a history").iter();
    lines.map(|line| text(&line["action"])).collect()
}

on_both_engines!(
    an_edited_text_is_what_is_shown_scored_and_found_and_undo_brings_the_old_one_back,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", BEFORE).await;
        let approve = json!({ "decision": "approve", "version": 1 });
        post(
            &app,
            &token,
            &format!("/api/v1/comments/{id}/decisions"),
            &approve,
        )
        .await;
        let before = detail(&app, &token, &id).await;
        assert_eq!(found(&app, &token, "pills").await, 1);

        let edits = format!("/api/v1/comments/{id}/edits");
        let wish = json!({ "text": AFTER, "version": 2, "reason": "an advertisement" });
        let (status, done) = post(&app, &token, &edits, &wish).await;
        assert_eq!(status, 200, "{done}");
        assert_eq!(
            (text(&done["status"]), &done["version"]),
            ("approved", &json!(3))
        );

        let after = detail(&app, &token, &id).await;
        assert_eq!(text(&after["text"]), AFTER);
        assert!(
            after["score"].as_f64() < before["score"].as_f64(),
            "{after}"
        );
        assert!(!after["evidence"].to_string().contains("cheap"), "{after}");
        assert_eq!(actions(&after), ["received", "decided", "edited"]);
        let line = &after["history"][2];
        assert_eq!(text(&line["text"]), BEFORE);
        assert_eq!(text(&line["note"]), "an advertisement");
        assert_eq!((text(&line["by"]), text(&line["via"])), ("tests", "token"));
        let shown = public(&app).await;
        assert_eq!(text(&shown["text"]), AFTER);
        assert!(
            shown["edited_at"].is_string() && shown["edits"].is_null(),
            "{shown}"
        );
        assert_eq!(found(&app, &token, "pills").await, 0);
        assert_eq!(found(&app, &token, "remember").await, 1);

        let undo = format!("{edits}/undo");
        let (status, done) = post(&app, &token, &undo, &json!({ "version": 3 })).await;
        assert_eq!(
            (status.as_u16(), &done["version"]),
            (200, &json!(4)),
            "{done}"
        );
        let again = detail(&app, &token, &id).await;
        assert_eq!(text(&again["text"]), BEFORE);
        assert_eq!(again["score"], before["score"]);
        assert_eq!(again["evidence"], before["evidence"]);
        assert_eq!(
            actions(&again),
            ["received", "decided", "edited", "edit_undone"]
        );
        assert_eq!(again["history"][2]["undone"], true);
        assert!(public(&app).await["edited_at"].is_null());
        assert_eq!(found(&app, &token, "pills").await, 1);
        let (status, problem) = post(&app, &token, &undo, &json!({})).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (409, "nothing_to_undo")
        );
    }
);

on_both_engines!(
    an_edit_of_an_old_version_and_one_without_a_change_do_nothing,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", BEFORE).await;
        let edits = format!("/api/v1/comments/{id}/edits");
        let first = json!({ "text": AFTER, "version": 1 });
        assert_eq!(post(&app, &token, &edits, &first).await.0, 200);
        let second = json!({ "text": "Something else", "version": 1 });
        let (status, problem) = post(&app, &token, &edits, &second).await;
        assert_eq!((status.as_u16(), text(&problem["code"])), (409, "stale"));
        assert_eq!(text(&problem["current"]["changed"]["action"]), "edited");
        assert_eq!(text(&problem["current"]["changed"]["by"]), "tests");
        let same = json!({ "text": AFTER, "version": 2 });
        let (status, problem) = post(&app, &token, &edits, &same).await;
        assert_eq!(status, 422);
        assert_eq!(text(&problem["errors"][0]["code"]), "unchanged");
        let empty = json!({ "text": " ", "version": 2 });
        assert_eq!(post(&app, &token, &edits, &empty).await.0, 422);
        // A decision on what was seen before the edit is refused as well.
        let decision = json!({ "decision": "approve", "version": 1 });
        let path = format!("/api/v1/comments/{id}/decisions");
        assert_eq!(post(&app, &token, &path, &decision).await.0, 409);
        assert_eq!(detail(&app, &token, &id).await["version"], 2);
    }
);

on_both_engines!(
    readers_see_what_was_changed_only_where_the_site_allows_it,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", BEFORE).await;
        let edits = format!("/api/v1/comments/{id}/edits");
        post(
            &app,
            &token,
            &edits,
            &json!({ "text": AFTER, "version": 1 }),
        )
        .await;
        let path = format!("/api/v1/comments/{id}/decisions");
        post(
            &app,
            &token,
            &path,
            &json!({ "decision": "approve", "version": 2 }),
        )
        .await;
        let api = format!("/api/v1/sites/default/comments/{id}/edits");
        let page = format!("/sites/default/comments/{id}/edits");
        assert_eq!(answer(app.get(&api)).await.0, 404);
        assert_eq!(app.get(&page).send().await.unwrap().status(), 404);

        let operator = app.token(Role::Operator, &[]).await;
        let policy = Policy {
            show_edits: true,
            ..Policy::default()
        };
        let change = json!({ "policy": policy });
        let changed = app.with(&operator, Method::PATCH, "/api/v1/sites/default");
        assert_eq!(answer(changed.json(&change)).await.0, 200);
        let (status, list) = answer(app.get(&api)).await;
        assert_eq!(status, 200);
        assert_eq!(text(&list["edits"][0]["text"]), BEFORE);
        assert!(
            !list.to_string().contains("tests"),
            "nobody is named: {list}"
        );
        let html = app.get(&page).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("cheap.example"), "{html}");
        // What is not public any more shows nothing of it either.
        post(
            &app,
            &token,
            &path,
            &json!({ "decision": "trash", "version": 3 }),
        )
        .await;
        assert_eq!(answer(app.get(&api)).await.0, 404);
    }
);

on_both_engines!(webhooks_hear_of_an_edit, LOCAL, |app: TestApp| async move {
    let listener = Listener::start().await;
    let operator = app.token(Role::Operator, &[]).await;
    let new = json!({ "url": listener.url, "events": ["comment.edited"] });
    assert_eq!(
        answer(app.with(&operator, Method::POST, PATH).json(&new))
            .await
            .0,
        201
    );
    let id = app.posted("default", "Ophelia", BEFORE).await;
    let edits = format!("/api/v1/comments/{id}/edits");
    post(
        &app,
        &operator,
        &edits,
        &json!({ "text": AFTER, "version": 1 }),
    )
    .await;
    webhooks::tick(&app.app.notify).await.unwrap();
    let taken = listener.taken();
    let told = taken[0].json();
    assert_eq!(text(&told["type"]), "comment.edited");
    assert_eq!(text(&told["data"]["text"]), AFTER);
    assert_eq!(told["data"]["version"], 2);
});

async fn send(app: &TestApp, who: &Session, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let response = who.form(app, path, fields).send().await.expect("an answer");
    let status = response.status().as_u16();
    let place = response.headers().get("location");
    let place = place.map(|place| place.to_str().expect("text").to_owned());
    match place {
        Some(place) => (status, place),
        None => (status, response.text().await.expect("a page")),
    }
}

on_both_engines!(
    the_desk_edits_without_script_keeps_what_was_written_and_takes_it_back_from_anywhere,
    |app: TestApp| async move {
        let who = app.first_operator(EMAIL).await;
        let id = app.posted("default", "Ophelia", BEFORE).await;
        let edit = format!("/desk/comments/{id}/edit");
        let page = who.request(&app, Method::GET, &edit).send().await.unwrap();
        assert!(page.text().await.unwrap().contains("cheap.example"));

        let too_long = "x".repeat(15_001);
        let fields = [
            ("text", too_long.as_str()),
            ("version", "1"),
            ("reason", "kept"),
        ];
        let (status, page) = send(&app, &who, &edit, &fields).await;
        assert_eq!(status, 422);
        assert!(page.contains(&too_long) && page.contains("kept"));

        let fields = [
            ("text", AFTER),
            ("version", "1"),
            ("reason", "an advertisement"),
        ];
        let (status, place) = send(&app, &who, &edit, &fields).await;
        assert_eq!((status, place.contains("did=edit")), (303, true), "{place}");
        let page = who.request(&app, Method::GET, &place).send().await.unwrap();
        let page = page.text().await.unwrap();
        for said in [
            "The text is changed",
            "an advertisement",
            "cheap.example",
            "edited",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        // Somebody who saw the text before is shown what it says now, and keeps their own.
        let fields = [("text", "Mine"), ("version", "1"), ("reason", "")];
        let (status, page) = send(&app, &who, &edit, &fields).await;
        assert_eq!(status, 409);
        assert!(page.contains("Mine") && page.contains("pray you"), "{page}");

        let activity = who.request(&app, Method::GET, "/desk/activity").send();
        let activity = activity.await.unwrap().text().await.unwrap();
        assert!(
            activity.contains("Changed the text of Ophelia"),
            "{activity}"
        );
        let (status, place) = send(&app, &who, "/desk/undo", &[("last", "yes")]).await;
        assert_eq!(
            (status, place.contains("did=unedit")),
            (303, true),
            "{place}"
        );
        let path = format!("/api/v1/comments/{id}");
        let (_, now) = answer(who.request(&app, Method::GET, &path)).await;
        assert_eq!(text(&now["text"]), BEFORE);
    }
);

on_both_engines!(
    a_label_follows_the_text_and_what_is_erased_leaves_no_earlier_text,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let id = app.posted("default", "Ophelia", BEFORE).await;
        let path = format!("/api/v1/comments/{id}/decisions");
        post(
            &app,
            &operator,
            &path,
            &json!({ "decision": "spam", "version": 1 }),
        )
        .await;
        let edits = format!("/api/v1/comments/{id}/edits");
        post(
            &app,
            &operator,
            &edits,
            &json!({ "text": AFTER, "version": 2 }),
        )
        .await;
        let samples = app.with(&operator, Method::GET, "/api/v1/samples?site=default");
        let (_, samples) = answer(samples).await;
        assert_eq!(
            samples["samples"].as_array().map_or(1, Vec::len),
            1,
            "{samples}"
        );
        let removed = app.with(&operator, Method::DELETE, &format!("/api/v1/comments/{id}"));
        let (status, problem) = answer(removed).await;
        assert!(status.is_success(), "{problem}");
        let dump = crate::threats::dump(&app).await;
        let left = format!("{dump:?}");
        assert!(!left.contains("cheap.example"), "an earlier text is left");
    }
);
