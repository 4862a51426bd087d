//! A real PostgreSQL for the tests, and a fresh database for each of them.
//!
//! `HAMLET_TEST_POSTGRES_URL` names a server to use (its user must be allowed to create databases).
//! Without it the installed binaries make a throw-away cluster on a Unix socket: durability off, never
//! as root, shared by every test process of this target folder, gone soon after the last of them ends.
//! Where there are no binaries the tests skip with a line on standard error, unless
//! `HAMLET_TEST_REQUIRE_POSTGRES=1`, which turns the skip into a failure. With `HAMLET_TEST_SKIP_POSTGRES=1`
//! they skip in any case: `.ci/quick` runs what SQLite is enough for.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Makes and starts a cluster in a folder of its own, prints that folder and closes its output; then
/// waits for the exclusive lock on its input, which no living test process lets it have, and takes the
/// cluster down. What goes wrong is printed instead of the folder. Without the trap, a reader killed
/// meanwhile would end it before it has tidied up. `$1`: the binaries.
const KEEP: &str = r#"
trap '' PIPE
home=$(mktemp -d "${TMPDIR:-/tmp}/hamlet-postgres.XXXXXX") || exit
options="-c listen_addresses='' -c unix_socket_directories='$home' -c max_connections=400"
options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"$1/initdb" --pgdata="$home/data" --username=hamlet --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync >"$home/log" 2>&1 &&
    "$1/pg_ctl" start --wait --pgdata="$home/data" --log="$home/log" --options="$options" >/dev/null 2>&1 &&
    echo "$home" || cat "$home/log"
exec >/dev/null
flock --exclusive 0
"$1/pg_ctl" stop --wait --mode=immediate --pgdata="$home/data"
rm -rf "$home"
"#;

/// A database of one test's own; dropped with the value.
pub struct Database {
    name: String,
    server: String,
}

impl Database {
    /// Makes an empty database, or says why it cannot and returns `None`.
    ///
    /// # Panics
    /// When the server is there but refuses, and when there is none although
    /// `HAMLET_TEST_REQUIRE_POSTGRES=1`.
    pub async fn create() -> Option<Self> {
        let server = server()?.to_owned();
        let name = format!("hamlet_test_{}", uuid::Uuid::now_v7().simple());
        run(&server, format!("CREATE DATABASE {name}"))
            .await
            .expect("a fresh database");
        Some(Self { name, server })
    }

    /// Where it is, as `HAMLET_DATABASE__URL` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).expect("a PostgreSQL URL");
        url.set_path(&self.name);
        url.into()
    }
}

impl Drop for Database {
    /// Drops the database with the connections that are still open, on a thread that can wait for it.
    fn drop(&mut self) {
        let (server, statement) = (
            self.server.clone(),
            format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| runtime.block_on(run(&server, statement)))
        });
        // Tidying only: a failure here must not hide the test's own.
        let _ = dropping.join();
    }
}

async fn run(server: &str, statement: String) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(statement)))
        .await?;
    connection.close().await
}

/// The URL of the server, started when needed; found out once a process.
fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    let found = SERVER.get_or_init(|| {
        if is_to_be_skipped() {
            skip();
            return None;
        }
        if let Ok(url) = std::env::var("HAMLET_TEST_POSTGRES_URL") {
            return Some(url);
        }
        let Some(binaries) = find_binaries() else {
            let required = std::env::var("HAMLET_TEST_REQUIRE_POSTGRES").as_deref() == Ok("1");
            assert!(
                !required,
                "no PostgreSQL: neither HAMLET_TEST_POSTGRES_URL nor installed binaries"
            );
            skip();
            return None;
        };
        Some(share_cluster(&binaries))
    });
    found.as_deref()
}

fn is_to_be_skipped() -> bool {
    std::env::var("HAMLET_TEST_SKIP_POSTGRES").as_deref() == Ok("1")
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip() {
    eprintln!(
        "skipping the tests that need PostgreSQL: neither HAMLET_TEST_POSTGRES_URL nor installed binaries, \
         or HAMLET_TEST_SKIP_POSTGRES=1"
    );
}

/// The folder of the newest installed version's programs: Debian's place, or what `pg_config` says.
pub fn find_binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let debian = versions
        .filter_map(|version| {
            Some((
                version.file_name().to_str()?.parse::<u32>().ok()?,
                version.path().join("bin"),
            ))
        })
        .max()
        .map(|(_, bin)| bin);
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    debian
        .or_else(configured)
        .filter(|bin| bin.join("initdb").exists())
}

/// Joins the cluster that other test processes use, or starts it.
///
/// Every user holds a shared lock on `postgres.users` for as long as its process lives, however that
/// ends; [`KEEP`] takes the cluster down when the last is gone.
fn share_cluster(binaries: &Path) -> String {
    let state = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let users = open(&state.join("postgres.users"));
    users
        .lock_shared()
        .expect("the lock of the cluster's users");
    // Held until the process ends.
    std::mem::forget(users);

    let starting = open(&state.join("postgres.starting"));
    starting.lock().expect("the lock of the cluster's start");
    let note = state.join("postgres.home");
    let running = fs::read_to_string(&note)
        .ok()
        .filter(|home| is_running(Path::new(home)));
    let home = running.unwrap_or_else(|| {
        let home = start_cluster(binaries, &state.join("postgres.users"));
        fs::write(&note, &home).expect("the note of where the cluster is");
        home
    });
    format!("postgres://hamlet@localhost/postgres?host={home}")
}

fn open(path: &Path) -> File {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .expect("a lock file")
}

/// Whether a cluster's server still answers on its socket, rather than having died with the machine.
fn is_running(home: &Path) -> bool {
    UnixStream::connect(home.join(".s.PGSQL.5432")).is_ok()
}

/// Starts a cluster and its keeper, in a session of its own so that a kill of the tests spares it.
#[expect(
    clippy::zombie_processes,
    reason = "the keeper outlives the process that starts it"
)]
fn start_cluster(binaries: &Path, users: &Path) -> String {
    let mut keeper = as_ordinary_user("setsid")
        .args(["sh", "-c", KEEP, "keep"])
        .arg(binaries)
        // PostgreSQL's programs want a working folder they may enter.
        .current_dir("/")
        .stdin(open(users))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the cluster's keeper");
    let mut said = String::new();
    let output = keeper.stdout.as_mut().expect("piped");
    output
        .read_to_string(&mut said)
        .expect("what the keeper says");
    let home = said.trim();
    assert!(Path::new(home).is_dir(), "PostgreSQL did not start: {home}");
    home.to_owned()
}

/// A command that runs as itself, or, for root, as a user PostgreSQL accepts.
pub fn as_ordinary_user(program: &str) -> Command {
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    if !root {
        return Command::new(program);
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let has_postgres = accounts
        .lines()
        .any(|account| account.starts_with("postgres:"));
    let (user, group) = if has_postgres {
        ("postgres", "postgres")
    } else {
        ("nobody", "nogroup")
    };
    // setpriv becomes the program it runs, so that nothing else keeps its output open.
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", group, "--init-groups", program]);
    command
}
