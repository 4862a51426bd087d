//! Settings: whatever is accepted works, what cannot work is refused with the range, and no message holds a
//! secret.

use std::{collections::HashMap, os::unix::ffi::OsStrExt, process::Command};

use config::{Config, File, FileFormat, ValueKind};
use hamlet::{
    config::{BOUNDS, DEFAULTS, Settings},
    domain::moderator::Role,
};
use reqwest::Method;
use serde_json::json;

use crate::{
    on_both_engines,
    support::app::{Engine, TestApp, answer},
};

/// A setting's variable, without the prefix.
fn variable(key: &str) -> String {
    key.to_uppercase().replace('.', "__")
}

#[test]
fn every_number_has_its_bounds() {
    let defaults = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    let sections = defaults.build().unwrap().cache.into_table().unwrap();
    let mut numbers = Vec::new();
    for (section, value) in sections {
        let Ok(table) = value.into_table() else {
            continue;
        };
        for (key, value) in table {
            let is_number = matches!(value.kind, ValueKind::I64(_) | ValueKind::Float(_));
            numbers.extend(is_number.then(|| format!("{section}.{key}")));
        }
    }
    numbers.sort();
    let mut bounded: Vec<_> = BOUNDS.iter().map(|bound| bound.key.to_owned()).collect();
    bounded.sort();
    assert_eq!(numbers, bounded);
}

#[test]
fn a_number_beyond_its_bounds_is_refused_by_name_value_and_range() {
    let refused = |key: &str, value: &str| {
        let set = HashMap::from([(format!("HAMLET_{}", variable(key)), value.to_owned())]);
        let refused = Settings::from_sources(None, set);
        refused
            .err()
            .unwrap_or_else(|| panic!("{key}={value}"))
            .to_string()
    };
    for bound in BOUNDS {
        for value in [bound.low - 1, bound.high + 1, i64::MIN, i64::MAX] {
            let value = value.to_string();
            let said = refused(bound.key, &value);
            let range = format!("from {} to {}", bound.low, bound.high);
            for part in [bound.key, &value, &range] {
                assert!(said.contains(part), "{said}");
            }
        }
        for value in ["99999999999999999999999", "many", "1e300", "-0x1", "[1]"] {
            let said = refused(bound.key, value);
            assert!(said.contains(bound.key), "{said}");
        }
    }
}

#[test]
fn the_public_address_is_one_that_a_browser_can_open() {
    let read = |url: &str| {
        let set = HashMap::from([("HAMLET_SERVER__PUBLIC_URL".to_owned(), url.to_owned())]);
        Settings::from_sources(None, set).map_err(|error| error.to_string())
    };
    for good in [
        "",
        "https://comments.example.org",
        "https://example.org/comments/",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        assert!(read(good).is_ok(), "{good}: {:?}", read(good).err());
    }
    for bad in [
        // What looks like a host and a port is a scheme and a path.
        "localhost:8080",
        "comments.example.org:8443",
        "comments.example.org",
        "/comments",
        "mailto:horatio@elsinore.example",
        "ftp://comments.example.org",
        "https://",
        "https://comments.example.org?site=blog",
        "https://comments.example.org/#desk",
        "https://horatio:secret@comments.example.org",
    ] {
        let said = read(bad).expect_err(bad);
        assert!(said.contains("server.public_url"), "{bad}: {said}");
        assert!(
            said.contains("https://comments.example.org"),
            "{bad}: {said}"
        );
        assert!(!said.contains("secret"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_its_bounds_every_number_works() {
    for bound in BOUNDS {
        for value in [bound.low, bound.high] {
            let (name, value) = (variable(bound.key), value.to_string());
            let set = [(name.as_str(), value.as_str())];
            let app = TestApp::start(Engine::Sqlite, &set).await.expect("a start");
            let fields = json!({ "page": "/garden", "name": "Osric",
                "email": "osric@elsinore.example", "text": "It is indifferent cold." });
            let (status, answered) = answer(app.comment("default", &fields)).await;
            assert_eq!(status, 202, "{name}={value}: {answered}");
            let (status, ready) = answer(app.get("/health/ready")).await;
            assert_eq!(status, 200, "{name}={value}: {ready}");
            hamlet::privacy::retention::forget(&app.app).await.unwrap();
            hamlet::notify::tick(&app.app.notify).await.unwrap();
            app.stop().await;
        }
    }
}

on_both_engines!(
    at_its_bounds_every_number_of_a_policy_works,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let change = async |policy: &serde_json::Value| {
            let request = app.with(&token, Method::PATCH, "/api/v1/sites/default");
            answer(request.json(&json!({ "policy": policy }))).await
        };
        let most = u32::MAX;
        let policies = [
            json!({ "spam_threshold": 1.0, "publish_below": 0.0, "trusted_after": most,
                "max_links": most, "min_form_seconds": most, "max_form_hours": most,
                "discard_at": 1.0 }),
            json!({ "spam_threshold": f64::MIN_POSITIVE, "publish_below": 0.0, "trusted_after": 1,
                "max_links": 0, "min_form_seconds": 0, "max_form_hours": 0,
                "discard_at": f64::MIN_POSITIVE, "expect_form_token": true }),
        ];
        for (n, policy) in policies.iter().enumerate() {
            let (status, site) = change(policy).await;
            assert_eq!(status, 200, "{site}");
            let (_, form) = answer(app.get("/api/v1/sites/default/form-token")).await;
            let fields = json!({ "page": "/garden", "name": "Osric", "form_token": form["token"],
                "email": "osric@elsinore.example", "text": format!("It is cold, {n}.") });
            let (status, answered) = answer(app.comment("default", &fields)).await;
            assert!(status.is_success(), "{policy}: {answered}");
        }
        for (number, wrong) in [
            ("spam_threshold", json!(0)),
            ("spam_threshold", json!(1.1)),
            ("publish_below", json!(-1)),
            ("trusted_after", json!(0)),
            ("trusted_after", json!(-1)),
            ("max_links", json!(4_294_967_296_i64)),
            ("min_form_seconds", json!(-1)),
            ("max_form_hours", json!(1e99)),
            ("proof_of_work_bits", json!(25)),
            ("discard_at", json!(0)),
        ] {
            let (status, said) = change(&json!({ number: wrong })).await;
            assert_eq!(status, 422, "{number}: {said}");
            let field = said["errors"][0]["field"].as_str().unwrap();
            assert!(field.contains(number), "{said}");
        }
    }
);

on_both_engines!(
    a_time_beyond_the_calendar_is_refused_by_name,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let add = async |end: &str| {
            let rule = json!({ "kind": "word", "pattern": "ghost", "action": "spam",
                "expires_at": end });
            let request = app.with(&token, Method::POST, "/api/v1/blocks");
            answer(request.json(&rule)).await
        };
        for end in [
            "9999-12-31T23:59:59-23:59",
            "9999-12-31T23:59:59.999-00:01",
            "+10000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "0000-01-01T00:00:00+00:01",
        ] {
            let (status, said) = add(end).await;
            assert_eq!(status, 422, "{end}: {said}");
            assert_eq!(said["errors"][0]["field"], "expires_at", "{said}");
            for name in ["since", "until"] {
                let path = format!("/api/v1/comments?{name}={}", end.replace('+', "%2B"));
                let (status, said) = answer(app.with(&token, Method::GET, &path)).await;
                assert_eq!(status, 422, "{path}: {said}");
                assert_eq!(said["errors"][0]["field"], name, "{said}");
            }
        }
        let (status, rule) = add("9999-12-31T23:59:59.999Z").await;
        assert_eq!(status, 201, "{rule}");
        assert_eq!(rule["expires_at"], "9999-12-31T23:59:59.999Z");
    }
);

const SECRET: &str = "ThisQuarry";

/// What a start, and doctor, say of settings, and whether they were well.
fn said(file: Option<&[u8]>, variables: &[(&str, &[u8])]) -> Vec<(bool, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    let said = |command: &str| {
        let mut hamlet = Command::new(env!("CARGO_BIN_EXE_hamlet"));
        hamlet
            .env_clear()
            .env("HAMLET_DATA_DIR", folder.path().join("data"))
            .env("HAMLET_SERVER__LISTEN", "127.0.0.1:0");
        for (name, value) in variables {
            hamlet.env(name, std::ffi::OsStr::from_bytes(value));
        }
        hamlet.arg(command);
        if let Some(text) = file {
            std::fs::write(&path, text).unwrap();
            hamlet.arg("--config").arg(&path);
        }
        let output = hamlet.output().unwrap();
        let streams = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&streams).into_owned();
        (output.status.success(), said)
    };
    ["serve", "doctor"].map(said).to_vec()
}

const IN_A_VARIABLE: &[(&str, &str)] = &[
    (
        "HAMLET_DATABASE__URL",
        "postgres://u:ThisQuarry@127.0.0.1:1/x?sslmode=ThisQuarry",
    ),
    ("HAMLET_DATABASE__URL", "postgres://u:ThisQuarry@[::1/x"),
    (
        "HAMLET_DATABASE__URL",
        "postgres://u:ThisQuarry@127.0.0.1:99999/x",
    ),
    (
        "HAMLET_DATABASE__URL",
        "postgres://u:p@127.0.0.1:1/x?port=ThisQuarry",
    ),
    ("HAMLET_DATABASE__URL", "sqlite://x?mode=ThisQuarry"),
    ("HAMLET_DATABASE__URL", "ThisQuarry"),
    ("HAMLET_DATABASE__URL", "ThisQuarry://x"),
    ("HAMLET_MAIL__URL", "smtp://u:ThisQuarry@:99999"),
    ("HAMLET_MAIL__URL", "ThisQuarry"),
    ("HAMLET_MAIL__URL", "smtps://u:ThisQuarry@[host"),
    ("HAMLET_MAIL__FROM", "ThisQuarry"),
    ("HAMLET_MAIL__REQUIRE_TLS", "ThisQuarry"),
    ("HAMLET_MAIL__DIGEST_HOUR", "ThisQuarry"),
    ("HAMLET_MAIL", "ThisQuarry"),
    ("HAMLET_CORAL", "ThisQuarry"),
    ("HAMLET_CORAL__SIGNING_SECRET__X", "ThisQuarry"),
    ("HAMLET_CORAL__SECRET", "ThisQuarry"),
    ("HAMLET_SERVER__LISTEN", "ThisQuarry"),
    ("HAMLET_SERVER__PUBLIC_URL", "ThisQuarry"),
    ("HAMLET_SERVER__TRUSTED_PROXIES", "ThisQuarry"),
    ("HAMLET_METRICS__LISTEN", "ThisQuarry"),
    ("HAMLET_LOG__FORMAT", "ThisQuarry"),
    ("HAMLET_SECRET", "ThisQuarry"),
    ("HAMLET_WEBHOOKS__ALLOW_NETWORKS", "10.0.0.0/8,ThisQuarry"),
];

const IN_A_FILE: &[&str] = &[
    "[mail]\nurl = \"smtp://u:ThisQuarry@host\n",
    "[mail]\nurl = smtp://u:ThisQuarry@host\n",
    "[mail]\nurl = [\"ThisQuarry\"]\n",
    "[mail]\nurl = { password = \"ThisQuarry\" }\n",
    "[mail]\nurl = \"a\"\nurl = \"ThisQuarry\"\n",
    "[coral]\nsigning_secret = 'ThisQuarry\n",
    "[coral]\nsigning_secret = ThisQuarry\n",
    "[coral]\nsigning_secret = [[\"ThisQuarry\"]]\n",
    "[coral]\nsecret = \"ThisQuarry\"\n",
    "[database]\nurl = \"postgres://u:p@h/x?sslmode=ThisQuarry\"\n",
    "[database]\nmax_connections = \"ThisQuarry\"\n",
    "[mail]\nfrom = \"\\qThisQuarry\"\n",
    "mail = \"ThisQuarry\"\n",
    "ThisQuarry",
    "[log]\nformat = \"ThisQuarry\"\n",
];

#[test]
fn no_message_about_settings_holds_a_secret() {
    let check = |about: &str, said: Vec<(bool, String)>| {
        for (well, said) in said {
            assert!(!well, "{about}: {said}");
            let quoted = said.contains(SECRET) || said.contains("panicked");
            assert!(!quoted, "{about}: {said}");
        }
    };
    for (name, value) in IN_A_VARIABLE {
        check(name, said(None, &[(*name, value.as_bytes())]));
    }
    for text in IN_A_FILE {
        check(text, said(Some(text.as_bytes()), &[]));
    }
    let odd: &[u8] = b"smtp://u:ThisQuarry\xff@host";
    let of_variable = said(None, &[("HAMLET_MAIL__URL", odd)]);
    assert!(
        of_variable[0].1.contains("HAMLET_MAIL__URL"),
        "{of_variable:?}"
    );
    check("a variable that is no text", of_variable);
    let of_file = said(Some(b"[mail]\nurl = \"ThisQuarry\xff\"\n"), &[]);
    assert!(of_file[0].1.contains("own.toml"), "{of_file:?}");
    check("a file that is no text", of_file);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_its_owners_alone_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| {
        let found = std::fs::metadata(path).unwrap();
        found.permissions().mode() & 0o777
    };
    let fresh = TestApp::start_from_nothing(Engine::Sqlite, &[]).await;
    let app = fresh.expect("a start");
    app.posted("default", "Osric", "It is indifferent cold.")
        .await;
    let folder = app.app.settings.data_dir.clone();
    assert_eq!(mode(&folder), 0o700);
    for name in ["hamlet.db", "hamlet.db-wal", "hamlet.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    let settings = app.app.settings.clone();
    app.app.store.close().await;
    let path = folder.join("hamlet.db");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664)).unwrap();
    let url = settings.database_url();
    assert_eq!(hamlet::storage::private::exposed(&url).len(), 1);
    let clock = hamlet::clock::Clock::System;
    let again = hamlet::app::App::build(settings, clock, true).await;
    assert_eq!(mode(&path), 0o600);
    again.unwrap().store.close().await;
}
