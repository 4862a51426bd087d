//! The database locked by someone else, gone, or silent.

use std::{sync::Arc, time::Instant};

use reqwest::StatusCode;
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};
use url::Url;

use super::Ledger;
use crate::support::{
    app::{Engine, TestApp, answer},
    postgres::Database,
};

/// A backup program or a person in a shell holds the lock on the whole file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_sqlite_is_locked_comments_are_refused_and_afterwards_taken() {
    let started = TestApp::start(Engine::Sqlite, &[]).await;
    let app = started.expect("an application");
    let mut ledger = Ledger::default();
    ledger.post(&app).await;
    let url = app.app.settings.database_url();
    let mut other = SqliteConnection::connect(url.expose_secret())
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    let (list, _) = answer(app.get("/api/v1/sites/default/comments?page=/garden")).await;
    assert_eq!(list, StatusCode::OK, "readers read on");
    other.execute("ROLLBACK").await.unwrap();
    ledger.until_taken(&app).await;
    ledger.settle(&app).await;
}

/// An index being built, or a schema being changed by hand, holds the table.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_postgres_table_is_locked_comments_are_refused_and_afterwards_taken() {
    let Some(app) = TestApp::start(Engine::Postgres, &[]).await else {
        return;
    };
    let url = app.app.settings.database_url();
    let mut other = PgConnection::connect(url.expose_secret()).await.unwrap();
    // Connections made from now on give up soon: the default waits for half a minute.
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .fetch_one(&mut other)
        .await
        .unwrap();
    let shorter = format!("ALTER DATABASE {name} SET lock_timeout = '500ms'");
    other.execute(sqlx::AssertSqlSafe(shorter)).await.unwrap();
    cut_off_the_others(&mut other).await;
    let mut ledger = Ledger::default();
    ledger.until_taken(&app).await;
    other
        .execute("BEGIN; LOCK TABLE comments IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    other.execute("ROLLBACK").await.unwrap();
    ledger.until_taken(&app).await;
    ledger.settle(&app).await;
}

/// Ends every other connection to the database.
async fn cut_off_the_others(connection: &mut PgConnection) {
    let text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    connection.execute(text).await.unwrap();
}

/// What lies between the service and PostgreSQL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Open,
    /// Every connection is cut, and none is taken.
    Cut,
    /// Nothing comes through, and nobody says so: a pulled plug, a firewall.
    Silent,
}

/// A way to the test's database that can be cut.
pub(super) struct Wire {
    pub way: watch::Sender<Way>,
    pub url: String,
    pub database: Database,
}

impl Wire {
    pub async fn lay() -> Option<Self> {
        let database = Database::create().await?;
        let (way, url) = Self::lay_to(&database).await;
        Some(Self { way, url, database })
    }

    /// A way to a database, and the URL that leads there by it.
    pub async fn lay_to(database: &Database) -> (watch::Sender<Way>, String) {
        let far = Arc::new(Url::parse(&database.url()).expect("a URL"));
        let near = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = near.local_addr().expect("an address").port();
        let user = far.username();
        let url = format!(
            "postgres://{user}@127.0.0.1:{port}{}?sslmode=disable",
            far.path()
        );
        let (way, seen) = watch::channel(Way::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = near.accept().await {
                tokio::spawn(carry(client, far.clone(), seen.clone()));
            }
        });
        (way, url)
    }
}

/// Carries one connection for as long as the way is open; in silence it keeps it and carries nothing.
async fn carry(client: TcpStream, far: Arc<Url>, mut way: watch::Receiver<Way>) {
    let socket = far.query_pairs().find(|(name, _)| name == "host");
    let seen = way.clone();
    let carrying = async {
        if let Some((_, folder)) = socket {
            let server = UnixStream::connect(format!("{folder}/.s.PGSQL.5432")).await;
            both_ways(client, server.expect("PostgreSQL"), seen).await;
        } else {
            let at = (
                far.host_str().unwrap_or("127.0.0.1"),
                far.port().unwrap_or(5432),
            );
            let server = TcpStream::connect(at).await;
            both_ways(client, server.expect("PostgreSQL"), seen).await;
        }
    };
    tokio::select! {
        () = carrying => {}
        _ = way.wait_for(|way| *way == Way::Cut) => {}
    }
}

async fn both_ways<S: AsyncRead + AsyncWrite>(
    client: TcpStream,
    server: S,
    mut way: watch::Receiver<Way>,
) {
    let (mut from, mut to) = client.into_split();
    let (mut back, mut forth) = tokio::io::split(server);
    tokio::select! {
        _ = copy(&mut from, &mut forth) => return,
        _ = copy(&mut back, &mut to) => return,
        _ = way.wait_for(|way| *way == Way::Silent) => {}
    }
    // Nobody hears of it, not even when the way is open again for others.
    std::future::pending::<()>().await;
}

/// Posts while the way is not open, then opens it; the service is back in time, and nothing is lost.
async fn interrupted(by: Way) {
    let Some(wire) = Wire::lay().await else {
        return;
    };
    let settings = [("DATABASE__URL", wire.url.as_str())];
    let started = TestApp::start(Engine::Sqlite, &settings).await;
    let app = started.expect("an application");
    let mut ledger = Ledger::default();
    for _ in 0..3 {
        ledger.post(&app).await;
    }
    wire.way.send(by).unwrap();
    let began = Instant::now();
    assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        began.elapsed().as_secs() < 25,
        "it was refused after {:?}",
        began.elapsed()
    );
    let (ready, _) = answer(app.get("/health/ready")).await;
    assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE);
    let (live, _) = answer(app.get("/health/live")).await;
    assert_eq!(live, StatusCode::NO_CONTENT);
    wire.way.send(Way::Open).unwrap();
    ledger.until_taken(&app).await;
    for _ in 0..3 {
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
    }
    ledger.settle(&app).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_gone_and_back_loses_nothing() {
    interrupted(Way::Cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_falls_silent_and_comes_back_loses_nothing() {
    interrupted(Way::Silent).await;
}

/// The way falls silent in the midst of a write: whoever waits for it is answered all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_postgres_never_answers_is_given_up() {
    let Some(wire) = Wire::lay().await else {
        return;
    };
    let settings = [("DATABASE__URL", wire.url.as_str())];
    let started = TestApp::start(Engine::Sqlite, &settings).await;
    let app = started.expect("an application");
    let mut ledger = Ledger::default();
    ledger.post(&app).await;
    // A lock holds the write in its midst, then nothing more is heard.
    let url = wire.database_url();
    let mut other = PgConnection::connect(&url).await.unwrap();
    other
        .execute("BEGIN; LOCK TABLE comments IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let held = app.comment("default", &super::comment(1_000)).send();
    let held = tokio::spawn(held);
    let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    loop {
        let count: i64 = sqlx::query_scalar(waiting)
            .fetch_one(&mut other)
            .await
            .unwrap();
        if count > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    wire.way.send(Way::Silent).unwrap();
    let began = Instant::now();
    let answered = held.await.unwrap().unwrap();
    assert_eq!(answered.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    cut_off_the_others(&mut other).await;
    other.execute("ROLLBACK").await.unwrap();
    wire.way.send(Way::Open).unwrap();
    ledger.until_taken(&app).await;
    ledger.settle(&app).await;
    app.stop().await;
}

impl Wire {
    /// The database itself, not by this way.
    fn database_url(&self) -> String {
        self.database.url()
    }
}
