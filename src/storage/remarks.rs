//! Lines of a comment's history that change nothing about it: a look at the whole address, a note. And the
//! last line that did change something.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    domain::{
        comment::{Comment, CommentId},
        decision::{Action, Actor, LastChange},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, StoreError, acts,
        sql::{get, list, values},
    },
};

impl Store {
    /// Notes in the history that someone looked at the whole email address.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn record_reveal(
        &self,
        comment: &Comment,
        actor: Actor,
        now: Timestamp,
    ) -> Result<()> {
        self.remark(comment, Action::EmailRevealed, actor, None, now)
            .await
    }

    /// Adds a person's note to the history. The comment itself, its version too, stays as it is.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_note(
        &self,
        comment: &Comment,
        actor: Actor,
        note: String,
        now: Timestamp,
    ) -> Result<()> {
        self.remark(comment, Action::Noted, actor, Some(note), now)
            .await
    }

    async fn remark(
        &self,
        comment: &Comment,
        action: Action,
        actor: Actor,
        note: Option<String>,
        now: Timestamp,
    ) -> Result<()> {
        let (site, id) = (comment.site.to_string(), comment.id.to_string());
        let revealed = action == Action::EmailRevealed;
        self.write(async |tx| {
            let text = "INSERT INTO history (site, comment_id, id, at, action, actor_id, \
                            actor_name, via, note) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            tx.run(
                text,
                values![
                    site,
                    id,
                    Uuid::now_v7(),
                    now,
                    action,
                    actor.id,
                    actor.name,
                    actor.via,
                    note
                ],
            )
            .await?;
            if revealed {
                let detail = serde_json::json!({ "site": site });
                acts::record(tx, "address.reveal", &id, detail).await?;
            }
            Ok(())
        })
        .await
    }

    /// Who changed comments last, of those on the sites that anybody changed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn last_changes(
        &self,
        sites: &[SiteSlug],
        ids: &[CommentId],
    ) -> Result<HashMap<CommentId, LastChange>> {
        let mut last = HashMap::new();
        if ids.is_empty() {
            return Ok(last);
        }
        let text = "SELECT id, comment_id, at, action, decision, actor_id, actor_name FROM history \
                    WHERE site IN {list:$1} \
                    AND comment_id IN {list:$2} \
                    AND action IN ('decided', 'undone') \
                    UNION ALL SELECT id, comment_id, at, 'edited', 'edit', actor_id, actor_name FROM edits \
                    WHERE site IN {list:$1} AND comment_id IN {list:$2} \
                    UNION ALL SELECT id, comment_id, undone_at, 'edit_undone', 'edit', undone_by, undone_name FROM edits \
                    WHERE site IN {list:$1} AND comment_id IN {list:$2} AND undone_at IS NOT NULL \
                    ORDER BY 3, 1";
        let found = self.all(text, values![list(sites), list(ids)]).await?;
        for row in found {
            let word: String = get(&row, "action")?;
            let change = LastChange {
                at: get(&row, "at")?,
                action: Action::parse(&word).ok_or(StoreError::Corrupt("action"))?,
                decision: get(&row, "decision")?,
                by: get(&row, "actor_name")?,
                by_id: get(&row, "actor_id")?,
            };
            last.insert(get(&row, "comment_id")?, change);
        }
        Ok(last)
    }
}
