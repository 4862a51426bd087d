//! Reading every row of every table, to name those that are damaged. `hamlet doctor` does; nothing is
//! changed. A table that is not in [`CHECKS`] has no words, JSON or identifiers that could be wrong: on SQLite
//! its values are compared with their columns' types, which PostgreSQL does by itself.

use std::{collections::BTreeSet, time::Duration};

use sqlx::any::AnyRow;

use super::{
    Result, Store, blocks, client_keys, comment_rows, comments,
    damage::Damaged,
    deliveries, edits,
    engine::Engine,
    erasures, import_runs, learning, mail_preferences, mail_queue, models, moderators,
    outbox_entries, samples, sites,
    sql::{Conn, get, sql, values},
    subscriptions, tokens, webhooks,
};
use crate::{
    bayes::Label,
    domain::{
        comment::{CommentId, Status},
        sample::Provenance,
        site::SiteSlug,
        timestamp::Timestamp,
    },
};

/// A table, the columns that its reader names, where they are, and the reader.
type Check = (
    &'static str,
    &'static str,
    &'static str,
    fn(&AnyRow) -> Result<()>,
);

const HISTORY: &str = concat!(
    "id, comment_id, ",
    "at, action, actor_name, via, decision, from_status, to_status, reason, note, undone, batch, CAST(NULL AS TEXT) AS text"
);

/// The columns of a labelled text, whatever question it answers.
const SAMPLES: &str = "'spam' AS question, site, id, label, provenance, source, held_out, text, name, \
                       email_domain, website, email_index";

/// The tables that readers make something of.
const CHECKS: &[Check] = &[
    ("comments", comment_rows::COLUMNS, "comments c", |row| {
        comment_rows::comment(row).map(drop)
    }),
    ("history", HISTORY, "history", |row| {
        get::<CommentId>(row, "comment_id")?;
        comments::history_entry(row).map(drop)
    }),
    ("edits", edits::COLUMNS, "edits", |row| {
        edits::lines(row).map(drop)
    }),
    ("sites", sites::COLUMNS, "sites", |row| {
        sites::read(row).map(drop)
    }),
    ("block_rules", blocks::COLUMNS, "block_rules", |row| {
        blocks::read(row).map(drop)
    }),
    ("client_keys", client_keys::COLUMNS, "client_keys", |row| {
        client_keys::read(row).map(drop)
    }),
    ("moderators", moderators::COLUMNS, "moderators", |row| {
        moderators::read(row).map(drop)
    }),
    (
        "mail_preferences",
        "moderator, site, mode",
        "mail_preferences",
        |row| mail_preferences::preference(row).map(drop),
    ),
    ("tokens", tokens::COLUMNS, tokens::TABLES, |row| {
        tokens::read(row).map(drop)
    }),
    (
        "webhooks",
        "site, id, url, events, created_at, delivered_at, CAST(0 AS BIGINT) AS queued, \
         CAST(0 AS BIGINT) AS dead, CAST(NULL AS TEXT) AS last_error",
        "webhooks",
        |row| webhooks::state(row).map(drop),
    ),
    (
        "deliveries",
        "site, webhook, id, event, about, destination, attempts, queued_at, due_at, CAST(NULL AS TEXT) AS url",
        "deliveries",
        |row| {
            get::<Timestamp>(row, "due_at")?;
            deliveries::delivery(row, deliveries::TABLE.lease(row)?).map(drop)
        },
    ),
    (
        "outbox",
        "id, kind, site, moderator, comment_id, about, status, destination, attempts, queued_at, due_at, \
         created_at, finished_at, last_error, CAST(NULL AS TEXT) AS moderator_id, \
         CAST(NULL AS TEXT) AS moderator_email, CAST(NULL AS TEXT) AS comment_email",
        "outbox",
        |row| {
            mail_queue::claimed(row, mail_queue::TABLE.lease(row)?)?;
            outbox_entries::entry(row).map(drop)
        },
    ),
    ("samples", SAMPLES, "samples", |row| {
        samples::stored(row).map(drop)
    }),
    ("abuse_samples", SAMPLES, "abuse_samples", |row| {
        samples::stored(row).map(drop)
    }),
    (
        "lessons",
        "site, revision, sample, unlearn, learn",
        "lessons",
        |row| {
            get::<SiteSlug>(row, "site")?;
            get::<Option<Label>>(row, "unlearn")?;
            get::<Option<Label>>(row, "learn").map(drop)
        },
    ),
    (
        "abuse_lessons",
        "site, revision, sample, unlearn, learn",
        "abuse_lessons",
        |row| {
            get::<SiteSlug>(row, "site")?;
            get::<Option<Label>>(row, "unlearn")?;
            get::<Option<Label>>(row, "learn").map(drop)
        },
    ),
    ("learning", learning::STATE, learning::TABLES, |row| {
        learning::state(row).map(drop)
    }),
    ("models", models::COLUMNS, models::TABLES, |row| {
        models::entry(row).map(drop)
    }),
    (
        "subscriptions",
        "id, site, status, asked_at, confirmed_at",
        "subscriptions",
        |row| {
            get::<Timestamp>(row, "asked_at")?;
            get::<Option<Timestamp>>(row, "confirmed_at")?;
            subscriptions::read(row).map(drop)
        },
    ),
    ("notices", "site, moderator, since", "notices", |row| {
        get::<Timestamp>(row, "since")?;
        get::<SiteSlug>(row, "site").map(drop)
    }),
    (
        "judgements",
        "site, id, said, reported, created_at",
        "judgements",
        |row| {
            get::<CommentId>(row, "id")?;
            get::<Timestamp>(row, "created_at")?;
            get::<Label>(row, "said")?;
            get::<Option<Label>>(row, "reported").map(drop)
        },
    ),
    (
        "uploads",
        "id, provenance, source, touched_at",
        "uploads",
        |row| {
            get::<Timestamp>(row, "touched_at")?;
            get::<Provenance>(row, "provenance").map(drop)
        },
    ),
    (
        "upload_rows",
        "question, site, id, label, held_out, text, name, email_domain, website, email_index",
        "upload_rows",
        |row| samples::vote(row).map(drop),
    ),
    (
        "erasures",
        "id, erased_at, actor_name, comments, samples, subscriptions, mails",
        "erasures",
        |row| erasures::erasure(row).map(drop),
    ),
    (
        "idempotency",
        "site, comment_id, expires_at",
        "idempotency",
        |row| {
            get::<Timestamp>(row, "expires_at")?;
            get::<CommentId>(row, "comment_id").map(drop)
        },
    ),
    ("imported", "site, comment_id", "imported", |row| {
        get::<CommentId>(row, "comment_id").map(drop)
    }),
    ("import_runs", import_runs::COLUMNS, "import_runs", |row| {
        import_runs::run(row).map(drop)
    }),
    ("comment_counts", "site, status", "comment_counts", |row| {
        get::<Status>(row, "status").map(drop)
    }),
];

impl Store {
    /// Every row that cannot be read as what it should be.
    ///
    /// # Errors
    /// [`super::StoreError`], when the database itself fails.
    pub async fn examine(&self) -> Result<BTreeSet<Damaged>> {
        let mut connection = self.read.acquire().await?;
        if self.engine == Engine::Postgres {
            // All of a large table may take longer than any request may.
            let text = "SET statement_timeout = 0";
            self.on(&mut connection).run(text, values![]).await?;
            connection.close_on_drop();
        }
        let conn = &mut self.on(&mut connection);
        conn.patience = Duration::MAX;
        let mut damaged = BTreeSet::new();
        for (table, columns, from, read) in CHECKS {
            let text = format!("SELECT {columns} FROM {from}");
            let found = conn.gather(table, sql(text, values![]), read).await?;
            // What has no name here is named below.
            damaged.extend(found.damaged.into_iter().filter(|one| one.id.is_some()));
        }
        if self.engine == Engine::Sqlite {
            for table in tables(conn).await? {
                damaged.extend(odd_values(conn, &table).await?);
            }
        }
        Ok(damaged)
    }
}

/// The tables of a SQLite database.
async fn tables(conn: &mut Conn<'_>) -> Result<Vec<String>> {
    let text = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
    let found = conn.all(text, values![]).await?;
    found.iter().map(|row| get(row, "name")).collect()
}

/// The rows of a SQLite table with a value that its column is not meant for, or with text that is none.
async fn odd_values(conn: &mut Conn<'_>, table: &str) -> Result<Vec<Damaged>> {
    let text = format!("SELECT name, type FROM pragma_table_info('{table}')");
    let mut odd = Vec::new();
    for column in conn.all(text, values![]).await? {
        let (name, kind): (String, String) = (get(&column, "name")?, get(&column, "type")?);
        let well = match kind.as_str() {
            "TEXT" => "'text', 'null'",
            "BIGINT" | "INTEGER" => "'integer', 'null'",
            "BLOB" => "'blob', 'null'",
            _ => "'integer', 'real', 'null'",
        };
        odd.push(format!("typeof({name}) NOT IN ({well})"));
    }
    let text = format!("SELECT rowid AS n FROM {table} WHERE {}", odd.join(" OR "));
    let mut numbers = numbers(conn, text).await?;
    let whole = sql(format!("SELECT * FROM {table}"), values![]);
    let whole = conn.gather("rows", whole, |_| Ok(())).await?;
    if !whole.damaged.is_empty() {
        numbers.extend(unreadable(conn, table).await?);
    }
    let mut damaged = Vec::with_capacity(numbers.len());
    for number in numbers {
        damaged.push(named(conn, table, number).await?);
    }
    Ok(damaged)
}

async fn numbers(conn: &mut Conn<'_>, text: String) -> Result<BTreeSet<i64>> {
    let found = conn.all(text, values![]).await?;
    found.iter().map(|row| get(row, "n")).collect()
}

/// Tries row by row, which takes long: only where some are known to be unreadable.
async fn unreadable(conn: &mut Conn<'_>, table: &str) -> Result<BTreeSet<i64>> {
    let mut unreadable = numbers(conn, format!("SELECT rowid AS n FROM {table}")).await?;
    for number in unreadable.clone() {
        let one = format!("SELECT * FROM {table} WHERE rowid = $1");
        let one = sql(one, values![number]);
        if conn
            .gather("rows", one, |_| Ok(()))
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
async fn named(conn: &mut Conn<'_>, table: &str, number: i64) -> Result<Damaged> {
    let known = CHECKS.iter().find(|(name, ..)| *name == table);
    let column = match table {
        "sites" => "slug",
        "learning" | "learnt_sums" | "abuse_learning" | "abuse_learnt_sums" | "notices"
        | "comment_counts" => "site",
        "idempotency" | "imported" => "comment_id",
        "lessons" | "abuse_lessons" => "sample",
        "mail_preferences" => "moderator",
        _ if known.is_some() => "id",
        _ => "rowid",
    };
    let text = format!("SELECT CAST({column} AS TEXT) AS id FROM {table} WHERE rowid = $1");
    let id = |row: &AnyRow| get::<String>(row, "id");
    let id = conn.gather("rows", sql(text, values![number]), id).await?;
    Ok(Damaged {
        table: known.map_or_else(|| table.to_owned().into(), |(name, ..)| (*name).into()),
        id: Some(
            id.rows
                .into_iter()
                .next()
                .unwrap_or_else(|| format!("rowid {number}")),
        ),
    })
}
