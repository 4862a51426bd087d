//! What a stranger, a commenter or a moderator might try, and that it does not work. Many of these
//! tests walk every route there is: those that the interface describes, and the pages, both of the service's
//! own route table, so that a new route is tried as soon as it exists. `docs/security.md` names which
//! test holds which threat; `table` sees to it that they exist.

mod addresses;
mod bodies;
mod injection;
mod methods;
mod pages;
mod reads;
mod roles;
mod scripts;
mod secrets;
mod senders;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;
use serde_json::Value;
use sqlx::{AnyPool, AssertSqlSafe, Row};

use crate::support::app::{TestApp, answer};

/// An operation of the interface's description.
#[derive(Debug, Clone)]
pub struct Operation {
    /// In capitals.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// Whether it asks for a token.
    pub secured: bool,
    /// `public`, `review`, …
    pub tag: String,
    /// The names of its parameters in the query.
    pub query: Vec<String>,
    /// Whether it takes a JSON body.
    pub takes_json: bool,
}

impl Operation {
    /// As the tests name it: `GET /api/v1/me`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path for a site and an identifier.
    pub fn path_for(&self, site: &str, id: &str) -> String {
        self.path.replace("{site}", site).replace("{id}", id)
    }
}

/// Every operation that the running service describes.
pub async fn operations(app: &TestApp) -> Vec<Operation> {
    let (_, document) = answer(app.get("/openapi.json")).await;
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            all.push(read_operation(path, method, operation));
        }
    }
    assert!(all.len() > 50, "the description is whole");
    all
}

fn read_operation(path: &str, method: &str, operation: &Value) -> Operation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        secured: operation["security"]
            .as_array()
            .is_some_and(|ways| !ways.is_empty()),
        tag: text(&operation["tags"][0]),
        query: parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| text(&parameter["name"]))
            .collect(),
        takes_json: operation["requestBody"]["content"]["application/json"].is_object(),
    }
}

/// Every file below a folder of the project whose name ends so.
pub fn sources(folder: &str, end: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                let text = fs::read_to_string(&path).expect("a source");
                found.push((path, text));
            }
        }
    }
    found
}

/// The paths that take a method, as the service's own route table has them: those of the interface, and
/// what is not described. The sources are not read for them: a route written in another form, or over
/// several lines, would be tried by no test.
pub fn routes(method: &str) -> BTreeSet<String> {
    let method = method.to_uppercase();
    let table = hamlet::web::route_table::methods(hamlet::web::routes).into_iter();
    let taking = table.filter(|(_, methods)| methods.contains(&method));
    taking.map(|(path, _)| path).collect()
}

/// A text as a piece of an address.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Everything that the database holds, by table, to compare.
pub async fn dump(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let url = app.app.settings.database_url();
    let pool = AnyPool::connect(url.expose_secret())
        .await
        .expect("the database");
    let sqlite = app.app.store.engine_name() == "sqlite";
    let names = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut tables = BTreeMap::new();
    for name in column(&pool, names).await {
        let line = if sqlite {
            let columns = format!("SELECT name FROM pragma_table_info('{name}')");
            let columns = column(&pool, &columns).await;
            let quoted = columns.iter().map(|column| format!("quote({column})"));
            quoted.collect::<Vec<_>>().join(" || ', ' || ")
        } else {
            "CAST(t AS TEXT)".to_owned()
        };
        let rows = column(&pool, &format!("SELECT {line} FROM {name} t ORDER BY 1")).await;
        tables.insert(name, rows);
    }
    pool.close().await;
    tables
}

async fn column(pool: &AnyPool, text: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(pool).await;
    let rows = rows.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.iter()
        .map(|row| row.try_get(0).expect("text"))
        .collect()
}
