//! An empty SQLite database with every migration applied, made once by each build of the tests. A test starts
//! from a copy: to apply the migrations anew takes longer than most tests. That they apply is for the tests of `program`,
//! which start the program on an empty folder, and of `schema`.

use std::{
    fs::{self, DirBuilder},
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use hamlet::{
    config::Settings,
    storage::{Opening, Store},
};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

/// Puts a copy where the settings' database is to be, unless they name one or it is there.
pub async fn copy_for(settings: &Settings) {
    let database = settings.data_dir.join("hamlet.db");
    if !settings.database.url.expose_secret().is_empty() || database.exists() {
        return;
    }
    let folder = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&settings.data_dir);
    folder.expect("a data folder");
    fs::copy(template().await, database).expect("a copy of the template");
}

/// The template of this build. Processes that start together may each make it; the last one's stays.
async fn template() -> &'static Path {
    static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
    TEMPLATE.get_or_init(find_or_make).await
}

async fn find_or_make() -> PathBuf {
    let program = std::env::current_exe().and_then(fs::metadata);
    let built = program.expect("this program");
    let name = format!("migrated.{}.{}.db", built.mtime(), built.mtime_nsec());
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if !kept.exists() {
        make(&kept).await;
    }
    kept
}

async fn make(kept: &Path) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("new.db");
    let opening = Opening {
        connections: 1,
        may_migrate: true,
        behind_pooler: false,
    };
    let url = format!("sqlite://{}", path.display()).into();
    let store = Store::open(&url, opening).await.expect("a new database");
    store.close().await;
    let tests = kept.parent().expect("the tests' folder");
    remove_older(tests);
    // Another process sees the file whole or not at all.
    let mut file = tempfile::NamedTempFile::new_in(tests).expect("a file");
    let bytes = fs::read(path).expect("the new database");
    file.write_all(&bytes).expect("a template");
    file.persist(kept).expect("the template in its place");
}

fn remove_older(tests: &Path) {
    for entry in fs::read_dir(tests).expect("the tests' folder").flatten() {
        if entry.file_name().to_string_lossy().starts_with("migrated.") {
            // Another process may have removed it, or still copy from it.
            let _ = fs::remove_file(entry.path());
        }
    }
}
