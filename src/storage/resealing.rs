//! Sealed values, wherever they are: to be sealed again with another key, or to see which keys they want.

use serde::Serialize;
use sqlx::any::AnyRow;

use crate::storage::{
    Result, Store,
    engine::Engine,
    sql::{get, value::to_json, values},
};

/// A table with sealed values in one column, and the two that name a row (twice the same where one
/// is enough).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    a: &'static str,
    b: &'static str,
    /// The column.
    pub column: &'static str,
}

impl Place {
    /// A query, for SQLite, of one value of each key. Of several in a group SQLite takes the row that
    /// has the least: <https://www.sqlite.org/lang_select.html#bareagg>.
    pub(super) fn one_of_each_key(self) -> String {
        let Self {
            table,
            a,
            b,
            column,
        } = self;
        format!(
            "SELECT {a} AS a, {b} AS b, MIN({column}) AS sealed FROM {table} WHERE {column} <> '' \
             GROUP BY substr({column}, 1, instr({column}, '.') - 1)"
        )
    }
}

/// Where sealed addresses are.
pub const ADDRESSES: [Place; 2] = [
    Place {
        table: "comments",
        a: "site",
        b: "id",
        column: "email_sealed",
    },
    Place {
        table: "moderators",
        a: "id",
        b: "id",
        column: "email_sealed",
    },
];

/// Where programs' sealed keys are.
pub const CLIENT_KEYS: Place = Place {
    table: "client_keys",
    a: "site",
    b: "id",
    column: "key_sealed",
};

/// Values that one key sealed in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBy {
    /// The key's name; empty when the values name none.
    pub key: String,
    /// How many there are.
    pub values: i64,
}

/// A sealed value and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
             WHERE ({a}, {b}) > ($1, $2) AND {column} <> '' AND {column} NOT LIKE $3 ORDER BY {a}, {b} LIMIT $4"
        );
        let found = self
            .all(text, values![after.0, after.1, format!("{prefix}%"), limit])
            .await?;
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
        let text = format!(
            "UPDATE {table} SET {column} = r.value->>'new' FROM {{rows:$1}} \
             WHERE {table}.{a} = r.value->>'a' AND {table}.{b} = r.value->>'b' \
             AND {table}.{column} = r.value->>'old'"
        );
        self.write_one(text, values![to_json(&rows)]).await
    }

    /// Which keys sealed what is in a place, and how much.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sealed_by(&self, place: Place) -> Result<Vec<SealedBy>> {
        let Place { table, column, .. } = place;
        let key = match self.engine {
            Engine::Sqlite => format!("substr({column}, 1, instr({column}, '.') - 1)"),
            Engine::Postgres => format!("split_part({column}, '.', 1)"),
        };
        let text = format!(
            "SELECT {key} AS sealed_by, COUNT(*) AS number FROM {table} \
             WHERE {column} IS NOT NULL AND {column} <> '' GROUP BY 1 ORDER BY 1"
        );
        let found = self.all(text, values![]).await?;
        let read = |row: &AnyRow| {
            Ok(SealedBy {
                key: get(row, "sealed_by")?,
                values: get(row, "number")?,
            })
        };
        found.iter().map(read).collect()
    }

    /// One value of a place that is like one pattern and not like another, if there is one.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sealed_like(
        &self,
        place: Place,
        like: &str,
        unlike: &str,
    ) -> Result<Option<SealedRow>> {
        let Place {
            table,
            a,
            b,
            column,
        } = place;
        let text = format!(
            "SELECT {a} AS a, {b} AS b, {column} AS sealed FROM {table} \
             WHERE {column} LIKE $1 AND {column} NOT LIKE $2 LIMIT 1"
        );
        let found = self.find(text, values![like, unlike]).await?;
        found.as_ref().map(read).transpose()
    }
}

fn read(row: &AnyRow) -> Result<SealedRow> {
    Ok(SealedRow {
        a: get(row, "a")?,
        b: get(row, "b")?,
        old: get(row, "sealed")?,
        new: String::new(),
    })
}
