//! The migrations in `migrations/`, compiled in. A file that differs between the engines stands
//! there twice under one number, as `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql`; what such a
//! pair has in common may be put before both, as `NNNN_name.sql`.

use std::borrow::Cow;

use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

use super::{Result, StoreError, engine::Engine};

struct Step {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const INIT: &str = include_str!("../../migrations/0001_init.sql");
const CLIENTS: &str = include_str!("../../migrations/0002_clients.sql");
const LEARNING: &str = include_str!("../../migrations/0003_learning.sql");
const IMPORTS: &str = include_str!("../../migrations/0005_imports.sql");

const DESK: &str = include_str!("../../migrations/0006_desk.sql");
const WEBHOOKS: &str = include_str!("../../migrations/0007_webhooks.sql");
const CALLBACKS: &str = include_str!("../../migrations/0008_callbacks.sql");
const DELIVERED: &str = include_str!("../../migrations/0009_delivered.sql");
const PROBE: &str = include_str!("../../migrations/0014_probe.sql");
const ERASURES: &str = include_str!("../../migrations/0010_erasures.sql");
const PEOPLE: &str = include_str!("../../migrations/0017_people.sql");

const BATCHES: &str = include_str!("../../migrations/0019_batches.sql");
const QUEUES: &str = include_str!("../../migrations/0018_queues.sql");

const IMPORT_RUNS: &str = include_str!("../../migrations/0022_import_runs.sql");

const TRUST: &str = include_str!("../../migrations/0016_trust.sql");

const STEPS: &[Step] = &[
    Step {
        number: 1,
        name: "init",
        sqlite: INIT,
        postgres: INIT,
    },
    Step {
        number: 2,
        name: "clients",
        sqlite: CLIENTS,
        postgres: CLIENTS,
    },
    Step {
        number: 3,
        name: "learning",
        sqlite: LEARNING,
        postgres: LEARNING,
    },
    Step {
        number: 4,
        name: "model_files",
        sqlite: include_str!("../../migrations/0004_model_files.sqlite.sql"),
        postgres: include_str!("../../migrations/0004_model_files.postgres.sql"),
    },
    Step {
        number: 5,
        name: "imports",
        sqlite: IMPORTS,
        postgres: IMPORTS,
    },
    Step {
        number: 6,
        name: "desk",
        sqlite: DESK,
        postgres: DESK,
    },
    Step {
        number: 7,
        name: "webhooks",
        sqlite: WEBHOOKS,
        postgres: WEBHOOKS,
    },
    Step {
        number: 8,
        name: "callbacks",
        sqlite: CALLBACKS,
        postgres: CALLBACKS,
    },
    Step {
        number: 9,
        name: "delivered",
        sqlite: DELIVERED,
        postgres: DELIVERED,
    },
    Step {
        number: 10,
        name: "erasures",
        sqlite: ERASURES,
        postgres: ERASURES,
    },
    Step {
        number: 11,
        name: "queue",
        sqlite: include_str!("../../migrations/0011_queue.sqlite.sql"),
        postgres: include_str!("../../migrations/0011_queue.postgres.sql"),
    },
    Step {
        number: 12,
        name: "integrity",
        sqlite: concat!(
            include_str!("../../migrations/0012_integrity.sql"),
            include_str!("../../migrations/0012_integrity.sqlite.sql")
        ),
        postgres: concat!(
            include_str!("../../migrations/0012_integrity.sql"),
            include_str!("../../migrations/0012_integrity.postgres.sql")
        ),
    },
    Step {
        number: 13,
        name: "keys",
        sqlite: include_str!("../../migrations/0013_keys.sqlite.sql"),
        postgres: include_str!("../../migrations/0013_keys.postgres.sql"),
    },
    Step {
        number: 14,
        name: "probe",
        sqlite: PROBE,
        postgres: PROBE,
    },
    Step {
        number: 16,
        name: "trust",
        sqlite: TRUST,
        postgres: TRUST,
    },
    Step {
        number: 17,
        name: "people",
        sqlite: PEOPLE,
        postgres: PEOPLE,
    },
    Step {
        number: 18,
        name: "queues",
        sqlite: QUEUES,
        postgres: QUEUES,
    },
    Step {
        number: 19,
        name: "batches",
        sqlite: BATCHES,
        postgres: BATCHES,
    },
    Step {
        number: 22,
        name: "import_runs",
        sqlite: IMPORT_RUNS,
        postgres: IMPORT_RUNS,
    },
];

/// The number of the last step.
pub(super) fn newest() -> i64 {
    STEPS.last().map_or(0, |step| step.number)
}

/// Applies what is missing; with `may_migrate` false refuses when something is. A schema that is
/// newer than this program is refused either way.
pub(super) async fn run(pool: &AnyPool, engine: Engine, may_migrate: bool) -> Result<()> {
    let migrator = migrator(engine);
    if may_migrate {
        return migrator.run(pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => StoreError::Later(version),
            other => StoreError::Migration(other),
        });
    }
    let mut connection = pool.acquire().await?;
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
