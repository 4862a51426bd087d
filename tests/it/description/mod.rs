//! The description of the interface (`/openapi.json`), as tools of other makes read it: validators find nothing, and clients that
//! generators make of it do the whole loop.

use std::path::{Path, PathBuf};

use hamlet::{background, domain::moderator::Role};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    on_both_engines,
    support::{
        app::{Engine, TestApp},
        programs::{available, folder, python, succeed},
    },
};

/// Writes the description into a folder.
async fn described(app: &TestApp, folder: &Path) -> String {
    let response = app.get("/openapi.json").send().await.unwrap();
    let file = folder.join("openapi.json");
    std::fs::write(&file, response.bytes().await.unwrap()).unwrap();
    file.display().to_string()
}

/// The packages of npm: a folder of our own among them finds them.
fn packages() -> PathBuf {
    folder().join("npm/node_modules")
}

async fn has_python() -> bool {
    let probe = "import openapi_python_client, openapi_spec_validator, standardwebhooks";
    available(&python(), &["-c", probe]).await
}

async fn has_npm() -> bool {
    let probe = "for (const name of ['@redocly/cli', 'openapi-typescript', 'typescript'])\
                 require.resolve(`${name}/package.json`, { paths: ['npm'] })";
    available("node", &["-e", probe]).await
}

/// What a loop did before its model was trained, and after: the same for every client.
fn assert_looped(first: &Value, posted: u64) {
    let expected = json!({
        "pending": posted, "decided": "spam", "undone": "pending", "stale": [409, "stale"],
        "history": ["received", "decided", "undone", "decided"], "samples": 160,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&first[name], value, "{name}: {first}");
    }
    assert!(first["spans"].as_u64().unwrap() > 0, "{first}");
    assert_eq!(first["public"].as_array().unwrap().len(), 1, "{first}");
    // One of the decisions is a sample too.
    assert_eq!(first["given"], 161, "{first}");
}

fn json_of(printed: &str) -> Value {
    let line = printed.lines().find(|line| line.starts_with('{'));
    serde_json::from_str(line.expect(printed)).expect(printed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn validators_find_nothing_wrong_with_it() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.expect("an app");
    let place = tempfile::tempdir().unwrap();
    let file = described(&app, place.path()).await;
    if has_python().await {
        let arguments = ["-m", "openapi_spec_validator", &file];
        let said = succeed(&python(), &arguments, folder()).await;
        assert!(said.trim_end().ends_with(": OK"), "{said}");
    }
    if has_npm().await {
        let cli = packages().join("@redocly/cli/bin/cli.js");
        let arguments = [cli.to_str().unwrap(), "lint", "--format=json", &file];
        let said = succeed("node", &arguments, place.path().to_owned()).await;
        assert!(said.contains("\"errors\": 0"), "{said}");
    }
}

on_both_engines!(
    a_client_that_openapi_python_client_made_does_the_whole_loop,
    |app: TestApp| async move {
        if !has_python().await {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        let file = described(&app, place.path()).await;
        let config = place.path().join("config.yaml");
        std::fs::write(&config, "post_hooks: []\n").unwrap();
        let package = place.path().join("hamlet_client");
        let arguments = [
            "-m",
            "openapi_python_client",
            "generate",
            "--meta=none",
            "--path",
            &file,
            "--config",
            config.to_str().unwrap(),
            "--output-path",
            package.to_str().unwrap(),
        ];
        let said = succeed(&python(), &arguments, folder()).await;
        // It knows no media type of lines and tables; what it is sent then has one that says nothing.
        let warnings = said.lines().filter(|line| line.contains("WARNING"));
        for warning in warnings {
            assert!(warning.contains("/api/v1/samples"), "{said}");
        }
        let token = app.token(Role::Operator, &[]).await;
        let made = place.path().to_str().unwrap();
        let mut arguments = vec!["python/loop.py", made, &app.url, &token];
        let first = json_of(&succeed(&python(), &arguments, folder()).await);
        assert_looped(&first, 3);
        background::train(&app.app).await;
        let model = first["model"].as_str().unwrap();
        arguments.push(model);
        let then = json_of(&succeed(&python(), &arguments, folder()).await);
        assert_eq!(
            then,
            json!({ "status": "candidate", "live": true, "models": 1 })
        );
    }
);

/// A folder among the packages, in which the types are made and the loop is compiled.
async fn compiled(app: &TestApp) -> TempDir {
    let place = tempfile::Builder::new()
        .prefix(".described-")
        .tempdir_in(packages())
        .unwrap();
    let at = |name: &str| place.path().join(name);
    let file = described(app, place.path()).await;
    for name in ["loop.ts", "tsconfig.json"] {
        std::fs::copy(folder().join("npm").join(name), at(name)).unwrap();
    }
    std::fs::write(at("package.json"), r#"{ "type": "module" }"#).unwrap();
    let generator = packages().join("openapi-typescript/bin/cli.js");
    let types = at("schema.d.ts");
    let arguments = [
        generator.to_str().unwrap(),
        &file,
        "--output",
        types.to_str().unwrap(),
    ];
    succeed("node", &arguments, place.path().to_owned()).await;
    let compiler = packages().join("typescript/bin/tsc");
    succeed(
        "node",
        &[compiler.to_str().unwrap()],
        place.path().to_owned(),
    )
    .await;
    place
}

on_both_engines!(
    openapi_fetch_with_the_types_of_openapi_typescript_does_the_whole_loop,
    |app: TestApp| async move {
        if !has_npm().await {
            return;
        }
        let place = compiled(&app).await;
        let token = app.token(Role::Operator, &[]).await;
        let mut arguments = vec!["loop.js", &app.url, &token];
        let first = json_of(&succeed("node", &arguments, place.path().to_owned()).await);
        assert_looped(&first, 2);
        background::train(&app.app).await;
        arguments.push(first["model"].as_str().unwrap());
        let then = json_of(&succeed("node", &arguments, place.path().to_owned()).await);
        assert_eq!(
            then,
            json!({ "status": "candidate", "live": true, "models": 1 })
        );
    }
);
