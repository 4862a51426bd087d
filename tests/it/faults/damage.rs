//! Damaged rows, as a failing disk, a hand in the database or a defect may leave them: they are left out,
//! counted and named, and hide nothing else.

use hamlet::{
    background,
    domain::{decision::Decision, moderator::Role},
    notify,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{Engine, TestApp, answer},
};

/// A damage to one comment, and whether only SQLite lets anyone do it.
const COMMENTS: &[(&str, bool)] = &[
    ("evidence = '{'", false),
    ("verdict = 'maybe'", false),
    ("status = 'unheard-of'", false),
    ("id = 'zz'", false),
    ("parent = 'zz'", false),
    ("created_at = -70000000000000", false),
    ("created_at = 9000000000000000000", false),
    ("decided_at = -9000000000000000000", false),
    ("site = 'default', page_title = x'ff00fe'", true),
    ("score = 'abc'", true),
    ("text = x'ff00fe'", true),
    ("text = CAST(x'ff00fe' AS TEXT)", true),
    ("name = CAST(x'c328' AS TEXT)", true),
    ("created_at = 'yesterday'", true),
    ("version = 'one'", true),
];

/// A damage to whatever row of a table there is, the id that doctor names it by, and what undoes it.
const OTHERS: &[(&str, &str)] = &[
    ("outbox", "about = '{'"),
    ("outbox", "kind = 'fax'"),
    ("outbox", "status = 'lost', once_key = 'x'"),
    ("outbox", "queued_at = -70000000000000"),
    ("moderators", "scope = 'nonsense'"),
    ("moderators", "role = 'king'"),
    ("moderators", "created_at = -70000000000000"),
    ("mail_preferences", "mode = 'sometimes'"),
    ("tokens", "role = 'king'"),
    ("tokens", "scope = '{'"),
    ("block_rules", "kind = 'mood'"),
    ("block_rules", "action = 'shout'"),
    ("webhooks", "events = '['"),
    ("deliveries", "about = '{'"),
    ("deliveries", "event = 'nothing'"),
    ("history", "action = 'wondered'"),
    ("samples", "provenance = 'heaven'"),
    ("samples", "label = 'eggs'"),
    ("lessons", "learn = 'eggs'"),
    ("subscriptions", "status = 'undecided'"),
    ("client_keys", "created_at = -70000000000000"),
    ("models", "state = 'asleep'"),
    ("models", "phase = 'new moon'"),
    ("erasures", "erased_at = -70000000000000"),
];

/// What lists there are, for operators.
const LISTS: &[&str] = &[
    "/api/v1/comments",
    "/api/v1/comments?sort=oldest",
    "/api/v1/comments?sort=spammiest",
    "/api/v1/comments?sort=uncertain",
    "/api/v1/sites",
    "/api/v1/sites/default/comments?page=/garden",
    "/api/v1/sites/default/counts?page=/garden",
    "/api/v1/sites/default/webhooks",
    "/api/v1/sites/default/keys",
    "/api/v1/sites/default/blocks",
    "/api/v1/blocks",
    "/api/v1/moderators",
    "/api/v1/tokens",
    "/api/v1/outbox",
    "/api/v1/models",
    "/api/v1/samples",
    "/desk",
];

/// What the service looks like, with what was left out of each list.
async fn look(app: &TestApp, token: &str) -> Vec<(String, Value, usize)> {
    let mut seen = Vec::new();
    for path in LISTS {
        let response = app.with(token, Method::GET, path).send().await;
        let response = response.expect("an answer");
        let status = response.status();
        assert!(!status.is_server_error(), "{path}: {status}");
        let left_out = response.headers().get("x-rows-left-out");
        let left_out = left_out.map_or(0, |n| n.to_str().unwrap().parse().unwrap());
        let body = response.text().await.unwrap();
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        seen.push(((*path).to_owned(), body, left_out));
    }
    seen
}

fn is_sqlite(app: &TestApp) -> bool {
    app.app.store.engine_name() == "sqlite"
}

on_both_engines!(
    a_damaged_comment_is_left_out_and_hides_no_other,
    &[("INTAKE__NETWORK_HARD_LIMIT", "10000")],
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let sqlite = is_sqlite(&app);
        for (damage, sqlite_only) in COMMENTS {
            if *sqlite_only && !sqlite {
                continue;
            }
            app.sql("DELETE FROM comments").await;
            let mut ids = Vec::new();
            for n in 0..5 {
                let text = format!("{damage} {n}: the old mill");
                ids.push(app.posted("default", &format!("Osric{n}"), &text).await);
            }
            for id in [&ids[0], &ids[1], &ids[2]] {
                app.decide(&json!({ "id": id }), Decision::Approve).await;
            }
            for hit in [1, 3] {
                let id = &ids[hit];
                // Two of the same id cannot be.
                let damage = damage.replace("'zz'", &format!("'zz{hit}'"));
                app.damage(&format!("UPDATE comments SET {damage} WHERE id = '{id}'"))
                    .await;
            }
            for (path, body, left_out) in look(&app, &token).await {
                if path.starts_with("/api/v1/comments") {
                    let listed = body["comments"].as_array().expect("a list");
                    assert_eq!(listed.len(), 3, "{damage}, {path}: {body}");
                    assert_eq!(left_out, 2, "{damage}, {path}");
                }
                if path.starts_with("/api/v1/sites/default/comments") {
                    let listed = body["comments"].as_array().expect("a list");
                    assert!(listed.len() >= 2, "{damage}, {path}: {body}");
                }
            }
            let named = app.app.store.examine().await.expect("the store");
            let named = named.iter().filter(|one| one.table == "comments");
            let named: Vec<_> = named.filter_map(|one| one.id.clone()).collect();
            assert_eq!(named.len(), 2, "{damage}: {named:?}");
            for hit in [1, 3] {
                let id = if damage.starts_with("id") {
                    format!("zz{hit}")
                } else {
                    ids[hit].clone()
                };
                assert!(named.contains(&id), "{damage}: {named:?}");
            }
            // And those around it are decided about, and new ones come in.
            app.decide(&json!({ "id": ids[4] }), Decision::Approve)
                .await;
            app.posted("default", "Gertrude", &format!("{damage}: sweets"))
                .await;
        }
    }
);

on_both_engines!(
    pages_of_a_list_go_on_over_damaged_rows,
    &[("INTAKE__NETWORK_HARD_LIMIT", "10000")],
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let mut ids = Vec::new();
        for n in 0..12 {
            let text = format!("Remark {n} about the old mill");
            ids.push(app.posted("default", &format!("Osric{n}"), &text).await);
        }
        // Four in a row: two whole pages.
        for id in &ids[3..7] {
            app.damage(&format!(
                "UPDATE comments SET verdict = 'maybe' WHERE id = '{id}'"
            ))
            .await;
        }
        for sort in ["newest", "oldest", "spammiest", "uncertain"] {
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/api/v1/comments?limit=2&sort={sort}{cursor}");
                let (status, list) = answer(app.with(&token, Method::GET, &path)).await;
                assert_eq!(status, 200, "{list}");
                let listed = list["comments"].as_array().unwrap();
                seen.extend(
                    listed
                        .iter()
                        .map(|one| one["id"].as_str().unwrap().to_owned()),
                );
                let Some(next) = list["next_cursor"].as_str() else {
                    break;
                };
                cursor = format!("&cursor={next}");
            }
            seen.sort();
            let whole: Vec<_> = ids[..3].iter().chain(&ids[7..]).cloned().collect();
            assert_eq!(seen, whole, "{sort}");
        }
    }
);

/// One row at least in each table that [`OTHERS`] damages.
async fn furnish(app: &TestApp, token: &str) {
    app.first_operator("horatio@elsinore.example").await;
    let asking = json!({ "page": "/garden", "name": "Ophelia", "email": "o@elsinore.example",
        "text": "There's rosemary.", "notify_replies": true });
    let (_, posted) = answer(app.comment("default", &asking)).await;
    let made = [
        (
            "/api/v1/blocks",
            json!({ "kind": "word", "pattern": "ghost", "action": "spam" }),
        ),
        ("/api/v1/models", json!({})),
        ("/api/v1/sites/default/keys", json!({ "name": "blog" })),
        (
            "/api/v1/subjects/erase",
            json!({ "email": "nobody@elsinore.example" }),
        ),
    ];
    for (path, body) in made {
        let (status, answered) = answer(app.with(token, Method::POST, path).json(&body)).await;
        assert!(status.is_success(), "{path}: {answered}");
    }
    app.sql(
        "INSERT INTO webhooks (site, id, url, events, created_at) VALUES \
             ('default', 'w', 'https://hooks.example/', '[\"comment.received\",\"comment.decided\"]', 0); \
         INSERT INTO mail_preferences (moderator, site, mode) \
             SELECT id, 'default', 'daily' FROM moderators",
    )
    .await;
    app.decide(&posted, Decision::Approve).await;
    background::learn(&app.app).await;
    notify::tick(&app.app.notify).await.expect("the outbox");
}

on_both_engines!(
    a_damaged_row_of_any_table_is_named_and_stops_nothing,
    &[("INTAKE__NETWORK_HARD_LIMIT", "10000")],
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        furnish(&app, &token).await;
        let sound = app.app.store.examine().await.expect("the store");
        assert!(sound.is_empty(), "{sound:?}");
        for (n, (table, damage)) in OTHERS.iter().enumerate() {
            // The damaged row beside a sound one: a copy, so that nothing has to be undone.
            let before = format!("CREATE TABLE kept AS SELECT * FROM {table}");
            app.sql(&before).await;
            // The token that asks is not the one that is damaged.
            if *table == "tokens" {
                app.token(Role::Moderator, &["default"]).await;
                app.damage(&format!(
                    "UPDATE tokens SET {damage} WHERE scope LIKE '%sites%'"
                ))
                .await;
            } else {
                app.damage(&format!("UPDATE {table} SET {damage}")).await;
            }
            let named = app.app.store.examine().await.expect("the store");
            assert!(
                named.iter().any(|one| one.table == *table),
                "{table} {damage}: {named:?}"
            );
            look(&app, &token).await;
            let who = json!({ "email": "o@elsinore.example" });
            let export = app.with(&token, Method::POST, "/api/v1/subjects/export");
            let (status, held) = answer(export.json(&who)).await;
            assert_eq!(status, 200, "{table} {damage}: {held}");
            assert_eq!(held["comments"].as_array().map(Vec::len), Some(1), "{held}");
            let id = app.posted("default", &format!("Osric{n}"), "Sweets.").await;
            app.decide(&json!({ "id": id }), Decision::Spam).await;
            for ended in [
                notify::tick(&app.app.notify).await.err(),
                notify::webhooks::tick(&app.app.notify).await.err(),
                app.app.learning.follow().await.err(),
                hamlet::privacy::retention::forget(&app.app).await.err(),
                app.app
                    .directory
                    .refresh(&app.app.store, app.app.now())
                    .await
                    .err(),
            ] {
                assert!(ended.is_none(), "{table} {damage}: {ended:?}");
            }
            app.damage(&format!(
                "DELETE FROM comments WHERE id = '{id}'; DELETE FROM {table}; \
                 INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept"
            ))
            .await;
        }
    }
);

on_both_engines!(
    mail_about_a_damaged_comment_ends_as_a_dead_letter,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let asking = json!({ "page": "/garden", "name": "Ophelia", "email": "o@elsinore.example",
            "text": "There's rosemary.", "notify_replies": true });
        let (_, posted) = answer(app.comment("default", &asking)).await;
        app.decide(&posted, Decision::Approve).await;
        app.sql("UPDATE comments SET evidence = '{'").await;
        app.app.clock.advance(std::time::Duration::from_hours(1));
        let ticked = notify::tick(&app.app.notify).await.expect("the outbox");
        assert_eq!((ticked.dead, ticked.deferred), (1, 0));
        let (status, list) = answer(app.with(&token, Method::GET, "/api/v1/outbox")).await;
        assert_eq!(status, 200, "{list}");
        assert_eq!(list["mails"][0]["status"], "dead");
        assert!(
            list["mails"][0]["last_error"]
                .as_str()
                .unwrap()
                .contains("cannot be read")
        );
    }
);

on_both_engines!(
    what_is_damaged_is_told_to_whoever_asks_what_is_held_and_erased_with_the_rest,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let mut ids = Vec::new();
        for text in ["There's rosemary.", "There's pansies."] {
            let fields = json!({ "page": "/garden", "name": "Ophelia",
                "email": "o@elsinore.example", "text": text });
            ids.push(answer(app.comment("default", &fields)).await.1["id"].clone());
        }
        let id = ids[0].as_str().unwrap();
        app.damage(&format!(
            "UPDATE comments SET evidence = '{{' WHERE id = '{id}'"
        ))
        .await;
        let who = json!({ "email": "o@elsinore.example" });
        let ask = async |path: &str| {
            let request = app.with(&token, Method::POST, path);
            answer(request.json(&who)).await
        };
        let (status, held) = ask("/api/v1/subjects/export").await;
        assert_eq!(status, 200, "{held}");
        assert_eq!(held["comments"].as_array().map(Vec::len), Some(1));
        assert_eq!(held["left_out"], json!([{ "table": "comments", "id": id }]));
        let (status, erased) = ask("/api/v1/subjects/erase").await;
        assert_eq!((status, &erased["comments"]), (StatusCode::OK, &json!(2)));
        let left = app.app.store.examine().await.expect("the store");
        assert!(left.is_empty(), "{left:?}");
    }
);

on_both_engines!(
    a_site_whose_row_is_damaged_stays_as_it_was_and_the_others_start,
    |app: TestApp| async move {
        app.add_site("arras", &[], hamlet::domain::site::Policy::default())
            .await;
        app.sql(
            "UPDATE sites SET policy = '{bad' WHERE slug = 'arras'; UPDATE meta \
             SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'directory_revision'",
        )
        .await;
        background::refresh(&app.app).await;
        app.posted("arras", "Polonius", "Behind the arras.").await;
        let other = app.join().await;
        other
            .posted("default", "Polonius", "Still you hear me not at all?")
            .await;
        let named = app.app.store.examine().await.expect("the store");
        assert_eq!(named.len(), 1, "{named:?}");
        assert_eq!(named.first().unwrap().id.as_deref(), Some("arras"));
        other.stop().await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_another_kind_is_named_in_tables_that_nobody_reads_as_a_whole() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.expect("a start");
    app.sql(
        "INSERT INTO counters (site, kind, counted, count, expires_at) \
             VALUES ('default', 'k', 'x', 'many', 0); \
         INSERT INTO spent (token, expires_at) VALUES (CAST(x'ff' AS TEXT), 0)",
    )
    .await;
    let named = app.app.store.examine().await.expect("the store");
    let tables: Vec<_> = named.iter().map(|one| one.table.as_ref()).collect();
    assert_eq!(tables, ["counters", "spent"], "{named:?}");
}
