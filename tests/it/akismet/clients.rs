//! The clients that sites run, as they are published: each verifies its key, asks, and reports, and
//! its results are those of the service.

use std::path::Path;

use hamlet::domain::site::ClientMode;
use serde_json::Value;

use super::{HAM, SPAM, comments, site_with_key};
use crate::{
    on_both_engines,
    support::{
        app::TestApp,
        programs::{available, folder, output, python},
    },
};

/// Runs a script with the service's address and a key; it prints one JSON object.
async fn run(program: &str, path: &Path, app: &TestApp, key: &str) -> Value {
    script(program, path, app, &[key, SPAM, HAM]).await
}

/// Runs a script with the service's address and what else it takes; it prints one JSON object.
pub async fn script(program: &str, script: &Path, app: &TestApp, rest: &[&str]) -> Value {
    let address = app.url.trim_start_matches("http://");
    let name = script.file_name().unwrap().to_str().unwrap();
    let arguments = [&[name, address], rest].concat();
    let ran = output(program, &arguments, script.parent().unwrap().to_owned())
        .await
        .unwrap();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{errors}");
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{errors}"))
}

/// What a client saw is what the service did: for a fresh site's key the first question was judged
/// spam, the second not, and then both were reported the other way round.
async fn holds(app: &TestApp, site: &str, seen: &Value) {
    assert_eq!(seen["valid"], true, "{site}: {seen}");
    assert_eq!(seen["wrong_key"], false, "{site}: {seen}");
    assert_eq!(
        (&seen["spam"], &seen["ham"]),
        (&true.into(), &false.into()),
        "{site}: {seen}"
    );
    assert_eq!(seen["reported"], true, "{site}: {seen}");
    let kept = comments(app, site).await;
    let mut found: Vec<(bool, &str)> = kept
        .iter()
        .map(|comment| {
            let was_spam = comment["score"].as_f64().unwrap() >= 0.95;
            (was_spam, comment["status"].as_str().unwrap())
        })
        .collect();
    found.sort_unstable();
    assert_eq!(found, [(false, "spam"), (true, "approved")], "{site}");
}

on_both_engines!(
    the_client_from_pypi_agrees_with_the_service,
    |app: TestApp| async move {
        let python = python();
        if !available(&python, &["-c", "import akismet, httpx"]).await {
            return;
        }
        let key = site_with_key(&app, "pypi", ClientMode::Queue).await;
        let seen = run(&python, &folder().join("python/check.py"), &app, &key).await;
        holds(&app, "pypi", &seen).await;
        assert_eq!(seen["usage"], 2);
    }
);

on_both_engines!(
    the_clients_from_npm_agree_with_the_service,
    |app: TestApp| async move {
        let probe = ["-e", "require.resolve('akismet', { paths: ['npm'] })"];
        if !available("node", &probe).await {
            return;
        }
        for client in ["cedx", "akismet-api", "akismet"] {
            let key = site_with_key(&app, client, ClientMode::Queue).await;
            let script = folder().join("npm").join(format!("{client}.mjs"));
            let seen = run("node", &script, &app, &key).await;
            holds(&app, client, &seen).await;
        }
    }
);
