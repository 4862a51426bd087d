//! A disk without room. Here it is a limit on the size of the program's files: what is written beyond it
//! fails half-way, as it does there. `tests/chaos/disk` fills a real one, which wants root.

use std::{collections::BTreeSet, fs, path::Path, process::Command, time::Instant};

use reqwest::StatusCode;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};

use super::{BACK_WITHIN, comment, service::Service};
use crate::on_both_engines;

/// The size of the largest file in a folder.
fn largest(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder");
    let sizes = entries.map(|entry| entry.expect("an entry").metadata().expect("a size").len());
    sizes.max().unwrap_or(0)
}

fn token(data: &Path) -> String {
    let made = Command::new(env!("CARGO_BIN_EXE_hamlet"))
        .args(["token", "add", "--role", "moderator", "--name", "tests"])
        .env("HAMLET_DATA_DIR", data)
        .output()
        .expect("the program runs");
    String::from_utf8(made.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

#[tokio::test]
async fn on_a_full_disk_comments_are_refused_and_with_room_again_taken() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let service = Service::start(&data);
    let token = token(&data);
    let (mut answered, mut refused, mut sent) = (BTreeSet::new(), 0, 0);
    for _ in 0..3 {
        for full in [false, true] {
            service.limit_files(full.then(|| largest(&data) + 20_000));
            let began = Instant::now();
            let mut wanted = 3;
            while wanted > 0 {
                sent += 1;
                let (status, id) = service.post(&comment(sent)).await;
                wanted -= usize::from((status == StatusCode::SERVICE_UNAVAILABLE) == full);
                match id.filter(|_| status == StatusCode::ACCEPTED) {
                    Some(id) => assert!(answered.insert(id)),
                    None => refused += 1,
                }
                assert!(full || began.elapsed() < BACK_WITHIN, "not back in time");
                assert!(sent < 5_000, "the disk is never full");
            }
        }
    }
    service.limit_files(None);
    assert!(refused >= 9);
    let mut listed = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/comments?limit=100{cursor}");
        let list: Value = service
            .get(&path, &token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let ids = list["comments"].as_array().unwrap().iter();
        listed.extend(ids.map(|one| one["id"].as_str().unwrap().to_owned()));
        match list["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(
        listed, answered,
        "what was answered is there, and nothing else"
    );
    service.stop();
    let url = format!("sqlite://{}", data.join("hamlet.db").display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut file)
        .await
        .unwrap();
    assert_eq!(sound, "ok");
}

on_both_engines!(
    an_upload_that_broke_off_is_gone_within_minutes_and_a_slow_one_is_not,
    |app: TestApp| async move {
        let raw = crate::support::database::Raw::of(&app).await;
        let now = app.app.now().millis();
        raw.run(&format!(
            "INSERT INTO uploads (id, state, provenance, source, touched_at) \
                 VALUES ('u1', 'arriving', 'samples', '', {now}); \
             INSERT INTO upload_rows (upload, site, id, label, held_out, text) \
                 VALUES ('u1', 'default', 'r1', 'ham', 0, 't'), ('u1', 'default', 'r2', 'ham', 0, 't')"
        ))
        .await;
        let rows = "SELECT id FROM upload_rows";
        app.app.clock.advance(std::time::Duration::from_mins(1));
        hamlet::background::recover(&app.app).await;
        assert_eq!(raw.list(rows).await.len(), 2);
        app.app.clock.advance(std::time::Duration::from_mins(2));
        hamlet::background::recover(&app.app).await;
        assert!(raw.list(rows).await.is_empty());
        assert!(raw.list("SELECT id FROM uploads").await.is_empty());
    }
);
