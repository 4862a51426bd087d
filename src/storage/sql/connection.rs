//! A connection that statements are run on, within a transaction or without.

use std::{borrow::Cow, time::Duration};

use sqlx::{
    Any, AnyConnection, AssertSqlSafe,
    any::{AnyArguments, AnyRow},
    query::Query,
};
use tokio::time::timeout;

use super::{
    dialect::complete,
    rows::get,
    statement::{Statement, sql},
    value::Value,
};
use crate::storage::{
    Result, StoreError,
    damage::{Gathered, gather},
    engine::Engine,
    primary::{Primary, unless_moved},
};

/// A connection, and the engine at its other end.
pub(in crate::storage) struct Conn<'c> {
    pub engine: Engine,
    pub inner: &'c mut AnyConnection,
    /// The server that takes writes, where there are several.
    pub primary: Option<&'c Primary>,
    /// How long an answer is waited for.
    pub patience: Duration,
}

fn query(engine: Engine, statement: Statement) -> Query<'static, Any, AnyArguments> {
    let query = sqlx::query(complete(engine, statement.text));
    statement
        .values
        .into_iter()
        .fold(query, |query, value| value.bind(query))
}

/// Waits for an answer for so long, and not once another server has taken the place of the one asked.
async fn heard<T>(
    primary: Option<&Primary>,
    patience: Duration,
    answer: impl Future<Output = Result<T>>,
) -> Result<T> {
    // On the heap: each who waits for it would hold it twice over.
    let answer = unless_moved(primary, Box::pin(answer));
    if patience == Duration::MAX {
        return answer.await;
    }
    let answer = timeout(patience, answer).await;
    answer.unwrap_or(Err(StoreError::Silent))
}

impl Conn<'_> {
    /// Runs a statement; how many rows it changed.
    pub async fn run(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<u64> {
        let query = query(self.engine, sql(text, values));
        let answer = async { Ok(query.execute(&mut *self.inner).await?.rows_affected()) };
        heard(self.primary, self.patience, answer).await
    }

    /// Runs a statement; whether it changed exactly one row.
    pub async fn touch(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<bool> {
        Ok(self.run(text, values).await? == 1)
    }

    /// The rows that a statement finds or returns.
    pub async fn all(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<AnyRow>> {
        let query = query(self.engine, sql(text, values));
        let answer = async { Ok(query.fetch_all(&mut *self.inner).await?) };
        heard(self.primary, self.patience, answer).await
    }

    /// The row that a statement finds or returns, if there is one.
    pub async fn find(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Option<AnyRow>> {
        let query = query(self.engine, sql(text, values));
        let answer = async { Ok(query.fetch_optional(&mut *self.inner).await?) };
        heard(self.primary, self.patience, answer).await
    }

    /// The row that a statement always finds or returns.
    pub async fn one(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<AnyRow> {
        let query = query(self.engine, sql(text, values));
        let answer = async { Ok(query.fetch_one(&mut *self.inner).await?) };
        heard(self.primary, self.patience, answer).await
    }

    /// Reads what a statement finds in a table, but for the rows that cannot be read.
    pub async fn gather<T>(
        &mut self,
        table: &'static str,
        statement: Statement,
        read: impl Fn(&AnyRow) -> Result<T>,
    ) -> Result<Gathered<T>> {
        let answer = gather(self.inner, table, query(self.engine, statement), read);
        heard(self.primary, self.patience, answer).await
    }

    /// Reads a page of a list that is ordered by `id`: at most `limit` rows, those after `after`. `statement` makes
    /// the statement that finds those after what it is called with. Once, unless there are damaged rows: those must not make the list look shorter than it is.
    pub async fn gather_page<T>(
        &mut self,
        table: &'static str,
        limit: u32,
        mut after: String,
        statement: impl Fn(String) -> Statement,
        read: impl Fn(&AnyRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut rows = Vec::new();
        loop {
            let found = self.gather(table, statement(after), &read).await?;
            rows.extend(found.rows);
            let (Some(last), false) = (found.last, found.damaged.is_empty()) else {
                break;
            };
            if found.seen < wanted || rows.len() >= wanted {
                break;
            }
            let Ok(last) = get(&last, "id") else {
                break;
            };
            after = last;
        }
        rows.truncate(wanted);
        Ok(rows)
    }

    /// Inserts rows into a table with as few statements as their number needs. Each row has the same columns,
    /// each with its value. Parameters are cheaper here than JSON, which each column of each row would be
    /// read from again.
    pub async fn insert_rows<const N: usize>(
        &mut self,
        table: &str,
        mut rows: Vec<[(&'static str, Value); N]>,
    ) -> Result<()> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let columns = first.each_ref().map(|(column, _)| *column).join(", ");
        while !rows.is_empty() {
            let fits = CHUNKS.into_iter().find(|size| *size <= rows.len());
            let chunk = rows.split_off(rows.len() - fits.unwrap_or(1));
            let marks = marks(self.engine, chunk.len(), N);
            let text = format!("INSERT INTO {table} ({columns}) VALUES {marks}");
            let values = chunk.into_iter().flatten().map(|(_, value)| value);
            let query = sqlx::query(AssertSqlSafe(text));
            let query = values.fold(query, |query, value| value.bind(query));
            let answer = async { Ok(query.execute(&mut *self.inner).await?) };
            heard(self.primary, self.patience, answer).await?;
        }
        Ok(())
    }
}

/// Rows that one statement inserts: few sizes, so that the engine keeps each prepared.
const CHUNKS: [usize; 4] = [32, 8, 4, 1];

/// `($1, $2), ($3, $4)`: so many rows of so many parameters. On SQLite `(?, ?), (?, ?)`: there `$1`
/// is a name, which is looked up among all others when it is bound.
fn marks(engine: Engine, rows: usize, width: usize) -> String {
    let mut marks = String::with_capacity(rows * width * 6);
    for parameter in 0..rows * width {
        marks.push_str(match (parameter % width, parameter) {
            (0, 0) => "(",
            (0, _) => "), (",
            _ => ", ",
        });
        match engine {
            Engine::Sqlite => marks.push('?'),
            Engine::Postgres => marks.extend(["$", &(parameter + 1).to_string()]),
        }
    }
    marks.push(')');
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_through_all_rows() {
        let rows = marks(Engine::Postgres, 2, 3);
        assert_eq!(rows, "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(marks(Engine::Sqlite, 2, 1), "(?), (?)");
    }
}
