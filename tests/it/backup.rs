//! Backups: taken under load, complete, sound, useless without their keys, and never put over anything.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use hamlet::{
    app::App,
    clock::Clock,
    domain::{comment::Comment, decision::Decision, moderator::Scope},
};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use tokio::sync::watch;

use crate::support::{
    app::{Engine, TestApp, answer},
    database::Raw,
    postgres,
};

/// Runs a command of the program on a data folder.
fn hamlet(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hamlet"));
    command.args(arguments).env_clear();
    command.env("HAMLET_DATA_DIR", data);
    command.output().expect("the program runs")
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn succeeded(output: &Output) -> Value {
    assert!(output.status.success(), "{}", says(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn comment(n: usize) -> Value {
    json!({
        "page": "/garden", "name": "Ophelia", "email": format!("reader{n}@elsinore.example"),
        "text": format!("Comment {n}: there's rosemary, that's for remembrance."),
    })
}

/// Posts comments one after another until told to stop; the answers.
async fn keep_posting(
    app: Arc<TestApp>,
    lane: usize,
    mut stop: watch::Receiver<bool>,
) -> Vec<Value> {
    let mut answers = Vec::new();
    while !*stop.borrow_and_update() {
        let n = lane * 100_000 + answers.len();
        let (status, told) = answer(app.comment("default", &comment(n))).await;
        assert_eq!(status, 202, "the service goes on meanwhile: {told}");
        answers.push(told);
    }
    answers
}

async fn service() -> TestApp {
    let free = [
        ("INTAKE__NETWORK_HARD_LIMIT", "1000000"),
        ("INTAKE__EMAIL_HARD_LIMIT", "1000000"),
    ];
    let app = TestApp::start(Engine::Sqlite, &free).await;
    app.expect("SQLite is always there")
}

/// A service with a few comments, stopped, and a backup of it with its keys.
async fn backed_up() -> (TestApp, PathBuf) {
    let app = service().await;
    for n in 0..3 {
        answer(app.comment("default", &comment(n))).await;
    }
    let file = app.folder.path().join("copy.db");
    let data = app.app.settings.data_dir.clone();
    let arguments = ["backup", file.to_str().unwrap(), "--with-keys", "--json"];
    let report = succeeded(&hamlet(&data, &arguments));
    assert_eq!(report["comments"], 3);
    (app, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_backup_began_is_there_once_it_is_restored() {
    let app = Arc::new(service().await);
    let (stop, stopped) = watch::channel(false);
    let mut before = Vec::new();
    for n in 0..20 {
        before.push(answer(app.comment("default", &comment(n))).await.1);
    }
    let lanes = (1..=4).map(|lane| tokio::spawn(keep_posting(app.clone(), lane, stopped.clone())));
    let lanes: Vec<_> = lanes.collect();
    let file = app.folder.path().join("copy.db");
    let (data, to) = (
        app.app.settings.data_dir.clone(),
        file.display().to_string(),
    );
    let taking = tokio::task::spawn_blocking(move || hamlet(&data, &["backup", &to, "--json"]));
    let report = succeeded(&taking.await.unwrap());
    stop.send(true).unwrap();
    let mut during = 0;
    for lane in lanes {
        during += lane.await.unwrap().len();
    }
    assert!(during > 0, "there was load");
    let comments = report["comments"].as_i64().unwrap();
    assert!((20..=20 + i64::try_from(during).unwrap()).contains(&comments));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);

    let other = tempfile::tempdir().unwrap();
    let data = other.path().join("data");
    let key = app.app.settings.key_file();
    let from = file.to_str().unwrap();
    let restore = ["restore", from, "--key", key.to_str().unwrap(), "--json"];
    assert_eq!(succeeded(&hamlet(&data, &restore))["comments"], comments);
    let mut settings = app.app.settings.clone();
    settings.data_dir = data;
    let restored = App::build(settings, Clock::System, true).await.unwrap();
    for told in &before {
        let original = app.stored(told).await;
        let found = restored
            .store
            .comment(&Scope::All, original.id)
            .await
            .unwrap();
        let found = found.expect("it was answered before");
        assert_eq!(found.text, original.text);
        let address = |comment: &Comment| {
            let opened = restored.vault.open(&comment.email, comment).unwrap();
            opened.expose().to_owned()
        };
        assert_eq!(address(&found), address(&original));
    }
    restored.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_ever_overwritten() {
    let (app, file) = backed_up().await;
    let data = &app.app.settings.data_dir;
    let path = file.to_str().unwrap();
    let again = hamlet(data, &["backup", path]);
    assert_eq!(again.status.code(), Some(2), "{}", says(&again));
    let over = hamlet(data, &["restore", path]);
    assert_eq!(over.status.code(), Some(2), "{}", says(&over));
    assert!(says(&over).contains("ever overwritten"), "{}", says(&over));

    let other = tempfile::tempdir().unwrap();
    fs::write(
        other.path().join("hamlet.db-wal"),
        "an earlier database's log",
    )
    .unwrap();
    let beside_a_log = hamlet(other.path(), &["restore", path]);
    assert_eq!(beside_a_log.status.code(), Some(2));
    assert!(!other.path().join("hamlet.db").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_restored_with_its_own_keys_or_not_at_all() {
    let (_app, file) = backed_up().await;
    let path = file.to_str().unwrap();
    let key = PathBuf::from(format!("{path}.key"));
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o077, 0);
    let moved = key.with_extension("moved");
    fs::rename(&key, &moved).unwrap();
    let target = tempfile::tempdir().unwrap();
    let without = hamlet(target.path(), &["restore", path]);
    assert_eq!(without.status.code(), Some(2), "{}", says(&without));
    let (_stranger, strange) = backed_up().await;
    let strange = format!("{}.key", strange.display());
    let foreign = hamlet(target.path(), &["restore", path, "--key", &strange]);
    assert_eq!(foreign.status.code(), Some(1));
    assert!(
        says(&foreign).contains("does not belong"),
        "{}",
        says(&foreign)
    );
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 0, "no trace");
    let right = hamlet(
        target.path(),
        &["restore", path, "--key", moved.to_str().unwrap()],
    );
    assert!(right.status.success(), "{}", says(&right));
    let doctor = hamlet(target.path(), &["doctor"]);
    assert!(doctor.status.success(), "{}", says(&doctor));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_or_foreign_file_is_not_restored() {
    let (_app, file) = backed_up().await;
    let key = format!("{}.key", file.display());
    let sound = fs::read(&file).unwrap();
    let mut scribbled = sound.clone();
    let half = scribbled.len() / 2;
    scribbled[half..half + 8192].fill(0xA5);
    let truncated = sound[..sound.len() - 4096].to_vec();
    let others = [
        scribbled,
        truncated,
        b"not a database at all".to_vec(),
        Vec::new(),
    ];
    for (n, bytes) in others.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let bad = folder.path().join("bad.db");
        fs::write(&bad, bytes).unwrap();
        let data = folder.path().join("data");
        let refused = hamlet(&data, &["restore", bad.to_str().unwrap(), "--key", &key]);
        assert_eq!(refused.status.code(), Some(1), "{n}: {}", says(&refused));
        let said = says(&refused);
        let named = format!(
            "{} is damaged, or no database of this program",
            bad.display()
        );
        assert_eq!(said.matches(&named).count(), 1, "{n}: {said}");
        assert_eq!(said.lines().count(), 1, "{n}: {said}");
        assert!(
            !said.contains(".part") && said.matches("malformed").count() < 2,
            "{n}: {said}"
        );
        assert!(!data.join("hamlet.db").exists(), "{n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compressed_backup_is_refused_with_what_unpacks_it() {
    let (_app, file) = backed_up().await;
    let key = format!("{}.key", file.display());
    for (start, tool) in [
        (&b"\x1f\x8b\x08\0"[..], "gunzip"),
        (b"BZh91AY", "bunzip2"),
        (b"\xFD7zXZ\0", "unxz"),
        (b"\x28\xB5\x2F\xFD", "unzstd"),
        (b"PK\x03\x04", "unzip"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let packed = folder.path().join("copy.db.packed");
        fs::write(&packed, start).unwrap();
        let arguments = ["restore", packed.to_str().unwrap(), "--key", &key];
        let refused = hamlet(&folder.path().join("data"), &arguments);
        let said = says(&refused);
        assert!(!refused.status.success());
        assert!(
            said.contains("copy.db.packed is compressed") && said.contains(tool),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresqls_own_tools_do_what_the_command_says() {
    let Some(app) = TestApp::start(Engine::Postgres, &[]).await else {
        return;
    };
    let held = answer(app.comment("default", &comment(1))).await.1;
    app.decide(&held, Decision::Spam).await;
    // As a server leaves it that has seen many more transactions than the one that the dump is read into.
    let raw = Raw::of(&app).await;
    raw.run("ALTER TABLE learning DISABLE TRIGGER USER").await;
    raw.run("UPDATE learning SET changed = 1000000000000000")
        .await;
    raw.run("ALTER TABLE learning ENABLE TRIGGER USER").await;
    let url = secrecy::ExposeSecret::expose_secret(&app.app.settings.database.url).to_owned();
    let mut told = Command::new(env!("CARGO_BIN_EXE_hamlet"));
    told.args(["backup", "x"]).env_clear();
    told.env("HAMLET_DATABASE__URL", &url);
    let told = told.output().unwrap();
    assert_eq!(told.status.code(), Some(2));
    assert!(
        says(&told).contains("pg_dump --format=custom"),
        "{}",
        says(&told)
    );
    let Some(programs) = postgres::find_binaries() else {
        return;
    };
    let file = app.folder.path().join("hamlet.dump");
    let dump = Command::new(programs.join("pg_dump"))
        .args([
            "--format=custom",
            &format!("--file={}", file.display()),
            &url,
        ])
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", says(&dump));
    let empty = postgres::Database::create().await.unwrap();
    let load = Command::new(programs.join("pg_restore"))
        .args([
            "--no-owner",
            "--exit-on-error",
            &format!("--dbname={}", empty.url()),
        ])
        .arg(&file)
        .output()
        .unwrap();
    assert!(load.status.success(), "{}", says(&load));
    let mut settings = app.app.settings.clone();
    settings.database.url = empty.url().into();
    let restored = App::build(settings, Clock::System, false).await.unwrap();
    let original = app.stored(&held).await;
    let found = restored
        .store
        .comment(&Scope::All, original.id)
        .await
        .unwrap();
    assert_eq!(found.unwrap().text, original.text);
    // What was learnt before is no change, and what is learnt now is one.
    let mark = restored.store.learning_mark().await.unwrap();
    let (mark, changed) = restored.store.learning_since(mark).await.unwrap();
    assert_eq!(changed, []);
    let raw = Raw::at(&empty.url()).await;
    raw.run("UPDATE learning SET revision = revision + 1").await;
    let (_, changed) = restored.store.learning_since(mark).await.unwrap();
    assert_eq!(changed.len(), 1);
    restored.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_backup_has_left_keeps_no_later_one_from_its_name() {
    let app = service().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    let part = folder.path().join("copy.db.part");
    fs::write(&part, b"half of a database").unwrap();
    fs::write(
        folder.path().join("copy.db.part-journal"),
        b"and its journal",
    )
    .unwrap();
    // As long as another backup writes it, it is that one's.
    let other = fs::File::open(&part).unwrap();
    other.lock().unwrap();
    let refused = hamlet::backup::take(&app.app.settings, &file, false).await;
    assert!(refused.is_err());
    assert_eq!(fs::read(&part).unwrap(), b"half of a database");
    drop(other);
    hamlet::backup::take(&app.app.settings, &file, false)
        .await
        .unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// The bytes of a page of a database's file.
async fn page_size(file: &Path, made_with: Option<u32>) -> i64 {
    let mut options = SqliteConnectOptions::new().filename(file);
    if let Some(bytes) = made_with {
        options = options.page_size(bytes).create_if_missing(true);
    }
    let mut connection = options.connect().await.expect("a database");
    if made_with.is_some() {
        let made = sqlx::query("CREATE TABLE made (number INTEGER)");
        made.execute(&mut connection).await.expect("a file");
        let made = sqlx::query("DROP TABLE made");
        made.execute(&mut connection).await.expect("an empty file");
    }
    let size = sqlx::query_scalar("PRAGMA page_size");
    size.fetch_one(&mut connection).await.expect("a size")
}

#[tokio::test]
async fn a_database_has_small_pages_and_one_of_an_older_version_has_them_once_it_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let [new, old] = ["new", "old"].map(|name| folder.path().join(name));
    fs::DirBuilder::new().mode(0o700).create(&old).unwrap();
    assert_eq!(page_size(&old.join("hamlet.db"), Some(4096)).await, 4096);
    let copy = folder.path().join("copy.db");
    for data in [&new, &old] {
        let add = ["site", "add", "blog", "--origin", "https://blog.example"];
        assert!(hamlet(data, &add).status.success());
    }
    assert_eq!(page_size(&new.join("hamlet.db"), None).await, 2048);
    assert_eq!(page_size(&old.join("hamlet.db"), None).await, 4096);
    succeeded(&hamlet(&old, &["backup", copy.to_str().unwrap(), "--json"]));
    assert_eq!(page_size(&copy, None).await, 2048);
}
