//! Texts that moderators change: a comment's new text, the old one beside it, and the way back, each in one
//! transaction with what follows from it.

use serde_json::json;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::{
    domain::{
        abuse::AbuseScore,
        comment::{Comment, CommentId, Status},
        decision::{Action, Decided, Decider, HistoryEntry, Outcome, ToVote},
        edit::{EarlierText, EditedLately, EditedNow, Rewriting, TextChange},
        site::SiteSlug,
        timestamp::Timestamp,
        webhook::Event,
    },
    storage::{
        Result, Store,
        decisions::Desk,
        deliveries::{self, News},
        sql::{get, list, sql, values},
    },
};

/// What [`lines`] reads.
pub(super) const COLUMNS: &str =
    "id, at, actor_name, via, reason, text, undone_at, undone_name, undone_via";

impl Store {
    /// Changes a comment's text, or takes the last change back: what it is found and judged by changes too, and its label
    /// if it has one.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn rewrite(
        &self,
        wish: Rewriting,
        decider: Decider,
        to_vote: ToVote,
    ) -> Result<Outcome> {
        let text = wish.fingerprint;
        self.write(async |tx| {
            let mut desk = Desk {
                tx,
                decider,
                to_vote,
            };
            let outcome = desk.rewrite(wish).await?;
            if let (Outcome::Done(comment, _), Some(lately), Some(text)) =
                (&outcome, &self.lately, text)
            {
                lately.add_text(&comment.site, comment.id, text, comment.created_at);
            }
            Ok(outcome)
        })
        .await
    }

    /// What was edited of a comment, as lines of its history, the earliest first.
    pub(super) async fn edits_of(&self, comment: &Comment) -> Result<Vec<HistoryEntry>> {
        let text =
            format!("SELECT {COLUMNS} FROM edits WHERE site = $1 AND comment_id = $2 ORDER BY id");
        let query = sql(text, values![comment.site, comment.id]);
        let found = self.gather("edits", query, lines).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The texts that a comment had before the changes that were not taken back, the earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn earlier_texts(&self, site: &SiteSlug, id: CommentId) -> Result<Vec<EarlierText>> {
        let text = "SELECT id, at, text FROM edits \
                    WHERE site = $1 AND comment_id = $2 AND undone_at IS NULL ORDER BY id";
        let read = |row: &AnyRow| {
            Ok(EarlierText {
                edit: get(row, "id")?,
                until: get(row, "at")?,
                text: get(row, "text")?,
            })
        };
        self.gather("edits", sql(text, values![site, id]), read)
            .await
    }

    /// Changes of texts on the sites before a time, the latest first; with `actor` that person's alone, not taken back, the
    /// last of their comments, and no earlier than `since`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn edited_lately(
        &self,
        sites: &[SiteSlug],
        since: Timestamp,
        before: Timestamp,
        actor: Option<&str>,
        limit: u32,
    ) -> Result<Vec<EditedLately>> {
        let mut query = sql(
            "SELECT e.id, e.comment_id, e.site, e.at, e.actor_name, e.via, e.reason, e.undone_at, c.name, c.version, \
             CAST(CASE WHEN e.undone_at IS NULL AND NOT EXISTS (SELECT 1 FROM edits l WHERE l.site = e.site \
                 AND l.comment_id = e.comment_id AND l.id > e.id AND l.undone_at IS NULL) THEN 1 ELSE 0 END AS BIGINT) AS last \
             FROM edits e JOIN comments c ON c.site = e.site AND c.id = e.comment_id \
             WHERE e.at >= $2 AND e.at < $3 AND e.site || '' IN {list:$1}",
            values![list(sites), since, before],
        );
        if let Some(actor) = actor {
            query.push("AND e.actor_id = ? AND e.undone_at IS NULL", values![actor]);
        }
        query.push("ORDER BY e.at DESC, e.id DESC LIMIT ?", values![limit]);
        self.gather("edits", query, lately).await
    }
}

impl Store {
    /// Texts that were changed, or changed back, at a time or later on any site, the earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn edits_since(&self, since: Timestamp, limit: u32) -> Result<Vec<EditedNow>> {
        let text = "SELECT e.*, c.version FROM ( \
                        SELECT id AS line, site, comment_id, at, actor_name, actor_id FROM edits WHERE at >= $1 \
                        UNION ALL SELECT id || ' back', site, comment_id, undone_at, undone_name, undone_by \
                        FROM edits WHERE undone_at >= $1) e \
                    JOIN comments c ON c.site = e.site AND c.id = e.comment_id ORDER BY e.at, e.line LIMIT $2";
        let read = |row: &AnyRow| {
            Ok(EditedNow {
                line: get(row, "line")?,
                site: get(row, "site")?,
                comment: get(row, "comment_id")?,
                version: get(row, "version")?,
                at: get(row, "at")?,
                by: get(row, "actor_name")?,
                by_id: get(row, "actor_id")?,
            })
        };
        self.gather("edits", sql(text, values![since, limit]), read)
            .await
    }
}

impl Desk<'_, '_> {
    async fn rewrite(&mut self, wish: Rewriting) -> Result<Outcome> {
        let found = self.lock([wish.id].into_iter()).await?.remove(&wish.id);
        let Some(mut comment) = found else {
            return Ok(Outcome::NotFound);
        };
        if wish
            .version
            .is_some_and(|version| version != comment.version)
        {
            return Ok(Outcome::Stale(Box::new(comment)));
        }
        if !self.note(&comment, &wish.change).await? {
            return Ok(Outcome::NothingToUndo(Box::new(comment)));
        }
        comment.version += 1;
        comment.text = wish.text;
        comment.score = wish.evidence.log_odds().map(crate::bayes::probability);
        comment.evidence = wish.evidence;
        let text = "UPDATE comments SET text = $3, fingerprint = $4, score = $5, evidence = $6, model_version = $7, \
                        version = $8, abuse = $9, edited_at = (SELECT MAX(e.at) FROM edits e WHERE e.site = comments.site \
                            AND e.comment_id = comments.id AND e.undone_at IS NULL) \
                    WHERE site = $1 AND id = $2";
        let model = comment.evidence.model.as_ref();
        let values = values![
            comment.site,
            comment.id,
            comment.text,
            wish.fingerprint,
            comment.score,
            comment.evidence,
            model.map(|model| &model.version),
            comment.version,
            comment.evidence.abuse.map(AbuseScore::steps)
        ];
        self.tx.run(text, values).await?;
        let event = match wish.change {
            TextChange::Edit { .. } => "edit",
            TextChange::TakeBack { .. } => "undo",
        };
        let about = json!({ "comment": comment.id, "decision": event });
        let news = News::new(comment.site.as_str(), Event::CommentEdited, &about);
        deliveries::queue(self.tx, &[news], self.decider.now).await?;
        let decided = Decided {
            id: comment.id,
            from: comment.status,
            status: comment.status,
            version: comment.version,
            reason: self.standing_reason(&comment).await?,
        };
        let is_decided = comment.decided_by.is_some();
        let outcome = Outcome::Done(Box::new(comment), decided);
        if is_decided {
            self.label(std::slice::from_ref(&outcome)).await?;
        }
        Ok(outcome)
    }

    /// Notes a change beside the text that it replaces; `false` when what is to be taken back was.
    async fn note(&mut self, comment: &Comment, change: &TextChange) -> Result<bool> {
        let Decider { actor, now, .. } = &self.decider;
        match change {
            TextChange::Edit { reason } => {
                let text = "INSERT INTO edits (site, comment_id, id, at, actor_id, actor_name, via, reason, text) \
                            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let values = values![
                    comment.site,
                    comment.id,
                    Uuid::now_v7(),
                    now,
                    actor.id,
                    actor.name,
                    actor.via,
                    reason,
                    comment.text
                ];
                self.tx.run(text, values).await.map(|_| true)
            }
            TextChange::TakeBack { edit } => {
                let text = "UPDATE edits SET undone_at = $4, undone_by = $5, undone_name = $6, undone_via = $7 \
                            WHERE site = $1 AND comment_id = $2 AND id = $3 AND undone_at IS NULL";
                let values = values![
                    comment.site,
                    comment.id,
                    edit,
                    now,
                    actor.id,
                    actor.name,
                    actor.via
                ];
                self.tx.touch(text, values).await
            }
        }
    }
}

/// A change, and its taking back if there is one.
pub(super) fn lines(row: &AnyRow) -> Result<Vec<HistoryEntry>> {
    let undone_at: Option<Timestamp> = get(row, "undone_at")?;
    let line = |at, action, by, via, note, text| HistoryEntry {
        at,
        action,
        by,
        via,
        decision: None,
        from: None::<Status>,
        to: None,
        note,
        reason: None,
        undone: action == Action::Edited && undone_at.is_some(),
        batch: None,
        text,
    };
    let edited = line(
        get(row, "at")?,
        Action::Edited,
        get(row, "actor_name")?,
        get(row, "via")?,
        get(row, "reason")?,
        get(row, "text")?,
    );
    let mut lines = vec![edited];
    if let Some(at) = undone_at {
        let (by, via) = (get(row, "undone_name")?, get(row, "undone_via")?);
        lines.push(line(at, Action::EditUndone, by, via, None, None));
    }
    Ok(lines)
}

fn lately(row: &AnyRow) -> Result<EditedLately> {
    let undone: Option<Timestamp> = get(row, "undone_at")?;
    Ok(EditedLately {
        at: get(row, "at")?,
        by: get(row, "actor_name")?,
        via: get(row, "via")?,
        site: get(row, "site")?,
        comment: get(row, "comment_id")?,
        version: get(row, "version")?,
        author: get(row, "name")?,
        reason: get(row, "reason")?,
        undone: undone.is_some(),
        last: get(row, "last")?,
    })
}
