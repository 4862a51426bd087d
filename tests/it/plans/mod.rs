//! How the database reads what grows: every statement that the routes of a comment, a decision, a reader and the
//! background jobs ran is explained, and none may look through a growing table from one end to the other.
//!
//! The statements are those that the driver logs while a service is used through its doors, so that a new one is
//! looked at without being listed here. PostgreSQL plans by what it knows of the rows, so there are ten thousand
//! comments, which it takes for a million; every plan is the general one of a statement without its parameters.

mod usage;

use std::{
    collections::BTreeSet,
    env,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::{AssertSqlSafe, Executor, Row};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

use self::usage::{fill, use_it};
use crate::support::{
    app::{Engine, TestApp},
    database::Raw,
};

/// Tables that grow with the comments.
const GROWING: [&str; 10] = [
    "comments",
    "copies",
    "counters",
    "history",
    "idempotency",
    "judgements",
    "search_documents",
    "search_terms",
    "spent",
    "tallies",
];

/// Tables with a row for each site, of which a decision reads its own.
const BY_SITE: [&str; 2] = ["abuse_learning", "learning"];

/// What an erasure deletes: it reads a site's rows, and these are of the last minutes, or the last day. An index by
/// what is erased would cost every post a page.
const EXCEPTED: [&str; 2] = [
    "DELETE FROM counters WHERE site IN",
    "DELETE FROM idempotency WHERE site IN",
];

/// What PostgreSQL may plan badly while its tables are young, until it looks at them a minute later: jobs that run
/// once a minute or seldom, and lists that moderators narrow by a partial index.
const EXCEPTED_YOUNG: [&str; 5] = [
    "LIMIT 1000)",
    "UPDATE counters SET count = 0",
    "DELETE FROM",
    "CROSS JOIN search_terms",
    "c.abuse >= 500",
];

/// Comments in the table when statements are planned.
const ROWS: usize = 10_000;

/// Each distinct statement that the driver ran.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl Statements {
    /// Those that have a plan, and are not excepted.
    fn planned(&self) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let excepted = |text: &str| EXCEPTED.iter().any(|begins| text.starts_with(begins));
        let planned = all
            .iter()
            .filter(|text| is_planned(text) && !excepted(text));
        planned.cloned().collect()
    }

    fn forget(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut logged = Logged::default();
        event.record(&mut logged);
        let text = if logged.whole.trim().is_empty() {
            logged.summary
        } else {
            logged.whole
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(text.trim().to_owned());
    }
}

/// What the driver logs of a statement: its text, or its beginning where it is short enough to be the whole.
#[derive(Default)]
struct Logged {
    summary: String,
    whole: String,
}

impl Visit for Logged {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // A formatted value: its text is what it prints.
        self.record_str(field, &format!("{value:?}"));
    }
}

/// Whether a statement is one that has a plan: neither a definition nor the beginning of a transaction.
fn is_planned(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first.to_uppercase().as_str())
}

/// The steps of SQLite's plan that look through a growing table without an index.
async fn sqlite_scans(raw: &Raw, text: &str) -> Vec<String> {
    let plan = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}")));
    let rows = raw.pool.fetch_all(plan).await;
    let rows = rows.unwrap_or_else(|error| panic!("{text}: {error}"));
    let steps = rows.iter().map(|row| row.get::<String, _>("detail"));
    steps.filter(|step| is_scan(step, text)).collect()
}

/// `SCAN c`, where `c` is what the statement calls a table that grows; or, in a statement that does not stop after a
/// few, the same in the order of an index, or a search for nothing but the site, of which there may be one.
fn is_scan(step: &str, text: &str) -> bool {
    let mut words = step.split_whitespace();
    let stops = text.contains("LIMIT");
    let (whole, of_sites) = match words.next() {
        Some("SCAN") => (step.split_whitespace().count() == 2 || !stops, true),
        Some("SEARCH") => (step.ends_with(" (site=?)") && !stops, false),
        _ => (false, false),
    };
    let name = words.next().unwrap_or_default();
    let called = |table: &str| {
        name == table
            || text.contains(&format!("{table} {name}"))
            || text.contains(&format!("{table} AS {name}"))
    };
    let by_site = BY_SITE.iter().filter(|_| of_sites);
    whole && GROWING.iter().chain(by_site).any(|table| called(table))
}

/// The steps of PostgreSQL's general plan that look through one of the tables.
async fn postgres_scans(raw: &Raw, text: &str, tables: &[&str]) -> Vec<String> {
    let mut connection = raw.pool.acquire().await.expect("a connection");
    let parameters = (1..=32)
        .take_while(|n| text.contains(&format!("${n}")))
        .count();
    let nulls = if parameters == 0 {
        String::new()
    } else {
        format!("({})", vec!["NULL"; parameters].join(", "))
    };
    let prepare = format!("PREPARE explained AS {text}");
    if let Err(error) = connection
        .execute(sqlx::raw_sql(AssertSqlSafe(prepare)))
        .await
    {
        panic!("{text}: {error}");
    }
    connection
        .execute("SET plan_cache_mode = force_generic_plan")
        .await
        .expect("a setting");
    let explain = format!("EXPLAIN EXECUTE explained{nulls}");
    let rows = connection
        .fetch_all(sqlx::raw_sql(AssertSqlSafe(explain)))
        .await
        .expect(text);
    connection
        .execute("DEALLOCATE explained")
        .await
        .expect("forgotten");
    let steps = rows.iter().map(|row| row.get::<String, _>(0));
    steps
        .filter(|step| {
            tables
                .iter()
                .any(|table| step.contains(&format!("Seq Scan on {table} ")))
        })
        .collect()
}

/// Runs a test of this binary in a process of its own and returns whether this is that process. The driver logs for
/// a whole process: beside other tests, their statements would be taken for the service's.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "HAMLET_TEST_ALONE";
    if env::var_os(ALONE).is_some() {
        return true;
    }
    let mut child = Command::new(env::current_exe().expect("the path of the tests"));
    child.args(["--exact", test, "--nocapture"]).env(ALONE, "1");
    let output = child.output().expect("the same tests");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{test}: {said}");
    assert!(said.contains("1 passed"), "{test} ran: {said}");
    false
}

#[test]
fn nothing_that_grows_is_read_from_end_to_end_on_sqlite() {
    if is_alone("plans::nothing_that_grows_is_read_from_end_to_end_on_sqlite") {
        explain(Engine::Sqlite);
    }
}

#[test]
fn nothing_that_grows_is_read_from_end_to_end_on_postgres() {
    if is_alone("plans::nothing_that_grows_is_read_from_end_to_end_on_postgres") {
        explain(Engine::Postgres);
    }
}

#[tokio::main(worker_threads = 2)]
async fn explain(engine: Engine) {
    let Some(app) = TestApp::start(engine, &[]).await else {
        return;
    };
    let statements = Statements::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    tracing::subscriber::set_global_default(subscriber).expect("one test in this process");
    let raw = Raw::of(&app).await;
    use_it(&app, 1).await;
    // PostgreSQL plans a statement for good when it has run a few times: soon after the start, when the tables are
    // all but empty and nothing is known of their rows.
    let mut found = look_through(&raw, &statements.planned(), Tables::Young).await;
    fill(&app, &raw).await;
    statements.forget();
    use_it(&app, 2).await;
    let ran = statements.planned();
    assert!(ran.len() > 40, "the driver logged {} statements", ran.len());
    assert!(
        ran.iter()
            .any(|text| text.starts_with("INSERT INTO comments")),
        "a post is among them"
    );
    found.extend(look_through(&raw, &ran, Tables::Grown).await);
    assert!(
        found.is_empty(),
        "{} statements look through a table that grows:\n{}",
        found.len(),
        found.join("\n")
    );
    app.stop().await;
}

/// How many rows there are, as far as PostgreSQL knows when it plans.
#[derive(Clone, Copy, Debug)]
enum Tables {
    /// As good as none.
    Young,
    /// A million comments. Of the other tables, which are small here, it rightly reads the whole.
    Grown,
}

/// The steps of some statements' plans that look through a growing table, each with its statement.
async fn look_through(raw: &Raw, statements: &[String], tables: Tables) -> Vec<String> {
    let mut found = Vec::new();
    for text in statements {
        let scans = match tables {
            _ if raw.is_sqlite() => sqlite_scans(raw, text).await,
            Tables::Young if EXCEPTED_YOUNG.iter().any(|part| text.contains(part)) => continue,
            Tables::Young => postgres_scans(raw, text, &GROWING).await,
            Tables::Grown => postgres_scans(raw, text, &["comments"]).await,
        };
        let scans = scans.into_iter();
        found.extend(scans.map(|scan| format!("{tables:?}: {scan}\n    of {text}")));
    }
    found
}
