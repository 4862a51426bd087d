//! Sealed addresses, wherever they are, to be sealed again with another key.

use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

use super::{Result, Store};

/// A table with sealed addresses, and the two columns that name a row (twice the same where one is
/// enough).
#[derive(Debug, Clone, Copy)]
pub struct Place {
    table: &'static str,
    a: &'static str,
    b: &'static str,
}

/// Every table with a column `email_sealed`.
pub const SEALED: [Place; 3] = [
    Place {
        table: "comments",
        a: "site",
        b: "id",
    },
    Place {
        table: "moderators",
        a: "id",
        b: "id",
    },
    Place {
        table: "subscriptions",
        a: "site",
        b: "email_index",
    },
];

/// A sealed address and where it is.
#[derive(Debug, Clone, Serialize)]
pub struct SealedRow {
    /// The first column's value.
    pub a: String,
    /// The second column's value.
    pub b: String,
    /// The address as it is sealed now.
    pub old: String,
    /// The address sealed again.
    pub new: String,
}

impl Store {
    /// At most `limit` addresses of a table after the row `after`, whose seal does not begin with
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
        let Place { table, a, b } = place;
        let text = format!(
            "SELECT {a} AS a, {b} AS b, email_sealed FROM {table} \
             WHERE ({a}, {b}) > ($1, $2) AND email_sealed NOT LIKE $3 ORDER BY {a}, {b} LIMIT $4"
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
                old: row.try_get("email_sealed")?,
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
        let Place { table, a, b } = place;
        let text = self.sql(&format!(
            "UPDATE {table} SET email_sealed = r.value->>'new' FROM {{rows:$1}} \
             WHERE {table}.{a} = r.value->>'a' AND {table}.{b} = r.value->>'b' \
             AND {table}.email_sealed = r.value->>'old'"
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
