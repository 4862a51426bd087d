//! The migrations in `migrations/`, compiled in. A file that differs between the engines stands
//! there twice under one number, as `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql`; what such a
//! pair has in common may be put before both, as `NNNN_name.sql`.

use std::borrow::Cow;

use sqlx::{
    AnyConnection, AssertSqlSafe, Connection, Executor, SqlSafeStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use super::{Result, Store, StoreError, engine::Engine};

struct Step {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// A file of `migrations/`.
macro_rules! text {
    ($name:literal) => {
        include_str!(concat!("../../migrations/", $name))
    };
}

/// A step that is the same on both engines.
const fn same(number: i64, name: &'static str, text: &'static str) -> Step {
    each(number, name, text, text)
}

/// A step with a text for each engine.
const fn each(
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
) -> Step {
    Step {
        number,
        name,
        sqlite,
        postgres,
    }
}

static STEPS: &[Step] = &[
    same(1, "init", text!("0001_init.sql")),
    same(2, "clients", text!("0002_clients.sql")),
    same(3, "learning", text!("0003_learning.sql")),
    each(
        4,
        "model_files",
        text!("0004_model_files.sqlite.sql"),
        text!("0004_model_files.postgres.sql"),
    ),
    same(5, "imports", text!("0005_imports.sql")),
    same(6, "desk", text!("0006_desk.sql")),
    same(7, "webhooks", text!("0007_webhooks.sql")),
    same(8, "callbacks", text!("0008_callbacks.sql")),
    same(9, "delivered", text!("0009_delivered.sql")),
    same(10, "erasures", text!("0010_erasures.sql")),
    each(
        11,
        "queue",
        text!("0011_queue.sqlite.sql"),
        text!("0011_queue.postgres.sql"),
    ),
    each(
        12,
        "integrity",
        concat!(
            text!("0012_integrity.sql"),
            text!("0012_integrity.sqlite.sql")
        ),
        concat!(
            text!("0012_integrity.sql"),
            text!("0012_integrity.postgres.sql")
        ),
    ),
    each(
        13,
        "keys",
        text!("0013_keys.sqlite.sql"),
        text!("0013_keys.postgres.sql"),
    ),
    same(14, "probe", text!("0014_probe.sql")),
    same(16, "trust", text!("0016_trust.sql")),
    same(17, "people", text!("0017_people.sql")),
    same(18, "queues", text!("0018_queues.sql")),
    same(19, "batches", text!("0019_batches.sql")),
    each(
        20,
        "batches_at_once",
        "SELECT 1",
        text!("0020_batches_at_once.postgres.sql"),
    ),
    same(22, "import_runs", text!("0022_import_runs.sql")),
    each(
        24,
        "search",
        text!("0024_search.sqlite.sql"),
        text!("0024_search.postgres.sql"),
    ),
    each(
        25,
        "followed",
        text!("0025_followed.sqlite.sql"),
        text!("0025_followed.postgres.sql"),
    ),
    same(26, "comments_by_id", text!("0026_comments_by_id.sql")),
    same(30, "pages", text!("0030_pages.sql")),
    same(31, "views", text!("0031_views.sql")),
    same(32, "abuse", text!("0032_abuse.sql")),
    same(33, "reasons", text!("0033_reasons.sql")),
    same(34, "edits", text!("0034_edits.sql")),
    each(
        35,
        "abuse_labels",
        concat!(
            text!("0035_abuse_labels.sql"),
            text!("0035_abuse_labels.sqlite.sql")
        ),
        concat!(
            text!("0035_abuse_labels.sql"),
            text!("0035_abuse_labels.postgres.sql")
        ),
    ),
    same(36, "copies", text!("0036_copies.sql")),
    same(38, "statistics", text!("0038_statistics.sql")),
    each(
        39,
        "scores",
        concat!(text!("0039_scores.sql"), text!("0039_scores.sqlite.sql")),
        concat!(text!("0039_scores.sql"), text!("0039_scores.postgres.sql")),
    ),
    same(40, "last_decided", text!("0040_last_decided.sql")),
    each(41, "keys", text!("0041_keys.sqlite.sql"), "SELECT 1"),
];

/// The number of the last step.
pub(super) fn newest() -> i64 {
    STEPS.last().map_or(0, |step| step.number)
}

/// Held, behind a pooler, by whoever applies migrations.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7234911553)";

/// Statements with names that an earlier start has left at the server would be taken for ours.
const FORGET_NAMES: &str = "DEALLOCATE ALL";

impl Store {
    /// Applies what is missing; with `may_migrate` false refuses when something is. A schema that is
    /// newer than this program is refused either way.
    pub(super) async fn migrate(&self, may_migrate: bool) -> Result<()> {
        let mut migrator = migrator(self.engine);
        let mut connection = self.write.acquire().await?;
        if !self.is_lent {
            return apply(&migrator, &mut connection, may_migrate).await;
        }
        // The library names its statements and locks for a session: in one transaction both hold.
        connection.close_on_drop();
        migrator.set_locking(false);
        let mut transaction = connection.begin_with(self.engine.begin()).await?;
        transaction.execute(FORGET_NAMES).await?;
        transaction.execute(LOCK).await?;
        apply(&migrator, &mut transaction, may_migrate).await?;
        transaction.execute(FORGET_NAMES).await?;
        Ok(transaction.commit().await?)
    }
}

async fn apply(
    migrator: &Migrator,
    connection: &mut AnyConnection,
    may_migrate: bool,
) -> Result<()> {
    if may_migrate {
        let done = migrator.run_direct(None, connection, false).await;
        return done.map_err(|error| match error {
            MigrateError::VersionMissing(version) => StoreError::Later(version),
            other => StoreError::Migration(other),
        });
    }
    let table = &migrator.table_name;
    connection.ensure_migrations_table(table).await?;
    let applied = connection.list_applied_migrations(table).await?;
    if let Some(later) = applied.iter().find(|step| step.version > newest()) {
        return Err(StoreError::Later(later.version));
    }
    if applied.len() < STEPS.len() {
        return Err(StoreError::NotMigrated);
    }
    Ok(())
}

fn migrator(engine: Engine) -> Migrator {
    let steps = STEPS.iter().map(|step| {
        let text = match engine {
            Engine::Sqlite => step.sqlite,
            Engine::Postgres => step.postgres,
        };
        Migration::new(
            step.number,
            Cow::Borrowed(step.name),
            MigrationType::Simple,
            AssertSqlSafe(text).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(steps.collect())
}
