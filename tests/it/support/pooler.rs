//! A pooler in transaction mode before the tests' PostgreSQL, on a Unix socket of its own; ended with the value.
//!
//! Where it is not installed the tests skip with a line on standard error, unless `HAMLET_TEST_REQUIRE_POOLER=1`.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Stdio},
    thread,
};

use tempfile::TempDir;
use tokio::sync::oneshot;
use url::Url;

use super::postgres::{Database, as_ordinary_user};

/// Connections to the server: fewer than the service opens, so that each goes from one to the other.
const LENT: usize = 3;

/// A database, and the pooler before it.
pub struct Pooled {
    database: Database,
    home: TempDir,
    process: Child,
}

impl Pooled {
    /// Starts it, or says why it cannot and returns `None`.
    pub async fn start() -> Option<Self> {
        let Some(program) = find() else {
            let required = std::env::var("HAMLET_TEST_REQUIRE_POOLER").as_deref() == Ok("1");
            assert!(!required, "PgBouncer is not installed");
            skip();
            return None;
        };
        let database = Database::create().await?;
        let home = tempfile::tempdir().expect("a folder");
        // PgBouncer refuses to be root, and its folder is root's then.
        fs::set_permissions(&home, Permissions::from_mode(0o777)).expect("rights");
        let ini = home.path().join("pgbouncer.ini");
        fs::write(&ini, settings(&database, home.path())).expect("its settings");
        fs::write(home.path().join("users"), users(&database)).expect("its users");
        let process = as_ordinary_user(program.to_str().expect("a path"))
            .arg(&ini)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("PgBouncer");
        let mut pooled = Self {
            database,
            home,
            process,
        };
        let log = pooled.process.stderr.take().expect("its log");
        up(log).await.expect("PgBouncer did not start");
        Some(pooled)
    }

    /// Where the pooler is, as `HAMLET_DATABASE__URL` takes it.
    pub fn url(&self) -> String {
        let mut url = Url::parse(&self.database.url()).expect("a URL");
        let host = self.home.path().to_str().expect("a path");
        url.query_pairs_mut()
            .clear()
            .append_pair("host", host)
            .append_pair("port", "6432");
        url.into()
    }
}

/// Waits until the log says that it serves, and reads on, so that it never waits for a reader; an error where the log ends before.
fn up(log: ChildStderr) -> oneshot::Receiver<()> {
    let (serves, waiting) = oneshot::channel();
    thread::spawn(move || {
        let mut serves = Some(serves);
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if line.contains("process up")
                && let Some(serves) = serves.take()
            {
                let _ = serves.send(());
            }
        }
    });
    waiting
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn settings(database: &Database, home: &Path) -> String {
    let url = Url::parse(&database.url()).expect("a URL");
    let host = url
        .query_pairs()
        .find_map(|(name, value)| (name == "host").then(|| format!("host={value}")));
    let host = host.unwrap_or_else(|| {
        let host = url.host_str().unwrap_or("localhost");
        format!("host={host} port={}", url.port().unwrap_or(5432))
    });
    let home = home.display();
    format!(
        "[databases]\n* = {host}\n[pgbouncer]\n\
         listen_addr =\nlisten_port = 6432\nunix_socket_dir = {home}\n\
         auth_type = trust\nauth_file = {home}/users\n\
         pool_mode = transaction\ndefault_pool_size = {LENT}\nmax_client_conn = 100\n\
         ignore_startup_parameters = extra_float_digits\n"
    )
}

fn users(database: &Database) -> String {
    let url = Url::parse(&database.url()).expect("a URL");
    let password = url.password().unwrap_or_default();
    format!("\"{}\" \"{password}\"\n", url.username())
}

fn find() -> Option<PathBuf> {
    let folders = ["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(Path::new);
    let mut found = folders.iter().map(|folder| folder.join("pgbouncer"));
    found.find(|program| program.exists())
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip() {
    eprintln!("skipping the tests behind a pooler: PgBouncer is not installed");
}
