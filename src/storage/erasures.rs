//! The record of erasures: when, by whom and how much. Nothing in it tells whose data it was.

use sqlx::{AnyConnection, Row, any::AnyRow};
use uuid::Uuid;

use super::{Result, Store, rows, subject_erasure::Erased};
use crate::domain::{decision::Actor, timestamp::Timestamp};

/// An erasure that was done.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// The name of who did it.
    pub by: String,
    /// Comments.
    pub comments: i64,
    /// Labelled texts.
    pub samples: i64,
    /// Subscriptions.
    pub subscriptions: i64,
    /// Mails, sent or not.
    pub mails: i64,
}

impl Store {
    /// The latest erasures, the newest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn erasures(&self, limit: u32) -> Result<Vec<Erasure>> {
        let text = "SELECT erased_at, actor_name, comments, samples, subscriptions, mails \
                    FROM erasures ORDER BY erased_at DESC, id DESC LIMIT $1";
        let query = sqlx::query(text).bind(i64::from(limit));
        self.gather("erasures", query, erasure).await
    }
}

pub(super) fn erasure(row: &AnyRow) -> Result<Erasure> {
    Ok(Erasure {
        at: rows::timestamp(row, "erased_at")?,
        by: row.try_get("actor_name")?,
        comments: row.try_get("comments")?,
        samples: row.try_get("samples")?,
        subscriptions: row.try_get("subscriptions")?,
        mails: row.try_get("mails")?,
    })
}

/// Keeps that it was done, within the transaction that does it.
pub(super) async fn record(
    connection: &mut AnyConnection,
    by: Actor,
    now: Timestamp,
    erased: &Erased,
) -> Result<()> {
    let count = |many: u64| i64::try_from(many).unwrap_or(i64::MAX);
    let text = "INSERT INTO erasures (id, erased_at, actor_id, actor_name, via, comments, samples, \
                subscriptions, mails) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(text)
        .bind(Uuid::now_v7().to_string())
        .bind(now.millis())
        .bind(by.id)
        .bind(by.name)
        .bind(by.via.as_str())
        .bind(count(erased.comments.len() as u64))
        .bind(count(erased.samples))
        .bind(count(erased.subscriptions))
        .bind(count(erased.mails))
        .execute(connection)
        .await?;
    Ok(())
}
