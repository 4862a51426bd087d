//! Addresses and networks: sealed, forgotten in time, and never where they do not belong.

use std::{collections::HashMap, fmt::Write, fs, path::Path, time::Duration};

use hamlet::{
    app::{App, StartError},
    clock::Clock,
    config::Settings,
    ground::GroundError,
    privacy::rotation,
};
use serde_json::json;

use crate::{on_both_engines, support::app::answer};

const POST: &str = "/api/v1/sites/default/comments";

fn comment(email: &str) -> serde_json::Value {
    json!({ "page": "/p", "name": "Laertes", "email": email, "text": format!("I have a rapier, and my address is {}", email.len()) })
}

on_both_engines!(
    a_senders_network_is_forgotten_in_time,
    |app: TestApp| async move {
        let (_, body) = answer(app.post(POST, &comment("laertes@elsinore.example"))).await;
        app.pass(Duration::from_hours(29 * 24)).await;
        assert!(app.stored(&body).await.network.is_some());
        app.pass(Duration::from_hours(2 * 24)).await;
        assert_eq!(app.stored(&body).await.network, None);
        app.stop().await;
    }
);

on_both_engines!(
    rotated_keys_open_what_older_ones_sealed,
    |app: TestApp| async move {
        let (_, body) = answer(app.post(POST, &comment("laertes@elsinore.example"))).await;
        let before = app.stored(&body).await;
        let resealed = rotation::rotate(&app.app.privacy).await.unwrap();
        assert_eq!((resealed.done, resealed.unopenable), (1, 0));
        let after = app.stored(&body).await;
        assert_ne!(after.email, before.email);
        assert_eq!(after.email_index, before.email_index, "the hash stays");
        assert!(
            app.app.vault.open(&before.email, &before).is_ok(),
            "old keys are kept"
        );
        app.pass(Duration::from_mins(3)).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        assert!(
            app.app.vault.open(&before.email, &before).is_err(),
            "until they are retired"
        );
        assert_eq!(
            app.app.vault.open(&after.email, &after).unwrap().expose(),
            "laertes@elsinore.example"
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_running_service_follows_a_rotated_key_file,
    |app: TestApp| async move {
        let (_, body) = answer(app.post(POST, &comment("laertes@elsinore.example"))).await;
        let other = App::build(app.app.settings.clone(), Clock::System, true)
            .await
            .unwrap();
        rotation::rotate(&other.privacy).await.unwrap();
        other.store.close().await;
        let stored = app.stored(&body).await;
        assert!(app.app.vault.open(&stored.email, &stored).is_err());
        rotation::follow(&app.app.privacy).await;
        assert_eq!(
            app.app.vault.open(&stored.email, &stored).unwrap().expose(),
            "laertes@elsinore.example"
        );
        app.stop().await;
    }
);

/// Every file below a folder.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![fs::read(path).expect("a file")]
            }
        })
        .collect()
}

on_both_engines!(
    no_address_is_in_an_answer_or_on_the_disk,
    |app: TestApp| async move {
        let mut answers = String::new();
        for n in 0..20 {
            let email = format!("distinctive{n}@hidden-mailbox.example");
            let response = app.post(POST, &comment(&email)).send().await.unwrap();
            write!(answers, "{:?}", response.headers()).unwrap();
            answers.push_str(&response.text().await.unwrap());
        }
        let list = app
            .get("/api/v1/sites/default/comments?page=/p")
            .send()
            .await
            .unwrap();
        answers.push_str(&list.text().await.unwrap());
        let is_told = |text: &str| text.contains("distinctive") || text.contains("hidden-mailbox");
        assert!(!is_told(&answers));
        for bytes in files(app.folder.path()) {
            assert!(!is_told(&String::from_utf8_lossy(&bytes)));
        }
        app.stop().await;
    }
);

#[tokio::test]
async fn a_lost_or_foreign_key_file_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let variables = HashMap::from([("HAMLET_DATA_DIR".to_owned(), data.display().to_string())]);
    let settings = Settings::from_sources(None, variables).unwrap();
    let start = || App::build(settings.clone(), Clock::System, true);
    let app = start().await.unwrap();
    app.store.close().await;
    let key = data.join("hamlet.key");
    let saved = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    assert!(
        matches!(start().await, Err(StartError::Ground(GroundError::Keys(_)))),
        "no new key for an old database"
    );
    let mut foreign: serde_json::Value = serde_json::from_slice(&saved).unwrap();
    foreign["index"]["secret"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    write_private(&key, foreign.to_string().as_bytes());
    assert!(matches!(
        start().await,
        Err(StartError::Ground(GroundError::ForeignKeys))
    ));
    write_private(&key, &saved);
    assert!(start().await.is_ok());
}

fn write_private(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
