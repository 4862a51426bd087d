//! A connection that statements are run on, within a transaction or without.

use std::{borrow::Cow, time::Duration};

use sqlx::{
    Any, AnyConnection, AssertSqlSafe, Connection, SqlSafeStr, SqlStr,
    any::{AnyArguments, AnyRow},
    query::Query,
};
use tokio::time::timeout;

use super::{
    dialect::complete,
    inserted,
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
    /// Whether a pooler lends the connection for one transaction at a time. Then a statement is prepared
    /// anew each time, without a name, and runs in a transaction, or its two halves could reach two servers.
    pub is_lent: bool,
    pub inner: &'c mut AnyConnection,
    /// The server that takes writes, where there are several.
    pub primary: Option<&'c Primary>,
    /// How long an answer is waited for.
    pub patience: Duration,
}

type Bound = Query<'static, Any, AnyArguments>;

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
    fn bound(&self, text: SqlStr, values: impl IntoIterator<Item = Value>) -> Bound {
        let query = sqlx::query(text).persistent(!self.is_lent);
        let values = values.into_iter();
        values.fold(query, |query, value| value.bind(query))
    }

    fn query(&self, statement: Statement) -> Bound {
        self.bound(complete(self.engine, statement.text), statement.values)
    }

    /// Does what is given, in a transaction of its own where it has to be in one and is not.
    async fn within<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T>,
    ) -> Result<T> {
        let begin = self.engine.begin_lent();
        let is_plain = !self.is_lent || self.inner.is_in_transaction();
        let answer = async {
            if is_plain {
                return work(self.inner).await;
            }
            let mut transaction = self.inner.begin_with(begin).await?;
            let value = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(value)
        };
        heard(self.primary, self.patience, answer).await
    }

    /// Runs a statement; how many rows it changed.
    pub async fn run(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<u64> {
        let query = self.query(sql(text, values));
        self.within(async |on| Ok(query.execute(on).await?.rows_affected()))
            .await
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
        let query = self.query(sql(text, values));
        self.within(async |on| Ok(query.fetch_all(on).await?)).await
    }

    /// The row that a statement finds or returns, if there is one.
    pub async fn find(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Option<AnyRow>> {
        let query = self.query(sql(text, values));
        self.within(async |on| Ok(query.fetch_optional(on).await?))
            .await
    }

    /// The row that a statement always finds or returns.
    pub async fn one(
        &mut self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<AnyRow> {
        let query = self.query(sql(text, values));
        self.within(async |on| Ok(query.fetch_one(on).await?)).await
    }

    /// Reads what a statement finds in a table, but for the rows that cannot be read.
    pub async fn gather<T>(
        &mut self,
        table: &'static str,
        statement: Statement,
        read: impl Fn(&AnyRow) -> Result<T>,
    ) -> Result<Gathered<T>> {
        let query = self.query(statement);
        self.within(async |on| gather(on, table, query, read).await)
            .await
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
        if self.engine == Engine::Postgres {
            let (text, values) = inserted::by_column(table, rows);
            return self.run(text, values).await.map(drop);
        }
        let columns = first.each_ref().map(|(column, _)| *column).join(", ");
        while !rows.is_empty() {
            let chunk = rows.split_off(rows.len() - inserted::chunk(rows.len()));
            let marks = inserted::marks(chunk.len(), N);
            let text = format!("INSERT INTO {table} ({columns}) VALUES {marks}");
            let values = chunk.into_iter().flatten().map(|(_, value)| value);
            let query = self.bound(AssertSqlSafe(text).into_sql_str(), values);
            self.within(async |on| Ok(query.execute(on).await?)).await?;
        }
        Ok(())
    }
}
