//! How the rest of the room reaches the database: a write transaction for each act, a read of one statement, and a read of several
//! at one moment.

use std::{borrow::Cow, time::Duration};

use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::{
    Result, Store, StoreError,
    primary::unless_moved,
    sql::{Conn, Statement, Value},
};

impl Store {
    /// Runs `work` in one write transaction: all of it happens, or none of it.
    pub(super) async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut Conn<'_>) -> Result<T>,
    ) -> Result<T> {
        self.write_within(self.engine.patience(), work).await
    }

    /// Like [`Store::write`], given up after `patience`. A server ends what takes too long by itself;
    /// this is about one that is not heard of any more, which would be waited for without end.
    pub(super) async fn write_within<T>(
        &self,
        patience: Duration,
        work: impl AsyncFnOnce(&mut Conn<'_>) -> Result<T>,
    ) -> Result<T> {
        self.on_writer(patience, async |connection| {
            let mut transaction = connection.begin_with(self.begin()).await?;
            let value = work(&mut self.on(&mut transaction)).await?;
            transaction.commit().await?;
            Ok(value)
        })
        .await
    }

    /// Runs `work` on a connection that may write, given up after `patience`.
    ///
    /// A connection on which anything failed is closed rather than put back: after a full disk
    /// sqlx believes its transaction is still open, and would fail for ever.
    pub(super) async fn on_writer<T>(
        &self,
        patience: Duration,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T>,
    ) -> Result<T> {
        self.check_in_place()?;
        let mut connection = self.write.acquire().await?;
        let primary = self.primary.as_deref();
        let writing = Box::pin(work(&mut connection));
        let outcome = tokio::time::timeout(patience, unless_moved(primary, writing)).await;
        let outcome = outcome.unwrap_or(Err(StoreError::Silent));
        if outcome.is_err() {
            connection.close_on_drop();
        }
        outcome
    }

    /// A write of one statement; how many rows it changed.
    pub(super) async fn write_one(
        &self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<u64> {
        self.write(async |tx| tx.run(text, values).await).await
    }

    /// Runs `work` on a connection that reads, which sees the database as it is at one moment.
    pub(super) async fn at_one_moment<T>(
        &self,
        work: impl AsyncFnOnce(&mut Conn<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.read.acquire().await?;
        let mut snapshot = connection.begin_with(self.engine.begin_snapshot()).await?;
        let value = work(&mut self.on(&mut snapshot)).await;
        snapshot.rollback().await?;
        value
    }

    pub(super) const fn begin(&self) -> &'static str {
        if self.is_lent {
            self.engine.begin_lent()
        } else {
            self.engine.begin()
        }
    }

    /// Runs statements on a connection.
    pub(super) fn on<'c>(&'c self, connection: &'c mut AnyConnection) -> Conn<'c> {
        Conn {
            engine: self.engine,
            is_lent: self.is_lent,
            inner: connection,
            primary: self.primary.as_deref(),
            patience: self.engine.statement_patience(),
        }
    }

    /// The rows that a statement finds.
    pub(super) async fn all(
        &self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<AnyRow>> {
        let mut connection = self.read.acquire().await?;
        self.on(&mut connection).all(text, values).await
    }

    /// The row that a statement finds, if there is one.
    pub(super) async fn find(
        &self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Option<AnyRow>> {
        let mut connection = self.read.acquire().await?;
        self.on(&mut connection).find(text, values).await
    }

    /// The row that a statement always finds.
    pub(super) async fn one(
        &self,
        text: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<AnyRow> {
        let mut connection = self.read.acquire().await?;
        self.on(&mut connection).one(text, values).await
    }

    /// Reads what a statement finds in a table, but for the rows that cannot be read.
    pub(super) async fn gather<T>(
        &self,
        table: &'static str,
        statement: Statement,
        read: impl Fn(&AnyRow) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut connection = self.read.acquire().await?;
        Ok(self
            .on(&mut connection)
            .gather(table, statement, read)
            .await?
            .rows)
    }
}
