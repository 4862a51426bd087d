//! The libraries and clients that programs use, as they are published: results are those of the service.

use serde_json::Value;

use super::{ABUSE, ANALYZE, TALK, about, ask, summary};
use crate::{
    akismet::{clients::script, site_with_key},
    on_both_engines,
    support::{
        app::TestApp,
        programs::{available, folder, python},
    },
};
use hamlet::domain::site::ClientMode;

/// What a client was answered is what the service answers when it is asked by itself.
async fn holds(app: &TestApp, key: &str, name: &str, seen: &Value) {
    let (_, abuse) = ask(app, ANALYZE, key, &about(ABUSE, &["TOXICITY"])).await;
    let (_, talk) = ask(app, ANALYZE, key, &about(TALK, &["TOXICITY"])).await;
    for (field, own) in [("abuse", &abuse), ("talk", &talk)] {
        let difference = seen[field].as_f64().unwrap() - summary(own, "TOXICITY");
        assert!(difference.abs() < 1e-6, "{name} {field}: {seen} {own}");
    }
    assert_eq!(seen["wrong_key"], false, "{name}: {seen}");
    assert!(
        seen["suggested"].is_null() || seen["suggested"] == "mine",
        "{name}: {seen}"
    );
}

on_both_engines!(
    googles_library_from_pypi_agrees_with_the_service,
    |app: TestApp| async move {
        let python = python();
        if !available(&python, &["-c", "import googleapiclient, httplib2"]).await {
            return;
        }
        let key = site_with_key(&app, "pypi", ClientMode::Judge).await;
        let path = folder().join("python/perspective.py");
        let seen = script(&python, &path, &app, &[&key, ABUSE, TALK]).await;
        holds(&app, &key, "google-api-python-client", &seen).await;
        assert_eq!(seen["suggested"], "mine");
    }
);

on_both_engines!(
    the_clients_from_npm_agree_with_the_service,
    |app: TestApp| async move {
        let probe = ["-e", "require.resolve('googleapis', { paths: ['npm'] })"];
        if !available("node", &probe).await {
            return;
        }
        for client in [
            "googleapis",
            "perspective-api-client",
            "perspectiveapi-js-client",
        ] {
            let key = site_with_key(&app, client, ClientMode::Judge).await;
            let path = folder().join("npm").join(format!("{client}.mjs"));
            let seen = script("node", &path, &app, &[&key, ABUSE, TALK]).await;
            holds(&app, &key, client, &seen).await;
        }
    }
);
