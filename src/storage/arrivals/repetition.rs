//! Repeated requests: a key that was answered before is answered alike, and of two that race for one
//! key the first wins.

use std::collections::HashSet;

use sqlx::any::AnyRow;

use crate::{
    domain::{
        arrival::{Admission, Idempotency, NewComment},
        comment::CommentId,
        site::SiteSlug,
    },
    storage::{
        arrivals::{Intake, Result},
        sql::{Conn, get, sql, to_rows, values},
    },
};

impl Intake {
    /// Answers requests whose idempotency key was stored by an earlier transaction.
    pub(super) async fn answer_repetitions(&mut self, tx: &mut Conn<'_>) -> Result<()> {
        let keyed: Vec<usize> = self
            .open()
            .filter(|(_, arrival)| arrival.idempotency.is_some())
            .map(|(place, _)| place)
            .collect();
        self.answer_stored_keys(tx, &keyed).await
    }

    async fn answer_stored_keys(&mut self, tx: &mut Conn<'_>, places: &[usize]) -> Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = places
            .iter()
            .filter_map(|place| {
                let arrival = &self.batch[*place];
                let key = &arrival.idempotency.as_ref()?.key;
                Some(serde_json::json!({ "site": arrival.comment.site, "key": key }))
            })
            .collect();
        let text = "SELECT i.site, i.request_key, i.request_hash, i.comment_id, c.verdict, c.score \
                    FROM {rows:$1} \
                    JOIN idempotency i ON i.site = r.value->>'site' AND i.request_key = r.value->>'key' \
                    JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                    WHERE i.expires_at > $2";
        let query = sql(text, values![to_rows(keys), self.now]);
        let read = |row: &AnyRow| {
            let stored = Admission::Stored {
                id: get(row, "comment_id")?,
                verdict: get(row, "verdict")?,
                score: get(row, "score")?,
                repeated: true,
            };
            let (key, hash): (String, String) =
                (get(row, "request_key")?, get(row, "request_hash")?);
            Ok((get::<SiteSlug>(row, "site")?, key, hash, stored))
        };
        let found = tx.gather("idempotency", query, read).await?;
        for (site, key, hash, stored) in found.rows {
            for place in places {
                let arrival = &self.batch[*place];
                let Some(asked) = &arrival.idempotency else {
                    continue;
                };
                if arrival.comment.site != site || asked.key != key {
                    continue;
                }
                let same = asked.request_hash == hash;
                self.outcome[*place] = Some(if same {
                    stored.clone()
                } else {
                    Admission::KeyReused
                });
            }
        }
        Ok(())
    }

    /// Claims idempotency keys. Who loses the race for one answers with the winner's comment.
    pub(super) async fn claim_keys(&mut self, tx: &mut Conn<'_>) -> Result<()> {
        let keyed: Vec<(usize, Idempotency, SiteSlug, CommentId)> = self
            .open()
            .filter_map(|(place, arrival)| {
                let NewComment { id, site, .. } = &arrival.comment;
                Some((place, arrival.idempotency.clone()?, site.clone(), *id))
            })
            .collect();
        if keyed.is_empty() {
            return Ok(());
        }
        let mut claims: Vec<_> = keyed
            .iter()
            .map(|(_, asked, site, id)| {
                serde_json::json!({ "site": site, "key": asked.key, "hash": asked.request_hash,
                                    "id": id, "until": asked.expires_at.millis() })
            })
            .collect();
        claims.sort_by_key(|row| row["key"].as_str().map(str::to_owned));
        let text = "INSERT INTO idempotency (site, request_key, request_hash, comment_id, expires_at) \
                    SELECT r.value->>'site', r.value->>'key', r.value->>'hash', r.value->>'id', \
                           CAST(r.value->>'until' AS BIGINT) \
                    FROM {rows:$1} WHERE true \
                    ON CONFLICT (site, request_key) DO UPDATE SET \
                        request_hash = excluded.request_hash, comment_id = excluded.comment_id, \
                        expires_at = excluded.expires_at \
                    WHERE idempotency.expires_at <= $2 \
                    RETURNING comment_id";
        // PostgreSQL refuses to update one row twice in a statement: a key goes in once.
        let mut seen = HashSet::new();
        claims.retain(|row| seen.insert((row["site"].to_string(), row["key"].to_string())));
        let claimed = tx.all(text, values![to_rows(claims), self.now]).await?;
        let won = claimed.iter().map(|row| get(row, "comment_id"));
        let won: Vec<CommentId> = won.collect::<Result<_>>()?;
        let lost: Vec<usize> = keyed
            .iter()
            .filter(|(_, _, _, id)| !won.contains(id))
            .map(|(place, ..)| *place)
            .collect();
        self.settle_lost_claims(tx, &keyed, &won, &lost).await
    }

    /// A lost claim is answered from the same batch's winner, else from the database.
    async fn settle_lost_claims(
        &mut self,
        tx: &mut Conn<'_>,
        keyed: &[(usize, Idempotency, SiteSlug, CommentId)],
        won: &[CommentId],
        lost: &[usize],
    ) -> Result<()> {
        let mut elsewhere = Vec::new();
        for place in lost {
            let Some((_, asked, site, _)) = keyed.iter().find(|(at, ..)| at == place) else {
                continue;
            };
            let winner = keyed.iter().find(|(_, other, other_site, id)| {
                other.key == asked.key && other_site == site && won.contains(id)
            });
            let Some((winner_place, winning, _, id)) = winner else {
                elsewhere.push(*place);
                continue;
            };
            let ruled = self.ruled[*winner_place]
                .as_ref()
                .map(|ruled| (ruled.verdict, ruled.score));
            let stored = ruled.map(|(verdict, score)| Admission::Stored {
                id: *id,
                verdict,
                score,
                repeated: true,
            });
            let same = winning.request_hash == asked.request_hash;
            self.outcome[*place] = if same {
                stored
            } else {
                Some(Admission::KeyReused)
            };
        }
        self.answer_stored_keys(tx, &elsewhere).await
    }
}
