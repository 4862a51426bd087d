//! Key files that are put in place by mistake while the service runs, and what commands say of keys that
//! are missing.

use std::{fs, os::unix::fs::PermissionsExt};

use hamlet::{
    app::{App, StartError},
    background,
    ground::GroundError,
    privacy::rotation,
};
use serde_json::Value;

use super::{LONG_ENOUGH, Posted, execute, keys_in_file};
use crate::{
    on_both_engines,
    program::{hamlet, run, says},
    support::app::{Engine, TestApp},
};

on_both_engines!(
    another_databases_key_file_is_not_followed,
    |app: TestApp| async move {
        let (mut posted, key) = (Posted::default(), app.app.settings.key_file());
        posted.post(&app).await;
        let right = fs::read(&key).unwrap();
        let other = TestApp::start(Engine::Sqlite, &[]).await.unwrap();
        fs::copy(other.app.settings.key_file(), &key).unwrap();
        other.stop().await;
        for _ in 0..3 {
            background::refresh(&app.app).await;
            posted.post(&app).await;
            posted.settle(&app).await;
        }
        let kept = key.with_extension("key.kept");
        assert_eq!(
            fs::metadata(&kept).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read(&kept).unwrap(), right, "they may be nowhere else");
        fs::copy(&kept, &key).unwrap();
        background::refresh(&app.app).await;
        assert!(!kept.exists());
        posted.post(&app).await;
        posted.settle(&app).await;
        app.stop().await;
    }
);

on_both_engines!(
    a_key_file_that_lacks_the_key_in_use_is_not_followed,
    |app: TestApp| async move {
        let (mut posted, key) = (Posted::default(), app.app.settings.key_file());
        let earlier = fs::read(&key).unwrap();
        rotation::rotate(&app.app.privacy).await.unwrap();
        let right = fs::read(&key).unwrap();
        posted.post(&app).await;
        fs::write(&key, earlier).unwrap();
        for _ in 0..2 {
            background::refresh(&app.app).await;
            posted.post(&app).await;
            posted.settle(&app).await;
        }
        fs::write(&key, right).unwrap();
        background::refresh(&app.app).await;
        posted.settle(&app).await;
        app.stop().await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_fail_and_name_a_key_that_is_missing() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.unwrap();
    let (mut posted, key) = (Posted::default(), app.app.settings.key_file());
    posted.post(&app).await;
    let earlier = fs::read(&key).unwrap();
    let call = |arguments: &[&str]| {
        let output = run(hamlet(app.folder.path(), arguments));
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            says(&output)
        );
        (output.status.code(), said)
    };
    assert_eq!(call(&["doctor"]).0, Some(0));
    rotation::rotate(&app.app.privacy).await.unwrap();
    let newest = keys_in_file(&app).pop().unwrap();
    fs::write(&key, earlier).unwrap();
    let (code, said) = call(&["doctor", "--json"]);
    let found: Value = serde_json::from_str(said.rsplit_once("hamlet:").unwrap().0).unwrap();
    let mut keys = found.as_array().unwrap().iter();
    let keys = keys.find(|one| one["about"] == "keys").unwrap();
    assert_eq!((code, &keys["well"]), (Some(1), &Value::Bool(false)));
    let says = keys["says"].as_str().unwrap();
    assert!(
        says.contains(&newest) && says.contains("comments.email_sealed"),
        "{says}"
    );
    for command in ["rotate", "retire"] {
        let (code, said) = call(&["key", command]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&newest), "{said}");
    }
    let export = ["export", "--site", "default", "--with-addresses"];
    let (code, said) = call(&export);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 addresses"), "{said}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_leaves_something_unopenable_fails_with_the_count() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.unwrap();
    let mut posted = Posted::default();
    posted.post(&app).await;
    let lost = "UPDATE comments SET email_sealed = 'ffffffff.2.AAAA'";
    execute(&app, lost.to_owned()).await;
    let output = run(hamlet(app.folder.path(), &["key", "rotate"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        says(&output).contains("1 sealed values"),
        "{}",
        says(&output)
    );
    let output = run(hamlet(app.folder.path(), &["doctor"]));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("ffffffff"), "{said}");
    app.stop().await;
}

on_both_engines!(
    a_key_that_is_lost_for_good_is_given_up_as_the_manual_says,
    |app: TestApp| async move {
        let (mut posted, key) = (Posted::default(), app.app.settings.key_file());
        posted.post(&app).await;
        let earlier = fs::read(&key).unwrap();
        let old = keys_in_file(&app).remove(0);
        rotation::rotate(&app.app.privacy).await.unwrap();
        app.pass(LONG_ENOUGH).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        let lost = keys_in_file(&app).remove(0);
        fs::write(&key, earlier).unwrap();
        let start = || App::build(app.app.settings.clone(), app.app.clock.clone(), true);
        let refused = start().await.err();
        assert!(
            matches!(
                refused,
                Some(StartError::Ground(GroundError::Incomplete(_)))
            ),
            "{refused:?}"
        );
        for (id, retired_at) in [(lost, "0"), (old, "NULL")] {
            let said =
                format!("UPDATE sealing_keys SET retired_at = {retired_at} WHERE id = '{id}'");
            execute(&app, said).await;
        }
        let started = start().await.unwrap();
        let rotated = rotation::rotate(&started.privacy).await.unwrap();
        assert_eq!((rotated.done, rotated.unopenable), (0, 1));
        started.store.close().await;
        app.stop().await;
    }
);
