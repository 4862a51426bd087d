//! What the database itself vouches for: a row belongs to something that is there, and its words are known.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use hamlet::storage::{Opening, Store};

use crate::{
    on_both_engines,
    support::{database::Raw, postgres::Database},
};

/// Tables with a site that may be none or every one; `storage::removal` empties them by hand.
const APART: [&str; 5] = [
    "comment_counts",
    "counters",
    "mail_preferences",
    "outbox",
    "search_waiting",
];

on_both_engines!(
    every_row_of_a_site_goes_with_it,
    |app: TestApp| async move {
        let raw = Raw::of(&app).await;
        // Pairs of a table and what its foreign keys with a cascade lead to.
        let mut leads: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut with_site = BTreeSet::new();
        for table in raw.tables().await {
            let text = if raw.is_sqlite() {
                format!(
                    "SELECT \"table\" FROM pragma_foreign_key_list('{table}') \
                     WHERE \"on_delete\" = 'CASCADE' AND \"from\" IN ('site', 'upload', 'moderator', 'slug')"
                )
            } else {
                format!(
                    "SELECT CAST(confrelid AS regclass)::text FROM pg_constraint \
                     WHERE contype = 'f' AND confdeltype = 'c' AND conrelid = CAST('{table}' AS regclass)"
                )
            };
            let to = raw.list(&text).await.into_iter().collect();
            leads.insert(table.clone(), to);
            if raw.columns(&table).await.iter().any(|name| name == "site") {
                with_site.insert(table);
            }
        }
        let goes = |table: &str| {
            let mut reached = BTreeSet::from([table.to_owned()]);
            loop {
                let next: BTreeSet<String> = reached
                    .iter()
                    .flat_map(|at| leads.get(at).into_iter().flatten().cloned())
                    .chain(reached.iter().cloned())
                    .collect();
                if next == reached {
                    return reached.contains("sites");
                }
                reached = next;
            }
        };
        assert!(with_site.len() > 20, "{with_site:?}");
        for table in with_site {
            let apart = APART.contains(&table.as_str());
            assert!(apart || goes(&table), "{table} outlives its site");
        }
    }
);

/// A database as version 0011 left it: with rows in every table, and some that belong to nothing.
async fn old_database(raw: &Raw) {
    for (number, text) in old_migrations(raw.is_sqlite()) {
        assert!(number <= 11);
        raw.run(&text).await;
    }
    raw.run(include_str!("schema/rows.sql")).await;
}

/// The texts of the first eleven migrations, for one engine, in order.
fn old_migrations(is_sqlite: bool) -> Vec<(u32, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let other = if is_sqlite {
        ".postgres.sql"
    } else {
        ".sqlite.sql"
    };
    let mut found: Vec<(u32, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter_map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            let number: u32 = name[..4].parse().ok()?;
            let wanted = number <= 11 && !name.ends_with(other);
            wanted.then(|| (number, std::fs::read_to_string(entry.path()).unwrap()))
        })
        .collect();
    found.sort();
    found
}

/// Notes the first eleven migrations as applied, as sqlx does.
async fn note_applied(raw: &Raw, fresh: &Raw) {
    let table = "_sqlx_migrations";
    let bytes = if raw.is_sqlite() { "BLOB" } else { "BYTEA" };
    raw.run(&format!(
        "CREATE TABLE {table} (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
         installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
         checksum {bytes} NOT NULL, execution_time BIGINT NOT NULL)"
    ))
    .await;
    let hex = if raw.is_sqlite() {
        format!(
            "SELECT version || '|' || description || '|' || hex(checksum) FROM {table} WHERE version <= 11"
        )
    } else {
        format!(
            "SELECT version || '|' || description || '|' || encode(checksum, 'hex') FROM {table} WHERE version <= 11"
        )
    };
    for row in fresh.list(&hex).await {
        let parts: Vec<&str> = row.split('|').collect();
        let sum = if raw.is_sqlite() {
            format!("x'{}'", parts[2])
        } else {
            format!("decode('{}', 'hex')", parts[2])
        };
        raw.run(&format!(
            "INSERT INTO {table} (version, description, success, checksum, execution_time) \
             VALUES ({}, '{}', TRUE, {sum}, 1)",
            parts[0], parts[1]
        ))
        .await;
    }
}

/// The schema as text, without blanks and quotation marks that mean nothing.
async fn schema(raw: &Raw) -> Vec<String> {
    if raw.is_sqlite() {
        let all = raw
            .list("SELECT name || ': ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE '_sqlx%' ORDER BY name")
            .await;
        let plain = |text: String| {
            text.replace('"', "")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        return all.into_iter().map(plain).collect();
    }
    raw.list(
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' \
         UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' \
         UNION SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace AND conrelid <> '_sqlx_migrations'::regclass \
         UNION SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    )
    .await
}

on_both_engines!(
    a_database_with_orphans_and_unknown_words_is_migrated_and_is_what_a_new_one_is,
    |app: TestApp| async move {
        let fresh = Raw::of(&app).await;
        let own;
        let url = if fresh.is_sqlite() {
            format!("sqlite://{}", app.folder.path().join("old.db").display())
        } else {
            own = Database::create().await.unwrap();
            own.url()
        };
        let raw = Raw::at(&url).await;
        old_database(&raw).await;
        note_applied(&raw, &fresh).await;
        let count = "SELECT CAST(COUNT(*) AS TEXT) FROM ";
        let old = raw.tables().await;
        for table in &old {
            let rows = raw.list(&format!("{count}{table}")).await;
            assert_ne!(rows, ["0"], "the old database has no row in {table}");
        }

        let opening = Opening {
            connections: 2,
            may_migrate: true,
            behind_pooler: false,
        };
        let store = Store::open(&url.into(), opening).await.unwrap();
        assert_eq!(schema(&raw).await, schema(&fresh).await);
        // What belongs to nothing is gone; all of the rest is there, in a form that can be read.
        assert_eq!(raw.rows_with("orphan").await, Vec::<String>::new());
        let mut emptied = Vec::new();
        for table in old {
            if raw.list(&format!("{count}{table}")).await == ["0"] {
                emptied.push(table);
            }
        }
        assert_eq!(emptied, Vec::<String>::new(), "emptied");
        let statuses = "SELECT id || ' ' || status || ' ' || verdict FROM comments ORDER BY id";
        assert_eq!(
            raw.list(statuses).await,
            ["c1 approved publish", "c2 pending hold"]
        );
        let models = "SELECT id || ' ' || state FROM models ORDER BY id";
        assert_eq!(raw.list(models).await, ["mo1 failed", "mo3 trained"]);
        let counted = "SELECT status || ' ' || CAST(SUM(count) AS TEXT) FROM comment_counts \
                       WHERE site = 'shop' GROUP BY status HAVING SUM(count) <> 0 ORDER BY 1";
        assert_eq!(raw.list(counted).await, ["approved 1", "pending 1"]);
        if raw.is_sqlite() {
            assert_eq!(
                raw.list("SELECT \"table\" FROM pragma_foreign_key_check")
                    .await,
                Vec::<String>::new()
            );
            assert_eq!(store.check_integrity().await.unwrap(), None);
        }
        let slug = hamlet::domain::site::SiteSlug::parse("shop").unwrap();
        let now = hamlet::domain::timestamp::Timestamp::from_millis(1);
        store.begin_removal(&slug, true, now).await.unwrap();
        while store.remove_some(&slug, now).await.unwrap() {}
        assert_eq!(
            raw.rows_with_but("shop", "acts").await,
            Vec::<String>::new()
        );
        store.close().await;
    }
);
