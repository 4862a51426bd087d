//! What is decided together, and taken back as one; notes without a decision; who was faster.

use std::time::Duration;

use hamlet::{
    background,
    domain::{moderator::Role, site::Policy},
};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sqlx::AnyPool;

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::text,
    },
};

const GENUINE: &str = "There's rosemary, that's for remembrance; pray you, love, remember.";

async fn posted(app: &TestApp, site: &str, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        if n % 50 == 49 {
            // So that one network may post more.
            app.app.clock.advance(Duration::from_mins(11));
        }
        let words = format!("{GENUINE} Verse {n} of {site}.");
        ids.push(app.posted(site, &format!("N{site}{n}"), &words).await);
    }
    ids
}

async fn decide(app: &TestApp, token: &str, decision: &str, items: &[(String, i64)]) -> Value {
    let items = items
        .iter()
        .map(|(id, version)| json!({ "id": id, "version": version }));
    let body = json!({ "decision": decision, "items": items.collect::<Vec<_>>() });
    let request = app.with(token, Method::POST, "/api/v1/decisions");
    let (status, bulk) = answer(request.json(&body)).await;
    assert_eq!(status, 200, "{bulk}");
    bulk
}

/// Those comments, as they came.
fn fresh(ids: &[String]) -> Vec<(String, i64)> {
    ids.iter().map(|id| (id.clone(), 1)).collect()
}

async fn undo(app: &TestApp, token: &str, batch: &str) -> (u16, Value) {
    let path = format!("/api/v1/batches/{batch}/undo");
    let (status, undone) = answer(app.with(token, Method::POST, &path)).await;
    (status.as_u16(), undone)
}

async fn comment(app: &TestApp, token: &str, id: &str) -> Value {
    let path = format!("/api/v1/comments/{id}");
    answer(app.with(token, Method::GET, &path)).await.1
}

async fn status(app: &TestApp, token: &str, id: &str) -> String {
    text(&comment(app, token, id).await["status"]).to_owned()
}

/// The labelled texts of the site, as lines.
async fn labels(app: &TestApp) -> Vec<String> {
    let token = app.token(Role::Operator, &[]).await;
    let request = app.with(&token, Method::GET, "/api/v1/samples?site=default");
    let sent = request.send().await.expect("an answer");
    assert_eq!(sent.status(), 200);
    let lines = sent.text().await.expect("text");
    lines.lines().map(str::to_owned).collect()
}

on_both_engines!(
    what_was_decided_together_comes_back_as_one_and_its_labels_go,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let ids = posted(&app, "default", 7).await;
        let before = labels(&app).await;
        let bulk = decide(&app, &token, "approve", &fresh(&ids)).await;
        let batch = text(&bulk["batch"]).to_owned();
        assert_eq!(labels(&app).await.len(), before.len() + 7, "labels");
        let (_, list) = answer(app.with(&token, Method::GET, "/api/v1/batches")).await;
        let one = &list["batches"][0];
        assert_eq!(
            (text(&one["id"]), text(&one["decision"]), text(&one["by"])),
            (batch.as_str(), "approve", "tests")
        );
        assert_eq!((&one["comments"], &one["standing"]), (&json!(7), &json!(7)));

        let (code, undone) = undo(&app, &token, &batch).await;
        assert_eq!((code, &undone["undone"]), (200, &json!(7)), "{undone}");
        assert_eq!(labels(&app).await, before);
        for id in &ids {
            let comment = comment(&app, &token, id).await;
            assert_eq!(text(&comment["status"]), "pending");
            assert!(comment["decided_at"].is_null());
            let actions: Vec<&str> = comment["history"]
                .as_array()
                .expect("a history")
                .iter()
                .map(|entry| text(&entry["action"]))
                .collect();
            assert_eq!(actions, ["received", "decided", "undone"]);
            assert_eq!(comment["history"][1]["batch"], batch.as_str());
        }
        let again = undo(&app, &token, &batch).await.1;
        assert_eq!(
            (&again["undone"], &again["changed"]),
            (&json!(0), &json!(0))
        );
        let one = decide(&app, &token, "approve", &[(ids[0].clone(), 3)]).await;
        assert!(one.get("batch").is_none(), "one is no batch");
    }
);

on_both_engines!(
    what_is_cut_off_while_it_is_taken_back_is_gone_on_with,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let token = app.token(Role::Moderator, &[]).await;
        let ids = posted(&app, "default", 7).await;
        let bulk = decide(&app, &token, "spam", &fresh(&ids)).await;
        let batch = text(&bulk["batch"]);
        // As it stands when the service is killed after two of seven.
        for id in &ids[..2] {
            let path = format!("/api/v1/comments/{id}/undo");
            assert_eq!(answer(app.with(&token, Method::POST, &path)).await.0, 200);
        }
        let now = app.app.now().millis();
        app.sql(&format!(
            "INSERT INTO takings_back (site, batch, actor_id, actor_name, via, at) \
             VALUES ('default', '{batch}', 'who', 'Bernardo', 'session', {now})"
        ))
        .await;
        let batches = me.page(&app, "/desk/batches").await;
        assert!(batches.contains("is being taken back"), "{batches}");
        app.app.clock.advance(Duration::from_secs(20));
        background::take_back(&app.app).await;
        assert_eq!(
            status(&app, &token, &ids[6]).await,
            "spam",
            "somebody may be at it"
        );
        app.app.clock.advance(Duration::from_secs(11));
        app.sql("ALTER TABLE lessons RENAME TO lessons_away").await;
        background::take_back(&app.app).await;
        app.sql("ALTER TABLE lessons_away RENAME TO lessons").await;
        assert_eq!(status(&app, &token, &ids[6]).await, "spam");
        let batches = me.page(&app, "/desk/batches").await;
        assert!(
            batches.contains("is being taken back"),
            "the database failed, and it is tried again: {batches}"
        );
        app.app.clock.advance(Duration::from_secs(31));
        background::take_back(&app.app).await;
        for id in &ids {
            assert_eq!(status(&app, &token, id).await, "pending");
        }
        let last = comment(&app, &token, &ids[6]).await;
        let history = last["history"].as_array().expect("a history");
        assert_eq!(history[2]["by"], "Bernardo", "{last}");
        let batches = me.page(&app, "/desk/batches").await;
        assert!(!batches.contains("is being taken back"), "{batches}");
        // Nothing is left to go on with: what is decided from now on stays.
        decide(&app, &token, "spam", &[(ids[6].clone(), 3)]).await;
        app.app.clock.advance(Duration::from_mins(5));
        background::take_back(&app.app).await;
        assert_eq!(status(&app, &token, &ids[6]).await, "spam");
    }
);

on_both_engines!(
    what_others_changed_since_is_left_alone_and_they_are_named,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let ids = posted(&app, "default", 4).await;
        let bulk = decide(&app, &token, "spam", &fresh(&ids)).await;
        let wish = json!({ "decision": "approve", "version": 2 });
        let path = format!("/api/v1/comments/{}/decisions", ids[0]);
        let (code, _) = answer(me.request(&app, Method::POST, &path).json(&wish)).await;
        assert_eq!(code, 200);
        let path = format!("/api/v1/comments/{}/undo", ids[1]);
        assert_eq!(answer(app.with(&token, Method::POST, &path)).await.0, 200);
        // Decided about, and taken back: as the batch left it.
        decide(&app, &token, "trash", &[(ids[2].clone(), 2)]).await;
        let path = format!("/api/v1/comments/{}/undo", ids[2]);
        assert_eq!(answer(app.with(&token, Method::POST, &path)).await.0, 200);

        let (_, undone) = undo(&app, &token, text(&bulk["batch"])).await;
        let told = json!({ "undone": 2, "changed": 1, "left": 0,
                           "changed_by": [{ "by": "Horatio", "comments": 1 }] });
        assert_eq!(undone, told);
        assert_eq!(status(&app, &token, &ids[0]).await, "approved");
        for id in &ids[1..] {
            assert_eq!(status(&app, &token, id).await, "pending");
        }
    }
);

on_both_engines!(
    a_moderator_of_one_site_takes_back_that_sites_part_alone,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let token = app.token(Role::Moderator, &[]).await;
        let here = app.token(Role::Moderator, &["default"]).await;
        let (mine, theirs) = (
            posted(&app, "default", 2).await,
            posted(&app, "gallery", 3).await,
        );
        let all = [mine.clone(), theirs.clone()].concat();
        let both = decide(&app, &token, "spam", &fresh(&all)).await;
        let elsewhere = posted(&app, "gallery", 5).await.split_off(3);
        let foreign = decide(&app, &token, "spam", &fresh(&elsewhere)).await;

        let (_, list) = answer(app.with(&here, Method::GET, "/api/v1/batches")).await;
        let seen = list["batches"].as_array().expect("a list");
        assert_eq!(seen.len(), 1, "{list}");
        assert_eq!(
            (&seen[0]["comments"], &seen[0]["sites"]),
            (&json!(2), &json!(["default"]))
        );
        assert_eq!(undo(&app, &here, text(&foreign["batch"])).await.0, 404);
        assert_eq!(undo(&app, &here, "nonsense").await.0, 404);
        let (_, undone) = undo(&app, &here, text(&both["batch"])).await;
        assert_eq!(undone["undone"], 2, "{undone}");
        for id in theirs.iter().chain(&elsewhere) {
            assert_eq!(status(&app, &token, id).await, "spam");
        }
        for id in &mine {
            assert_eq!(status(&app, &token, id).await, "pending");
        }
    }
);

on_both_engines!(
    a_comment_that_one_request_decided_often_is_as_before_it,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = posted(&app, "default", 1).await.remove(0);
        let often: Vec<(String, i64)> = (1..6).map(|version| (id.clone(), version)).collect();
        let bulk = decide(&app, &token, "trash", &often).await;
        let (_, undone) = undo(&app, &token, text(&bulk["batch"])).await;
        assert_eq!(undone["undone"], 1, "{undone}");
        assert_eq!(status(&app, &token, &id).await, "pending");
    }
);

on_both_engines!(
    an_undo_that_broke_off_says_so_and_goes_on_when_it_is_asked_again,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let ids = posted(&app, "default", 130).await;
        let bulk = decide(&app, &token, "approve", &fresh(&ids)).await;
        let batch = text(&bulk["batch"]);
        let pool = AnyPool::connect(app.app.settings.database_url().expose_secret())
            .await
            .expect("the database");
        let run = async |text: &str| {
            sqlx::query(sqlx::AssertSqlSafe(text.to_owned()))
                .execute(&pool)
                .await
                .expect("SQL");
        };
        let unwritable = ids.iter().max().expect("some");
        if app.app.store.engine_name() == "sqlite" {
            run(&format!(
                "CREATE TRIGGER broken BEFORE UPDATE ON comments WHEN NEW.id = '{unwritable}' \
                 BEGIN SELECT RAISE(ABORT, 'broken'); END"
            ))
            .await;
        } else {
            run(&format!(
                "ALTER TABLE comments ADD CONSTRAINT broken CHECK (id <> '{unwritable}') NOT VALID"
            ))
            .await;
        }
        let (code, undone) = undo(&app, &token, batch).await;
        assert_eq!((code, &undone["undone"]), (200, &json!(100)), "{undone}");
        assert_eq!(undone["left"], 30, "{undone}");
        let mend = if app.app.store.engine_name() == "sqlite" {
            "DROP TRIGGER broken"
        } else {
            "ALTER TABLE comments DROP CONSTRAINT broken"
        };
        run(mend).await;
        pool.close().await;
        let (_, undone) = undo(&app, &token, batch).await;
        assert_eq!(
            (&undone["undone"], &undone["left"]),
            (&json!(30), &json!(0)),
            "{undone}"
        );
        let (_, list) = answer(app.with(&token, Method::GET, "/api/v1/comments?limit=1")).await;
        assert_eq!(list["counts"]["pending"], 130);
    }
);

on_both_engines!(
    a_note_is_kept_and_decides_nothing,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = posted(&app, "default", 1).await.remove(0);
        let path = format!("/api/v1/comments/{id}/notes");
        let send = async |body: Value| {
            let request = app.with(&token, Method::POST, &path).json(&body);
            answer(request).await.0.as_u16()
        };
        assert_eq!(send(json!({ "note": "asks for\nmoney" })).await, 204);
        assert_eq!(send(json!({ "note": " " })).await, 422);
        assert_eq!(send(json!({ "note": "x".repeat(1_001) })).await, 422);
        let comment = comment(&app, &token, &id).await;
        assert_eq!(
            (text(&comment["status"]), &comment["version"]),
            ("pending", &json!(1))
        );
        let history = comment["history"].as_array().expect("a history");
        assert_eq!(history.len(), 2);
        assert_eq!(
            (text(&history[1]["action"]), text(&history[1]["note"])),
            ("noted", "asks for\nmoney")
        );
        assert_eq!(text(&history[1]["by"]), "tests");
        let decision = json!({ "decision": "spam", "version": 1 });
        let path = format!("/api/v1/comments/{id}/decisions");
        let request = app.with(&token, Method::POST, &path).json(&decision);
        assert_eq!(answer(request).await.0, 200, "the version stayed");
    }
);

on_both_engines!(
    who_was_faster_is_named_and_nobody_is_whose_request_came_twice,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let ids = posted(&app, "default", 2).await;
        decide(&app, &token, "spam", &[(ids[0].clone(), 1)]).await;
        let twice = decide(&app, &token, "spam", &fresh(&ids[..1])).await;
        let changed = &twice["results"][0]["changed"];
        assert_eq!(twice["results"][0]["result"], "stale");
        assert_eq!(
            (text(&changed["by"]), &changed["by_you"]),
            ("tests", &json!(true))
        );
        assert_eq!(
            (text(&changed["action"]), text(&changed["decision"])),
            ("decided", "spam")
        );
        let path = format!("/api/v1/comments/{}/decisions", ids[0]);
        let late = json!({ "decision": "approve", "version": 1 });
        let (code, problem) = answer(me.request(&app, Method::POST, &path).json(&late)).await;
        assert_eq!(code, 409);
        let changed = &problem["current"]["changed"];
        assert_eq!(
            (text(&changed["by"]), &changed["by_you"]),
            ("tests", &json!(false))
        );

        // A form sent twice is one decision, and says so.
        let one = format!("approve:{}:1", ids[1]);
        let fields = [("one", one.as_str()), ("back", "/desk?status=pending")];
        let mut answers = Vec::new();
        for _ in 0..2 {
            let sent = me.form(&app, "/desk/decisions", &fields).send().await;
            let sent = sent.expect("an answer");
            let to = sent.headers()["location"]
                .to_str()
                .expect("text")
                .to_owned();
            answers.push(me.page(&app, &to).await);
        }
        for page in answers {
            assert!(page.contains("1 comment approved."), "{page}");
            assert!(page.contains(&format!("value=\"{}:2\"", ids[1])), "{page}");
        }
        assert_eq!(comment(&app, &token, &ids[1]).await["version"], 2);
        let fields = [("one", format!("approve:{}:1", ids[0]))];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let sent = me.form(&app, "/desk/decisions", &fields).send().await;
        let to = sent.expect("an answer").headers()["location"]
            .to_str()
            .expect("text")
            .to_owned();
        let page = me.page(&app, &to).await;
        assert!(
            page.contains("1 was left alone: tests changed it meanwhile."),
            "{page}"
        );
    }
);
