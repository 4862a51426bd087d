//! What API tokens and the keys of other systems' programs have in common in the database: only the
//! hash of a secret is kept, its use is noted, and a revoked one stays in its table, for the record.

use std::time::Duration;

use serde_json::json;

use crate::{
    domain::timestamp::Timestamp,
    storage::{
        Result, Store, acts,
        sql::{ToValue, values},
    },
};

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
        let noted = self.write_one(text, values![now, hash]).await;
        if let Err(error) = noted {
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
        self.write(async |tx| {
            let mut values = values![now];
            values.extend(named.iter().map(ToValue::to_value));
            let revoked = tx.touch(text, values).await?;
            if let Some(id) = named.last().filter(|_| revoked) {
                acts::record(tx, act, id, json!({})).await?;
            }
            Ok(revoked)
        })
        .await
    }
}
