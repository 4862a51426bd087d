//! A URL that names several servers: the one that takes writes is found, and another one when it is lost.
//! `tests/chaos/failover` has the same with servers that replicate.

use hamlet::storage::{Opening, Store, StoreError};
use reqwest::StatusCode;
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use url::Url;

use super::{
    Ledger,
    database::{Way, Wire},
};
use crate::support::{
    app::{Engine, TestApp, answer},
    postgres::Database,
};

/// A URL that names the servers of two, in this order.
fn both(one: &str, other: &str) -> String {
    let (one, other) = (Url::parse(one).unwrap(), Url::parse(other).unwrap());
    let host = |url: &Url| format!("127.0.0.1:{}", url.port().unwrap());
    let (user, path) = (one.username(), one.path());
    let hosts = format!("{},{}", host(&one), host(&other));
    format!("postgres://{user}@{hosts}{path}?target_session_attrs=read-write&sslmode=disable")
}

/// One way is lost and stays so, another opens: the service takes it by itself, and nothing is lost.
async fn exchanged(by: Way) {
    let Some(wire) = Wire::lay().await else {
        return;
    };
    let (other, url) = Wire::lay_to(&wire.database).await;
    other.send(Way::Cut).unwrap();
    let url = both(&url, &wire.url);
    let settings = [("DATABASE__URL", url.as_str())];
    let started = TestApp::start(Engine::Sqlite, &settings).await;
    let app = started.expect("an application");
    let mut ledger = Ledger::default();
    for _ in 0..3 {
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
    }
    wire.way.send(by).unwrap();
    assert_eq!(ledger.post(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    other.send(Way::Open).unwrap();
    ledger.until_taken(&app).await;
    for _ in 0..3 {
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
    }
    let (ready, _) = answer(app.get("/health/ready")).await;
    assert_eq!(ready, StatusCode::OK);
    ledger.settle(&app).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_replaced_by_the_other_one_on_postgres() {
    exchanged(Way::Cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_replaced_by_the_other_one_on_postgres() {
    exchanged(Way::Silent).await;
}

/// As a server in the midst of a failover is: promoted, and read-only until the one before has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_is_not_used_on_postgres() {
    let Some(database) = Database::create().await else {
        return;
    };
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let name: String = sqlx::query_scalar("SELECT quote_ident(current_database()::text)")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    connection.execute(AssertSqlSafe(read_only)).await.unwrap();
    let mark = if database.url().contains('?') {
        '&'
    } else {
        '?'
    };
    let url = format!("{}{mark}target_session_attrs=read-write", database.url());
    let opening = Opening {
        connections: 2,
        may_migrate: true,
        behind_pooler: false,
    };
    let opened = Store::open(&SecretString::from(url), opening).await;
    assert!(matches!(opened, Err(StoreError::NoPrimary)));
}
