//! Erased to the byte, and erased again after a backup has brought somebody back.

use std::time::Duration;

use hamlet::{
    background, backup,
    config::Settings,
    domain::{
        decision::{Actor, Decision, Door},
        moderator::Role,
    },
    privacy::{erased, subjects},
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

const MARK: &str = "Zebrafinch77";
const EMAIL: &str = "erase.me@private-host.example";

fn actor() -> Actor {
    Actor {
        id: "command".to_owned(),
        name: "tests".to_owned(),
        via: Door::Command,
    }
}

/// Three comments, a decision with a note, a rule with a note, and a word of theirs in a counter.
async fn live_here(app: &TestApp, operator: &str) {
    for n in 0..3 {
        let comment = json!({ "page": format!("/{MARK}"), "name": format!("Q {MARK}"), "email": EMAIL,
            "website": format!("https://{MARK}.example"), "notify_replies": true,
            "text": format!("My secret {n} is {MARK}, and I live in Utrecht with {n} cats") });
        let (status, stored) = answer(app.comment("default", &comment)).await;
        assert!(status.is_success(), "{stored}");
        app.decide(&stored, Decision::Approve).await;
    }
    let rule = json!({ "kind": "email", "pattern": EMAIL, "action": "spam",
                       "note": format!("{MARK} is rude") });
    let request = app.with(operator, Method::POST, "/api/v1/sites/default/blocks");
    assert_eq!(answer(request.json(&rule)).await.0, 201);
    for n in 0..40 {
        let filler = json!({ "page": "/f", "name": "F", "email": format!("f{n}@example.org"),
                             "text": format!("Filler number {n}, as others write it") });
        answer(app.comment("default", &filler)).await;
    }
}

async fn ask(app: &TestApp, operator: &str, what: &str) -> Value {
    let path = format!("/api/v1/subjects/{what}");
    let request = app.with(operator, Method::POST, &path);
    let (status, said) = answer(request.json(&json!({ "email": EMAIL }))).await;
    assert_eq!(status, 200, "{said}");
    said
}

on_both_engines!(
    nothing_of_an_erased_person_is_left_in_any_table,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        live_here(&app, &operator).await;
        let raw = Raw::of(&app).await;
        let email = hamlet::domain::email::EmailAddress::parse("email", EMAIL).unwrap();
        let index = app.app.vault.email_index(&email).0;
        assert!(raw.rows_with(MARK).await.len() >= 7);
        let told = ask(&app, &operator, "export").await;
        assert_eq!(told["block_rules"][0]["note"], format!("{MARK} is rude"));
        let gone = ask(&app, &operator, "erase").await;
        assert_eq!(gone["comments"], 3);
        assert_eq!(gone["block_rules"], 1);
        assert_eq!(raw.rows_with(MARK).await, Vec::<String>::new());
        assert_eq!(raw.rows_with(&index).await, Vec::<String>::new());
        let told = ask(&app, &operator, "export").await;
        assert_eq!(
            (&told["comments"], &told["block_rules"]),
            (&json!([]), &json!([]))
        );
    }
);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_person_is_left_in_the_file_or_its_log() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.unwrap();
    let operator = app.token(Role::Operator, &[]).await;
    live_here(&app, &operator).await;
    let count = |app: &TestApp| {
        let files = ["hamlet.db", "hamlet.db-wal", "hamlet.db-shm"];
        let files = files.map(|name| app.app.settings.data_dir.join(name));
        let bytes: Vec<u8> = files
            .iter()
            .flat_map(|file| std::fs::read(file).unwrap_or_default())
            .collect();
        let mark = MARK.as_bytes();
        bytes
            .windows(mark.len())
            .filter(|part| *part == mark)
            .count()
    };
    assert!(count(&app) > 0);
    ask(&app, &operator, "erase").await;
    background::fold(&app.app).await;
    assert_eq!(count(&app), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_since_a_backup_is_erased_again_and_what_came_later_stays() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.unwrap();
    let operator = app.token(Role::Operator, &[]).await;
    live_here(&app, &operator).await;
    let copy = app.folder.path().join("copy.db");
    backup::take(&app.app.settings, &copy, false).await.unwrap();
    app.app.clock.advance(Duration::from_mins(1));
    ask(&app, &operator, "erase").await;
    let list = erased::file_of(&app.app.settings);

    // The backup is put in place on a machine that has the key file and the list.
    let folder = tempfile::tempdir().unwrap();
    let restored = folder.path().join("data");
    std::fs::create_dir_all(&restored).unwrap();
    let mut settings: Settings = app.app.settings.clone();
    settings.data_dir = restored;
    settings.database.url = String::new().into();
    std::fs::copy(app.app.settings.key_file(), settings.key_file()).unwrap();
    std::fs::copy(&list, erased::file_of(&settings)).unwrap();
    backup::restore(&settings, &copy, None).await.unwrap();
    let back = hamlet::app::App::build(settings, app.app.clock.clone(), true)
        .await
        .unwrap();
    let path = erased::file_of(&back.settings);
    assert_eq!(
        erased::brought_back(&back.store, &path)
            .await
            .unwrap()
            .len(),
        1
    );

    let email = hamlet::domain::email::EmailAddress::parse("email", EMAIL).unwrap();
    app.app.clock.advance(Duration::from_mins(1));
    let (people, gone) = subjects::reapply(&back.privacy, &actor()).await.unwrap();
    assert_eq!((people, gone.comments.len(), gone.block_rules), (1, 3, 1));
    let held = hamlet::privacy::subjects::export(&back.privacy, &email)
        .await
        .unwrap();
    assert!(held.comments.is_empty() && held.block_rules.is_empty());
    assert!(
        erased::brought_back(&back.store, &path)
            .await
            .unwrap()
            .is_empty()
    );
    back.store.close().await;

    // In the first place they write anew: that is not what they had erased.
    live_here(&app, &operator).await;
    let (people, _) = subjects::reapply(&app.app.privacy, &actor()).await.unwrap();
    assert_eq!(people, 0);
    let held = hamlet::privacy::subjects::export(&app.app.privacy, &email)
        .await
        .unwrap();
    assert_eq!(held.comments.len(), 3);
}
