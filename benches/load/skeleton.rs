//! The bare baseline that `benches/load/run` measures the service against: actix-web, serde and one
//! SQLite writer that commits batches durably (group commit: WAL, `synchronous=FULL`, one transaction
//! for all that wait), and nothing else. No validation, no checks, no score, no encryption lives here: what the service
//! costs on top of this is what the service does.
//!
//! `POST /comments` answers 202 with an id after the row's batch is on disk; `GET /fixed?bytes=N`
//! answers N bytes of JSON that are in memory already; `GET /health/ready` answers 200.

use std::net::SocketAddr;
use std::path::PathBuf;

use actix_web::web::{Bytes, Data, Json, Query};
use actix_web::{App, HttpResponse, HttpServer, error, get, post};
use clap::Parser;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Rows the writer commits at once at most; more than 64 connections can have under way.
const BATCH: usize = 256;

/// Largest body `/fixed` answers with, in bytes.
const FIXED_MAX: usize = 1 << 20;

const SCHEMA: &str = "CREATE TABLE comments (
    id TEXT PRIMARY KEY, page TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, text TEXT NOT NULL
) STRICT, WITHOUT ROWID";

const INSERT: &str = "INSERT INTO comments (id, page, name, email, text)
    SELECT value->>'id', value->>'page', value->>'name', value->>'email', value->>'text' FROM json_each($1)";

/// The smallest durable comment intake, to measure the service against.
#[derive(Parser)]
struct Args {
    /// Address and port to answer on.
    #[arg(long)]
    listen: SocketAddr,
    /// Database file, made anew.
    #[arg(long)]
    database: PathBuf,
    /// Insert all rows of a batch with one statement, read from one JSON parameter: the ceiling of what
    /// the driver can do, without which rows go in one by one within the batch's transaction.
    #[arg(long)]
    one_statement: bool,
    /// Threads that answer requests.
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

#[derive(Deserialize)]
struct Submission {
    page: String,
    name: String,
    email: String,
    text: String,
}

#[derive(Serialize)]
struct Row {
    id: Uuid,
    page: String,
    name: String,
    email: String,
    text: String,
}

/// A row on its way to the writer, and where to say that it is on disk.
struct Write {
    row: Row,
    durable: oneshot::Sender<()>,
}

#[derive(Serialize)]
struct Accepted {
    id: Uuid,
    status: &'static str,
}

#[derive(Deserialize)]
struct FixedSize {
    bytes: usize,
}

#[post("/comments")]
async fn submit(
    Json(submission): Json<Submission>,
    writer: Data<mpsc::Sender<Write>>,
) -> actix_web::Result<HttpResponse> {
    let Submission {
        page,
        name,
        email,
        text,
    } = submission;
    let id = Uuid::now_v7();
    let row = Row {
        id,
        page,
        name,
        email,
        text,
    };
    let (durable, committed) = oneshot::channel();
    let write = Write { row, durable };
    writer
        .send(write)
        .await
        .map_err(error::ErrorInternalServerError)?;
    committed.await.map_err(error::ErrorInternalServerError)?;
    Ok(HttpResponse::Accepted().json(Accepted {
        id,
        status: "awaiting_review",
    }))
}

#[get("/fixed")]
async fn fixed(size: Query<FixedSize>, digits: Data<Bytes>) -> HttpResponse {
    let body = digits.slice(..size.bytes.clamp(1, FIXED_MAX));
    HttpResponse::Ok()
        .content_type("application/json")
        .body(body)
}

#[get("/health/ready")]
async fn ready() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// All rows with one statement; outside a transaction it is its own, so its end is the commit.
async fn insert_all(connection: &mut SqliteConnection, rows: &[Row]) -> anyhow::Result<()> {
    sqlx::query(INSERT)
        .bind(serde_json::to_string(rows)?)
        .execute(connection)
        .await?;
    Ok(())
}

/// A statement a row, one transaction a batch.
async fn insert_each(connection: &mut SqliteConnection, rows: Vec<Row>) -> anyhow::Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for row in rows {
        sqlx::query(
            "INSERT INTO comments (id, page, name, email, text) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(row.id.to_string())
        .bind(row.page)
        .bind(row.name)
        .bind(row.email)
        .bind(row.text)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}

/// Commits whatever has queued up while the last batch was written, then answers for the batch.
async fn write_batches(
    mut connection: SqliteConnection,
    mut queue: mpsc::Receiver<Write>,
    one_statement: bool,
) -> anyhow::Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let (rows, waiting): (Vec<_>, Vec<_>) = batch
            .drain(..)
            .map(|write| (write.row, write.durable))
            .unzip();
        if one_statement {
            insert_all(&mut connection, &rows).await?;
        } else {
            insert_each(&mut connection, rows).await?;
        }
        for durable in waiting {
            // A client that has gone needs no answer.
            let _ = durable.send(());
        }
    }
    Ok(())
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut connection = SqliteConnectOptions::new()
        .filename(&args.database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query(SCHEMA).execute(&mut connection).await?;

    let (writer, queue) = mpsc::channel(4 * BATCH);
    let writing = actix_web::rt::spawn(write_batches(connection, queue, args.one_statement));
    // A run of digits is a JSON number at whatever length it is cut.
    let digits = Data::new(Bytes::from(vec![b'1'; FIXED_MAX]));
    let writer = Data::new(writer);
    HttpServer::new(move || {
        App::new()
            .app_data(writer.clone())
            .app_data(digits.clone())
            .service(submit)
            .service(fixed)
            .service(ready)
    })
    .workers(args.workers)
    .bind(args.listen)?
    .run()
    .await?;
    writing.await?
}
