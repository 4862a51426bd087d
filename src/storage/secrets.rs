//! What API tokens and the keys of other systems' programs have in common in the database: only the
//! hash of a secret is kept, its use is noted, and a revoked one stays in its table, for the record.

use std::time::Duration;

use serde_json::json;

use super::{Result, Store, acts, touched};
use crate::domain::timestamp::Timestamp;

/// How often the time of a secret's last use is written, at most.
const USE_NOTED_EVERY: Duration = Duration::from_mins(1);

impl Store {
    /// Notes the use of a secret, unless one was noted within the minute. `text` writes `$1`, the
    /// time, into the row whose hash is `$2`. When it fails, only the log hears of it: a full disk
    /// must not lock out those who come to look at it.
    pub(super) async fn note_use(
        &self,
        text: &'static str,
        hash: &str,
        last: Option<Timestamp>,
        now: Timestamp,
    ) {
        if last.is_some_and(|last| now.since(last) < USE_NOTED_EVERY) {
            return;
        }
        let (hash, millis) = (hash.to_owned(), now.millis());
        let noted = self.write(move |connection| {
            Box::pin(async move {
                let query = sqlx::query(text).bind(millis).bind(hash);
                query.execute(connection).await?;
                Ok(())
            })
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the use of a secret could not be noted");
        }
    }

    /// Revokes a secret: `text` writes `$1`, the time, into the row that `$2` and what follows name,
    /// unless it is revoked already. Whether there was one; then it is recorded as `act`.
    pub(super) async fn revoke<const N: usize>(
        &self,
        text: &'static str,
        named: [String; N],
        now: Timestamp,
        act: &'static str,
    ) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let id = named.last().cloned().unwrap_or_default();
                let query = sqlx::query(text).bind(now.millis());
                let query = named.into_iter().fold(query, sqlx::query::Query::bind);
                let revoked = touched(&query.execute(&mut *connection).await?);
                if revoked {
                    acts::record(connection, act, &id, json!({})).await?;
                }
                Ok(revoked)
            })
        })
        .await
    }
}
