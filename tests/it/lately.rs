//! What came before with the same text, by the same author: found right after it came, after a restart, after an edit, and while
//! search's index, by which SQLite finds what a person wrote, is behind.

use hamlet::{
    background,
    domain::{evidence::Check, moderator::Role, reason::Reason, site::Policy},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{Engine, TestApp, answer},
        database::Raw,
    },
};

const TEXT: &str = "The readiness is all, as far as I can see.";
const OTHER: &str = "The rest is silence, if you ask me about it.";

/// Posts a text; how often it was posted before, as the check found.
async fn again(app: &TestApp, site: &str, name: &str, text: &str) -> (String, i64) {
    let id = app.posted(site, name, text).await;
    let stored = app.stored(&json!({ "id": id })).await;
    let found = stored.evidence.checks.iter();
    let mut reasons = found.filter(|one| one.check == Check::Duplicate);
    let times = reasons.next().map_or(0, |one| match one.reason {
        Reason::Repeated(times) => times,
        ref other => panic!("{other:?}"),
    });
    (id, times)
}

on_both_engines!(
    a_text_is_found_again_at_once_after_a_restart_after_an_edit_and_not_once_it_is_gone,
    |app: TestApp| async move {
        app.add_site("arras", &[], Policy::default()).await;
        let token = app.token(Role::Moderator, &[]).await;
        let (first, times) = again(&app, "default", "Hamlet", TEXT).await;
        assert_eq!(times, 0);
        assert_eq!(
            again(&app, "arras", "Hamlet", TEXT).await.1,
            0,
            "at another site"
        );
        assert_eq!(again(&app, "default", "Horatio", TEXT).await.1, 1);
        assert_eq!(again(&app, "default", "Horatio", OTHER).await.1, 0);
        let app_after = app.join().await;
        assert_eq!(again(&app_after, "default", "Osric", TEXT).await.1, 2);
        // What its text is now is what counts, and what it was is not.
        let edits = format!("/api/v1/comments/{first}/edits");
        let wish = json!({ "text": OTHER, "version": 1 });
        let done = answer(app_after.with(&token, Method::POST, &edits).json(&wish)).await;
        assert_eq!(done.0, 200, "{}", done.1);
        assert_eq!(again(&app_after, "default", "Laertes", TEXT).await.1, 2);
        assert_eq!(again(&app_after, "default", "Laertes", OTHER).await.1, 2);
        let undo = app_after.with(&token, Method::POST, &format!("{edits}/undo"));
        assert_eq!(answer(undo.json(&json!({}))).await.0, 200);
        assert_eq!(
            again(&app_after, "default", "Osric", TEXT).await.1,
            4,
            "once each"
        );
        app.sql(&format!("DELETE FROM comments WHERE id = '{first}'"))
            .await;
        let third = app.join().await;
        assert_eq!(
            again(&app_after, "default", "Fortinbras", TEXT).await.1,
            4,
            "but for what is gone"
        );
        background::follow_campaigns(&third.app).await;
        assert_eq!(
            again(&third, "default", "Fortinbras", TEXT).await.1,
            5,
            "read anew"
        );
        assert_eq!(again(&third, "default", "Ophelia", OTHER).await.1, 2);
        third.stop().await;
        app_after.stop().await;
        app.stop().await;
    }
);

on_both_engines!(
    who_wrote_much_lately_is_known_after_a_restart,
    &[
        ("INTAKE__EMAIL_SOFT_LIMIT", "2"),
        ("INTAKE__EMAIL_HARD_LIMIT", "4")
    ],
    |app: TestApp| async move {
        for text in [TEXT, OTHER] {
            let posted = app.posted("default", "Polonius", text).await;
            let stored = app.stored(&json!({ "id": posted })).await;
            assert!(
                stored.evidence.checks.is_empty(),
                "{:?}",
                stored.evidence.checks
            );
        }
        let other = app.join().await;
        let posted = other
            .posted("default", "Polonius", "More matter, with less art.")
            .await;
        let stored = other.stored(&json!({ "id": posted })).await;
        let found = stored.evidence.checks.first().expect("a finding");
        assert!(
            matches!(found.reason, Reason::ManyFromEmail(3, _)),
            "{found:?}"
        );
        other
            .posted("default", "Polonius", "Still harping on my daughter.")
            .await;
        let fifth = json!({ "page": "/garden", "name": "Polonius", "email": "polonius@elsinore.example",
            "text": "A happiness that often madness hits on." });
        assert_eq!(answer(other.comment("default", &fifth)).await.0, 429);
        other.pass(std::time::Duration::from_mins(11)).await;
        assert_eq!(answer(other.comment("default", &fifth)).await.0, 202);
        other.stop().await;
        app.stop().await;
    }
);

/// What is known of who wrote a comment, by each way to ask: the list of their comments, its counts, the comment's own page
/// and what is held about them.
async fn written(app: &TestApp, token: &str, id: &str, email: &str) -> [usize; 4] {
    let get = async |path: String| answer(app.with(token, Method::GET, &path)).await.1;
    let count = |counts: &Value| -> usize {
        let counts = counts.as_object().expect("counts").values();
        counts
            .map(|count| usize::try_from(count.as_u64().unwrap()).unwrap())
            .sum()
    };
    let list = get(format!("/api/v1/comments?author={id}")).await;
    let opened = get(format!("/api/v1/comments/{id}")).await;
    let who = json!({ "email": email });
    let held = app
        .with(token, Method::POST, "/api/v1/subjects/export")
        .json(&who);
    let held = answer(held).await.1;
    [
        list["comments"].as_array().expect("a list").len(),
        count(&list["counts"]),
        count(&opened["author"]),
        held["comments"].as_array().expect("comments").len(),
    ]
}

on_both_engines!(
    all_that_a_person_wrote_is_found_however_far_the_index_is,
    &[
        ("INTAKE__NETWORK_HARD_LIMIT", "10000"),
        ("INTAKE__EMAIL_HARD_LIMIT", "10000")
    ],
    |app: TestApp| async move {
        app.add_site("arras", &[], Policy::default()).await;
        let token = app.token(Role::Operator, &[]).await;
        let email = "ophelia@elsinore.example";
        let mut ids = Vec::new();
        for n in 0..12 {
            let site = if n % 3 == 0 { "arras" } else { "default" };
            ids.push(
                app.posted(site, "Ophelia", &format!("{n} columbines for you"))
                    .await,
            );
            app.posted(site, "Osric", &format!("{n} rapiers and daggers"))
                .await;
            // Nothing is in the index, then some blocks that are merged, and what waits.
            if n > 3 && n < 10 {
                background::index(&app.app).await;
            }
            assert_eq!(
                written(&app, &token, &ids[n], email).await,
                [n + 1; 4],
                "{n}"
            );
        }
        let edits = format!("/api/v1/comments/{}/edits", ids[1]);
        let wish = json!({ "text": "There is rue for you", "version": 1 });
        let done = answer(app.with(&token, Method::POST, &edits).json(&wish)).await;
        assert_eq!(done.0, 200, "{}", done.1);
        assert_eq!(
            written(&app, &token, &ids[0], email).await,
            [12; 4],
            "one was edited"
        );
        background::index(&app.app).await;
        assert_eq!(
            written(&app, &token, &ids[0], email).await,
            [12; 4],
            "all is in the index"
        );
        crate::search::forget_index(&app).await;
        assert_eq!(
            written(&app, &token, &ids[0], email).await,
            [12; 4],
            "nothing is"
        );
        // One of them cannot be read, when it comes into the index.
        app.damage(&format!(
            "UPDATE comments SET evidence = '{{', text = '' WHERE id = '{}'",
            ids[2]
        ))
        .await;
        app.damage(&format!(
            "UPDATE comments SET verdict = 'maybe' WHERE id = '{}'",
            ids[4]
        ))
        .await;
        for _ in 0..2 {
            assert_eq!(written(&app, &token, &ids[0], email).await[3], 10);
            background::index(&app.app).await;
        }
        let narrow = format!("/api/v1/comments?author={}&site=arras&q=columbines", ids[0]);
        let list = answer(app.with(&token, Method::GET, &narrow)).await.1;
        assert_eq!(list["comments"].as_array().map(Vec::len), Some(4), "{list}");
        app.posted("arras", "Ophelia", "Good night, sweet ladies")
            .await;
        let request = app.with(&token, Method::POST, "/api/v1/subjects/erase");
        let erased = answer(request.json(&json!({ "email": email }))).await.1;
        assert_eq!(erased["comments"], 13, "{erased}");
        let left = Raw::of(&app)
            .await
            .list("SELECT name FROM comments WHERE name <> 'Osric'")
            .await;
        assert_eq!(left, [""; 0]);
        app.stop().await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_before_finds_what_was_there() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.expect("a start");
    let token = app.token(Role::Operator, &[]).await;
    let (id, _) = again(&app, "default", "Ophelia", TEXT).await;
    background::index(&app.app).await;
    again(&app, "default", "Ophelia", OTHER).await;
    app.sql(
        "DROP INDEX comments_in_chains; \
         CREATE INDEX comments_by_text ON comments (site, fingerprint, created_at); \
         CREATE INDEX comments_by_email ON comments (site, email_index, created_at); \
         DELETE FROM _sqlx_migrations WHERE version = 41",
    )
    .await;
    let after = app.join().await;
    let indexes = "SELECT name FROM sqlite_master WHERE name IN ('comments_by_text', 'comments_by_email', 'comments_in_chains')";
    assert_eq!(
        Raw::of(&after).await.list(indexes).await,
        ["comments_in_chains"]
    );
    assert_eq!(again(&after, "default", "Osric", TEXT).await.1, 1);
    assert_eq!(
        written(&after, &token, &id, "ophelia@elsinore.example").await,
        [2; 4]
    );
    after.stop().await;
    app.stop().await;
}
