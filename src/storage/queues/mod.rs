//! The leased queue under mail, webhooks and callbacks: what is due is claimed until a lease ends, and
//! ends as done, settled, to be tried again, or dead. Each row goes to a destination, and is claimed by
//! it: a few of each, so that no destination delays another however much waits for it.
//!
//! Two tables have this shape, described by a [`Table`]; the statements exist once, here. What a row is
//! about, and how it comes in, is the business of [`super::outbox`] and [`super::deliveries`].

mod statements;

use std::{collections::HashSet, time::Duration};

use sqlx::any::AnyRow;

use crate::{
    domain::timestamp::Timestamp,
    storage::{
        Result, Store, StoreError,
        sql::{Conn, ToValue, Value, get, list, sql, to_rows, values},
    },
};

/// Destinations that one look finds.
const LOOKED_AT: i64 = 1_000;

/// A table of this shape. It has the columns `status`, `destination`, `attempts`, `queued_at`, `due_at`
/// (when it is to be tried or, once finished, forgotten), `finished_at` and `last_error`.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key, all of them text.
    pub key: &'static [&'static str],
    /// What is read of a row that is claimed.
    pub columns: &'static str,
    /// A condition that a row must meet to be claimed, beside its time.
    pub claimable: &'static str,
    /// The status of a row that was delivered.
    pub done: &'static str,
    /// The status of a row whose matter had settled.
    pub settled: &'static str,
    /// Whether a row's destination is looked up anew at each try.
    pub looked_up: bool,
    /// What else is set, after a comma, when a row that cannot be read is given up.
    pub freed: &'static str,
    /// How long a row that was delivered or settled is remembered.
    pub remembered: Duration,
    /// How long a dead row is.
    pub dead_remembered: Duration,
}

/// Which row of a table, and which try of it: a try whose lease ran out, and that was repeated, changes
/// nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The values of the primary key, in its order.
    pub(super) key: Vec<String>,
    /// Where it goes.
    pub destination: String,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// When it was queued or put back.
    pub queued_at: Timestamp,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It was taken.
    Done,
    /// What it was about is no longer so.
    Settled,
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// Why, without any address.
        error: String,
    },
    /// Given up.
    Dead {
        /// Why, without any address.
        error: String,
    },
}

/// What is claimed: up to `each` due rows of every one of these destinations.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The destinations.
    pub destinations: Vec<String>,
    /// Rows of each.
    pub each: u32,
    /// Now.
    pub now: Timestamp,
    /// Until then no other instance takes them; if this one dies they come up again then.
    pub until: Timestamp,
}

impl Store {
    /// Destinations for which something is due, those apart that are not to be looked at: the one whose
    /// oldest is due longest comes first.
    pub(super) async fn due_in(
        &self,
        table: &Table,
        except: &[String],
        now: Timestamp,
    ) -> Result<Vec<String>> {
        let query = sql(table.due(), values![now, list(except), LOOKED_AT]);
        let read = |row: &AnyRow| get(row, "destination");
        self.gather(table.name, query, read).await
    }

    /// Claims rows. One that cannot be read is dead at once, or it would be in the way for ever.
    pub(super) async fn claim_in<T: Send + 'static>(
        &self,
        table: &'static Table,
        claim: Claim,
        read: fn(&AnyRow, Lease) -> Result<T>,
    ) -> Result<Vec<T>> {
        let text = table.claim(self.engine, claim.each);
        self.write(async |tx| {
            let query = sql(
                text,
                values![claim.now, claim.until, list(&claim.destinations)],
            );
            let leases = tx.gather(table.name, query, |row| table.lease(row)).await?;
            let keys: Vec<_> = leases
                .rows
                .iter()
                .map(|lease| table.object(lease))
                .collect();
            let query = sql(table.read(), values![to_rows(keys)]);
            let find = |row: &AnyRow| {
                let key = table.key_of(row)?;
                let lease = leases.rows.iter().find(|lease| lease.key == key);
                let lease = lease.ok_or(StoreError::Corrupt("key"))?;
                Ok((key, read(row, lease.clone())?))
            };
            let (read, claimed): (HashSet<_>, Vec<_>) = tx
                .gather(table.name, query, find)
                .await?
                .rows
                .into_iter()
                .unzip();
            for lease in leases
                .rows
                .iter()
                .filter(|lease| !read.contains(&lease.key))
            {
                bury(tx, table, lease, claim.now).await?;
            }
            Ok(claimed)
        })
        .await
    }

    /// Gives up what has waited since before `queued_before` for destinations that do not answer:
    /// one by one, its turn might never come. Tells how many.
    pub(super) async fn give_up_in(
        &self,
        table: &'static Table,
        destinations: &[String],
        queued_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        let text = table.give_up();
        let destinations = list(destinations);
        self.write(async |tx| {
            tx.run(
                text,
                values![
                    now,
                    now.plus(table.dead_remembered),
                    queued_before,
                    destinations
                ],
            )
            .await
        })
        .await
    }
}

/// Records how a try ended; whether it was still this try's to record. One that was repeated meanwhile
/// changes nothing, unless it did deliver.
pub(super) async fn finish(
    tx: &mut Conn<'_>,
    table: &Table,
    lease: &Lease,
    end: &End,
    now: Timestamp,
) -> Result<bool> {
    let forgotten_at = now.plus(table.remembered);
    let (status, due_at, error) = match end {
        End::Done => (table.done, forgotten_at, None),
        End::Settled => (table.settled, forgotten_at, None),
        End::Retry { at, error } => ("queued", *at, Some(error.clone())),
        End::Dead { error } => ("dead", now.plus(table.dead_remembered), Some(error.clone())),
    };
    let finished_at = (status != "queued").then_some(now);
    let values = values![status, due_at, finished_at, error, lease.attempts];
    tx.touch(table.finish(), with_key(values, &lease.key)).await
}

/// The values of a statement that ends with a row's key.
fn with_key(mut values: Vec<Value>, key: &[String]) -> Vec<Value> {
    values.extend(key.iter().map(ToValue::to_value));
    values
}

/// Gives up a row that cannot be read: another try would read the same.
async fn bury(tx: &mut Conn<'_>, table: &Table, lease: &Lease, now: Timestamp) -> Result<()> {
    let values = values![now.plus(table.dead_remembered), now];
    tx.run(table.bury(), with_key(values, &lease.key)).await?;
    Ok(())
}

/// Puts a row back that was claimed too early, as if this try had not been.
pub(in crate::storage) async fn postpone(
    tx: &mut Conn<'_>,
    table: &Table,
    lease: &Lease,
    at: Timestamp,
) -> Result<()> {
    let values = values![at, lease.attempts];
    tx.run(table.postpone(), with_key(values, &lease.key))
        .await?;
    Ok(())
}

/// Puts a dead row back, to be tried at once and for as long as a new one; `false` when there is no
/// such dead row.
pub(in crate::storage) async fn put_back(
    tx: &mut Conn<'_>,
    table: &Table,
    key: &[String],
    now: Timestamp,
) -> Result<bool> {
    tx.touch(table.put_back(), with_key(values![now], key))
        .await
}
