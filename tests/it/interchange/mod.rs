//! Other systems' files: every reader on a sample of its format, what an import makes of it, and
//! what an export gives back.

mod around;
mod at_desk;
mod entities;
mod exports;
mod gathered;
mod handmade;
mod hidden;
mod hosted;
mod imports;
mod kinds;
mod marked;
mod movable_type;
mod runs;
mod shapes;
mod taught;
mod variants;
mod wordpress;
mod wordpress_site;

use std::{fs::File, io::BufReader, path::PathBuf, sync::Arc};

use crate::support::app::TestApp;
use hamlet::{
    domain::{
        comment::Comment,
        queue::{Filter, Sort},
        site::{Policy, Site},
    },
    history::{import, report::Report},
    interchange::{
        foreign::{ForeignFormat, Found},
        isso::Isso,
        readers,
    },
};
use sqlx::{Connection, Executor, SqliteConnection};

pub fn sample(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/interchange/samples");
    folder.join(name)
}

/// A site whose pages are on the samples' origin.
pub async fn garden(app: &TestApp) -> Arc<Site> {
    app.add_site("garden", &["https://garden.example"], Policy::default())
        .await;
    app.app.directory.site("garden").unwrap()
}

/// Imports a file.
pub async fn import(app: &TestApp, format: ForeignFormat, file: PathBuf, dry: bool) -> Report {
    let site = app.app.directory.site("garden").unwrap();
    let open = move || match format {
        ForeignFormat::Isso => Ok(Box::new(Isso::open(&file)?) as _),
        _ => readers::read(format, BufReader::new(File::open(&file)?)),
    };
    import::run(&app.app.history, &site, format, dry, open)
        .await
        .unwrap()
}

/// Imports what a file of this content has.
pub async fn imported(app: &TestApp, format: ForeignFormat, content: impl AsRef<[u8]>) -> Report {
    let file = app.folder.path().join("import");
    std::fs::write(&file, content).unwrap();
    import(app, format, file, false).await
}

/// A comment as JSON, with its id for its text, and more fields behind: `,"status":"approved"`.
pub fn written(id: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","page":"/a","name":"A","text":"{id}","created_at":"2020-01-01"{more}}}"#
    )
}

/// The comment with this text.
pub async fn one(app: &TestApp, text: &str) -> Comment {
    let comments = stored(app).await;
    let known: Vec<_> = comments.iter().map(|one| one.text.clone()).collect();
    let found = comments.into_iter().find(|one| one.text == text);
    found.unwrap_or_else(|| panic!("{text} is not among {known:?}"))
}

/// The comments of the site, oldest first.
pub async fn stored(app: &TestApp) -> Vec<Comment> {
    let filter = Filter {
        sites: vec![app.app.directory.site("garden").unwrap().slug.clone()],
        ..Filter::default()
    };
    let store = &app.app.store;
    let listing = store.list_comments(&filter, Sort::Oldest, None, 500).await;
    listing.unwrap().comments
}

/// What a reader finds in some text.
pub fn found(format: ForeignFormat, text: &str) -> Vec<Result<Found, String>> {
    let input = std::io::Cursor::new(text.to_owned().into_bytes());
    let found = match readers::read(format, input) {
        Ok(found) => found,
        Err(error) => return vec![Err(error.to_string())],
    };
    found
        .map(|found| found.map_err(|error| error.to_string()))
        .collect()
}

/// An Isso database in a folder.
pub async fn isso(folder: &std::path::Path) -> PathBuf {
    let file = folder.join("isso.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    for statement in [
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256))",
        "CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, \
         created FLOAT NOT NULL, modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, \
         author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER, dislikes INTEGER, voters BLOB)",
        "INSERT INTO threads VALUES (1, '/2026/peas/', 'Which peas to sow')",
        "INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, email) VALUES \
         (1, 1, NULL, 1772366400.25, 1, '203.0.113.0', 'Sugar snaps, always.', 'Marta', 'marta@example.org'), \
         (1, 2, 1, 1772452800.0, 2, NULL, 'I agree.', 'Jo', NULL), \
         (1, 3, NULL, 1772539200.0, 4, NULL, '', '', NULL)",
    ] {
        connection.execute(statement).await.unwrap();
    }
    connection.close().await.unwrap();
    file
}
