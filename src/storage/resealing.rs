//! Sealed values, wherever they are, to be sealed again with another key: addresses, and the keys of
//! programs.

use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store};

/// A table with sealed values in one column, and the two that name a row (twice the same where one
/// is enough).
#[derive(Debug, Clone, Copy)]
pub struct Place {
    table: &'static str,
    a: &'static str,
    b: &'static str,
    column: &'static str,
}

const ADDRESS: &str = "email_sealed";

/// Where sealed addresses are.
pub const ADDRESSES: [Place; 3] = [
    Place {
        table: "comments",
        a: "site",
        b: "id",
        column: ADDRESS,
    },
    Place {
        table: "moderators",
        a: "id",
        b: "id",
        column: ADDRESS,
    },
    Place {
        table: "subscriptions",
        a: "site",
        b: "email_index",
        column: ADDRESS,
    },
];

/// Where programs' sealed keys are.
pub const CLIENT_KEYS: Place = Place {
    table: "client_keys",
    a: "site",
    b: "id",
    column: "key_sealed",
};

/// A sealed value and where it is.
#[derive(Debug, Clone, Serialize)]
pub struct SealedRow {
    /// The first column's value.
    pub a: String,
    /// The second column's value.
    pub b: String,
    /// The value as it is sealed now.
    pub old: String,
    /// The value sealed again.
    pub new: String,
}

impl Store {
    /// At most `limit` values of a table after the row `after`, whose seal does not begin with
    /// `prefix`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sealed_otherwise(
        &self,
        place: Place,
        prefix: &str,
        after: &(String, String),
        limit: u32,
    ) -> Result<Vec<SealedRow>> {
        let Place {
            table,
            a,
            b,
            column,
        } = place;
        let text = format!(
            "SELECT {a} AS a, {b} AS b, {column} AS sealed FROM {table} \
             WHERE ({a}, {b}) > ($1, $2) AND {column} NOT LIKE $3 ORDER BY {a}, {b} LIMIT $4"
        );
        let found = sqlx::query(AssertSqlSafe(text))
            .bind(after.0.clone())
            .bind(after.1.clone())
            .bind(format!("{prefix}%"))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok(SealedRow {
                a: row.try_get("a")?,
                b: row.try_get("b")?,
                old: row.try_get("sealed")?,
                new: String::new(),
            })
        };
        found.iter().map(read).collect()
    }

    /// Replaces seals; a row that changed meanwhile is left alone. Tells how many were replaced.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn reseal(&self, place: Place, rows: Vec<SealedRow>) -> Result<u64> {
        let Place {
            table,
            a,
            b,
            column,
        } = place;
        let text = self.sql(&format!(
            "UPDATE {table} SET {column} = r.value->>'new' FROM {{rows:$1}} \
             WHERE {table}.{a} = r.value->>'a' AND {table}.{b} = r.value->>'b' \
             AND {table}.{column} = r.value->>'old'"
        ));
        self.write(move |connection| {
            Box::pin(async move {
                let rows = serde_json::to_string(&rows).unwrap_or_default();
                Ok(sqlx::query(text)
                    .bind(rows)
                    .execute(connection)
                    .await?
                    .rows_affected())
            })
        })
        .await
    }
}
