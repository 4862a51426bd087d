//! Reading every row of every table, to name those that are damaged. `hamlet doctor` does; nothing is
//! changed. A table that is not in [`CHECKS`] has no words, JSON or identifiers that could be wrong: on SQLite
//! its values are compared with their columns' types, which PostgreSQL does by itself.

use std::collections::BTreeSet;

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, StoreError, blocks, client_keys, comments,
    damage::{Damaged, gather},
    deliveries,
    engine::Engine,
    erasures, import_runs, models, moderators, outbox, outbox_entries, rows, samples, sites,
    subscriptions, tokens, votes, webhooks,
};
/// How the rows of a table are read.
struct Check {
    table: &'static str,
    /// The columns, as the reader names them, and where they are.
    columns: &'static str,
    from: &'static str,
    read: fn(&AnyRow) -> Result<()>,
}

const fn check(
    table: &'static str,
    columns: &'static str,
    from: &'static str,
    read: fn(&AnyRow) -> Result<()>,
) -> Check {
    Check {
        table,
        columns,
        from,
        read,
    }
}

/// The tables that readers make something of.
const CHECKS: &[Check] = &[
    check("comments", rows::COMMENT, "comments c", |row| {
        rows::comment(row).map(drop)
    }),
    check(
        "history",
        "id, comment_id, at, action, actor_name, via, decision, from_status, to_status, note, undone, batch",
        "history",
        |row| {
            rows::comment_id(row, "comment_id")?;
            comments::history_entry(row).map(drop)
        },
    ),
    check("sites", sites::COLUMNS, "sites", |row| {
        sites::read(row).map(drop)
    }),
    check("block_rules", blocks::COLUMNS, "block_rules", |row| {
        blocks::read(row).map(drop)
    }),
    check("client_keys", client_keys::COLUMNS, "client_keys", |row| {
        client_keys::read(row).map(drop)
    }),
    check("moderators", moderators::COLUMNS, "moderators", |row| {
        moderators::read(row).map(drop)
    }),
    check(
        "mail_preferences",
        "moderator, site, mode",
        "mail_preferences",
        |row| moderators::preference(row).map(drop),
    ),
    check("tokens", tokens::COLUMNS, tokens::TABLES, |row| {
        tokens::read(row).map(drop)
    }),
    check(
        "webhooks",
        "site, id, url, events, created_at, delivered_at, CAST(0 AS BIGINT) AS queued, \
         CAST(0 AS BIGINT) AS dead, CAST(NULL AS TEXT) AS last_error",
        "webhooks",
        |row| webhooks::state(row).map(drop),
    ),
    check(
        "deliveries",
        "site, webhook, id, event, about, destination, attempts, queued_at, due_at, CAST(NULL AS TEXT) AS url",
        "deliveries",
        |row| {
            rows::timestamp(row, "due_at")?;
            deliveries::delivery(row, deliveries::TABLE.lease(row)?).map(drop)
        },
    ),
    check(
        "outbox",
        "id, kind, site, moderator, comment_id, about, status, destination, attempts, queued_at, due_at, \
         created_at, finished_at, last_error, CAST(NULL AS TEXT) AS moderator_id, \
         CAST(NULL AS TEXT) AS moderator_email, CAST(NULL AS TEXT) AS comment_email",
        "outbox",
        |row| {
            outbox::claimed(row, outbox::TABLE.lease(row)?)?;
            outbox_entries::entry(row).map(drop)
        },
    ),
    check("samples", samples::COLUMNS, "samples s", |row| {
        samples::stored(row).map(drop)
    }),
    check(
        "lessons",
        "site, revision, sample, unlearn, learn",
        "lessons",
        |row| {
            rows::site(row)?;
            votes::label(row, "unlearn")?;
            votes::label(row, "learn").map(drop)
        },
    ),
    check(
        "learning",
        "site, revision, epoch, live",
        "learning",
        |row| samples::state(row).map(drop),
    ),
    check("models", models::COLUMNS, models::TABLES, |row| {
        models::entry(row).map(drop)
    }),
    check(
        "subscriptions",
        "id, site, status, asked_at, confirmed_at",
        "subscriptions",
        |row| {
            rows::timestamp(row, "asked_at")?;
            rows::optional_timestamp(row, "confirmed_at")?;
            subscriptions::read(row).map(drop)
        },
    ),
    check("notices", "site, moderator, since", "notices", |row| {
        rows::timestamp(row, "since")?;
        rows::site(row).map(drop)
    }),
    check(
        "judgements",
        "site, id, said, reported, created_at",
        "judgements",
        |row| {
            rows::comment_id(row, "id")?;
            rows::timestamp(row, "created_at")?;
            votes::label(row, "said")?.ok_or(StoreError::Corrupt("label"))?;
            votes::label(row, "reported").map(drop)
        },
    ),
    check(
        "uploads",
        "id, provenance, source, touched_at",
        "uploads",
        |row| {
            rows::timestamp(row, "touched_at")?;
            samples::provenance(row).map(drop)
        },
    ),
    check(
        "upload_rows",
        "site, id, label, held_out, text, name, email_domain, website, email_index",
        "upload_rows",
        |row| samples::vote(row).map(drop),
    ),
    check(
        "erasures",
        "id, erased_at, actor_name, comments, samples, subscriptions, mails",
        "erasures",
        |row| erasures::erasure(row).map(drop),
    ),
    check(
        "idempotency",
        "site, comment_id, expires_at",
        "idempotency",
        |row| {
            rows::timestamp(row, "expires_at")?;
            rows::comment_id(row, "comment_id").map(drop)
        },
    ),
    check("imported", "site, comment_id", "imported", |row| {
        rows::comment_id(row, "comment_id").map(drop)
    }),
    check("import_runs", import_runs::COLUMNS, "import_runs", |row| {
        import_runs::run(row).map(drop)
    }),
    check("comment_counts", "site, status", "comment_counts", |row| {
        rows::status(row, "status").map(drop)
    }),
];

impl Store {
    /// Every row that cannot be read as what it should be.
    ///
    /// # Errors
    /// [`StoreError`] when the database itself fails.
    pub async fn examine(&self) -> Result<BTreeSet<Damaged>> {
        let mut connection = self.read.acquire().await?;
        if self.engine == Engine::Postgres {
            // All of a large table may take longer than any request may.
            sqlx::query("SET statement_timeout = 0")
                .execute(&mut *connection)
                .await?;
            connection.close_on_drop();
        }
        let mut damaged = BTreeSet::new();
        for Check {
            table,
            columns,
            from,
            read,
        } in CHECKS
        {
            let text = format!("SELECT {columns} FROM {from}");
            let query = sqlx::query(AssertSqlSafe(text));
            let found = gather(&mut connection, table, query, read).await?;
            // What has no name here is named below.
            damaged.extend(found.damaged.into_iter().filter(|one| one.id.is_some()));
        }
        if self.engine == Engine::Sqlite {
            for table in tables(&mut connection).await? {
                damaged.extend(odd_values(&mut connection, &table).await?);
            }
        }
        Ok(damaged)
    }
}

/// The tables of a SQLite database.
async fn tables(connection: &mut AnyConnection) -> Result<Vec<String>> {
    let text = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
    let found = sqlx::query(text).fetch_all(connection).await?;
    found.iter().map(|row| Ok(row.try_get("name")?)).collect()
}

/// The rows of a SQLite table with a value that its column is not meant for, or with text that is none.
async fn odd_values(connection: &mut AnyConnection, table: &str) -> Result<Vec<Damaged>> {
    let text = format!("SELECT name, type FROM pragma_table_info('{table}')");
    let columns = sqlx::query(AssertSqlSafe(text))
        .fetch_all(&mut *connection)
        .await?;
    let mut odd = Vec::new();
    for column in columns {
        let (name, kind): (String, String) = (column.try_get("name")?, column.try_get("type")?);
        let well = match kind.as_str() {
            "TEXT" => "'text', 'null'",
            "BIGINT" | "INTEGER" => "'integer', 'null'",
            "BLOB" => "'blob', 'null'",
            _ => "'integer', 'real', 'null'",
        };
        odd.push(format!("typeof({name}) NOT IN ({well})"));
    }
    let text = format!("SELECT rowid AS n FROM {table} WHERE {}", odd.join(" OR "));
    let mut numbers = numbers(connection, text).await?;
    let text = format!("SELECT * FROM {table}");
    let whole = gather(connection, "rows", sqlx::query(AssertSqlSafe(text)), |_| {
        Ok(())
    })
    .await?;
    if !whole.damaged.is_empty() {
        numbers.extend(unreadable(connection, table).await?);
    }
    let mut damaged = Vec::with_capacity(numbers.len());
    for number in numbers {
        damaged.push(named(connection, table, number).await?);
    }
    Ok(damaged)
}

async fn numbers(connection: &mut AnyConnection, text: String) -> Result<BTreeSet<i64>> {
    let found = sqlx::query(AssertSqlSafe(text))
        .fetch_all(connection)
        .await?;
    found.iter().map(|row| Ok(row.try_get("n")?)).collect()
}

/// Tries row by row, which takes long: only where some are known to be unreadable.
async fn unreadable(connection: &mut AnyConnection, table: &str) -> Result<BTreeSet<i64>> {
    let mut unreadable = numbers(connection, format!("SELECT rowid AS n FROM {table}")).await?;
    let text = format!("SELECT * FROM {table} WHERE rowid = $1");
    for number in unreadable.clone() {
        let query = sqlx::query(AssertSqlSafe(text.clone())).bind(number);
        if gather(connection, "rows", query, |_| Ok(()))
            .await?
            .damaged
            .is_empty()
        {
            unreadable.remove(&number);
        }
    }
    Ok(unreadable)
}

/// A row by its identifier, or, where that is damaged or there is none, by its number.
async fn named(connection: &mut AnyConnection, table: &str, number: i64) -> Result<Damaged> {
    let known = CHECKS.iter().find(|check| check.table == table);
    let column = match table {
        "sites" => "slug",
        "learning" | "notices" | "comment_counts" => "site",
        "idempotency" | "imported" => "comment_id",
        "lessons" => "sample",
        "mail_preferences" => "moderator",
        _ if known.is_some() => "id",
        _ => "rowid",
    };
    let text = format!("SELECT CAST({column} AS TEXT) AS id FROM {table} WHERE rowid = $1");
    let query = sqlx::query(AssertSqlSafe(text)).bind(number);
    let id = |row: &AnyRow| Ok(row.try_get::<String, _>("id")?);
    let id = gather(connection, "rows", query, id).await?.rows.pop();
    Ok(Damaged {
        table: known.map_or_else(|| table.to_owned().into(), |check| check.table.into()),
        id: Some(id.unwrap_or_else(|| format!("rowid {number}"))),
    })
}
