//! Sessions that were ended before their time. A session itself is kept by the browser; here is only
//! which ones are no good any more, looked up together with the account that each request reads.

use crate::{
    domain::{
        email::EmailIndex,
        moderator::{Moderator, ModeratorId},
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts, moderators,
        sql::{get, to_json, values},
    },
};

/// A session as a listener holds it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Held {
    /// The session.
    pub id: String,
    /// Whose it is.
    pub moderator: String,
    /// Their epoch when it began.
    pub epoch: i64,
}

impl Store {
    /// Whose session this is, unless it was ended; the caller compares the epoch.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn session_holder(
        &self,
        session: &str,
        moderator: &ModeratorId,
    ) -> Result<Option<Moderator>> {
        let text = format!(
            "SELECT {} FROM moderators WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM ended_sessions WHERE ended_sessions.id = $2)",
            moderators::COLUMNS
        );
        let found = self.find(text, values![moderator, session]).await?;
        found.as_ref().map(moderators::read).transpose()
    }

    /// Ends one session; it stays ended at least until it would have ended by itself.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn end_session(&self, session: String, expires_at: Timestamp) -> Result<()> {
        let text = "INSERT INTO ended_sessions (id, expires_at) VALUES ($1, $2) \
                    ON CONFLICT DO NOTHING";
        self.write_one(text, values![session, expires_at])
            .await
            .map(drop)
    }

    /// Ends every session of someone, their unused links and what is known of their networks.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn end_every_session(&self, id: ModeratorId) -> Result<()> {
        self.write(async |tx| {
            for text in [
                "UPDATE moderators SET session_epoch = session_epoch + 1 WHERE id = $1",
                "DELETE FROM sign_in_links WHERE moderator = $1",
                "DELETE FROM familiar_networks WHERE moderator = $1",
            ] {
                tx.run(text, values![id]).await?;
            }
            acts::record(tx, "session.end_all", &id.0, serde_json::json!({})).await
        })
        .await
    }

    /// Those of some sessions that are still good.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn good_sessions(&self, held: &[Held]) -> Result<Vec<String>> {
        let text = "SELECT r.value->>'id' AS id FROM {rows:$1} \
                    JOIN moderators m ON m.id = r.value->>'moderator' \
                        AND m.session_epoch = CAST(r.value->>'epoch' AS BIGINT) \
                    WHERE NOT EXISTS (SELECT 1 FROM ended_sessions e WHERE e.id = r.value->>'id')";
        let found = self.all(text, values![to_json(held)]).await?;
        found.iter().map(|row| get(row, "id")).collect()
    }

    /// Whether whoever has this address signed in from this network before, and not too long ago.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn is_familiar(
        &self,
        email: &EmailIndex,
        network: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let text = "SELECT f.expires_at FROM familiar_networks f \
                    JOIN moderators m ON m.id = f.moderator \
                    WHERE m.email_index = $1 AND f.network = $2 AND f.expires_at > $3";
        let found = self.find(text, values![email, network, now]).await?;
        Ok(found.is_some())
    }

    /// Remembers until `until` that someone signed in from this network.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn make_familiar(
        &self,
        id: ModeratorId,
        network: String,
        until: Timestamp,
    ) -> Result<()> {
        let text = "INSERT INTO familiar_networks (moderator, network, expires_at) \
                    VALUES ($1, $2, $3) ON CONFLICT (moderator, network) \
                    DO UPDATE SET expires_at = excluded.expires_at";
        self.write_one(text, values![id, network, until])
            .await
            .map(drop)
    }
}
