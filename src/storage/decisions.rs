//! Decisions and their undoing: a status, a line of history, the label and the mail they cause
//! change in one transaction or not at all.

mod saving;

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{Result, Store, acts, damage::gather, engine::Engine, rows};
use crate::domain::{
    comment::{Comment, CommentId, Status},
    decision::{Action, Actor, Decided, Decision},
    sample::{Source, Vote},
    site::SiteSlug,
    timestamp::Timestamp,
};

/// A wish to change one comment.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The comment.
    pub id: CommentId,
    /// The version its decider saw; none to decide whatever it is now.
    pub version: Option<i64>,
    /// What to do.
    pub change: Change,
}

/// What to do with a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Decide.
    Decide(Decision),
    /// Take the last decision back.
    Undo,
}

/// What became of a wish.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Done. The comment as it is now, and what changed.
    Done(Box<Comment>, Decided),
    /// Someone was faster: the comment as it is now.
    Stale(Box<Comment>),
    /// There is no decision to take back.
    NothingToUndo(Box<Comment>),
    /// There is no such comment on the sites.
    NotFound,
}

/// Who changes what, when, and what they noted beside it.
#[derive(Debug, Clone)]
pub struct Decider {
    /// Who.
    pub actor: Actor,
    /// The sites they may decide on.
    pub sites: Vec<SiteSlug>,
    /// What they wrote beside it.
    pub note: Option<String>,
    /// When.
    pub now: Timestamp,
    /// As what their labels count.
    pub source: Source,
}

/// What a comment, as it stands after a decision or its undoing, says about spam and ham.
pub type ToVote = Box<dyn Fn(&Comment) -> Vote + Send + Sync>;

#[derive(Serialize)]
struct Line {
    site: SiteSlug,
    comment: String,
    id: String,
    action: &'static str,
    decision: Option<String>,
    from: &'static str,
    to: &'static str,
}

/// The last decision on a comment that was not taken back, and who made the one before it.
struct LastDecision {
    history_id: String,
    decision: String,
    from: Status,
    earlier: Option<(i64, String)>,
}

impl Store {
    /// Carries the wishes out in one transaction, the labels that follow included; the answer has
    /// an [`Outcome`] for each, in order. A comment named twice is decided once, the second wish
    /// finds it stale.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn decide(
        &self,
        wishes: Vec<Wish>,
        decider: Decider,
        to_vote: ToVote,
    ) -> Result<Vec<Outcome>> {
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let mut desk = Desk {
                    connection,
                    engine,
                    decider,
                    to_vote,
                };
                desk.carry_out(&wishes).await
            })
        })
        .await
    }

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
        let (site, id) = (comment.site.to_string(), comment.id.to_string());
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO history (site, comment_id, id, at, action, actor_id, actor_name, via) \
                            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
                sqlx::query(text)
                    .bind(site.clone())
                    .bind(id.clone())
                    .bind(Uuid::now_v7().to_string())
                    .bind(now.millis())
                    .bind(Action::EmailRevealed.as_str())
                    .bind(actor.id)
                    .bind(actor.name)
                    .bind(actor.via)
                    .execute(&mut *connection)
                    .await?;
                let detail = serde_json::json!({ "site": site });
                acts::record(connection, "address.reveal", &id, detail).await
            })
        })
        .await
    }
}

struct Desk<'c> {
    connection: &'c mut AnyConnection,
    engine: Engine,
    decider: Decider,
    to_vote: ToVote,
}

impl Desk<'_> {
    async fn carry_out(&mut self, wishes: &[Wish]) -> Result<Vec<Outcome>> {
        let mut comments = self.lock(wishes).await?;
        let undone: Vec<CommentId> = wishes
            .iter()
            .filter(|wish| wish.change == Change::Undo)
            .map(|wish| wish.id)
            .collect();
        let mut last = self.last_decisions(&undone).await?;
        let mut outcomes = Vec::with_capacity(wishes.len());
        let mut lines = Vec::new();
        let mut taken_back = Vec::new();
        for wish in wishes {
            let Some(comment) = comments.get_mut(&wish.id) else {
                outcomes.push(Outcome::NotFound);
                continue;
            };
            if wish
                .version
                .is_some_and(|version| version != comment.version)
            {
                outcomes.push(Outcome::Stale(Box::new(comment.clone())));
                continue;
            }
            let from = comment.status;
            let line = match wish.change {
                Change::Decide(decision) => {
                    comment.status = decision.outcome();
                    comment.decided_at = Some(self.decider.now);
                    comment.decided_by = Some(self.decider.actor.id.clone());
                    line(Action::Decided, comment, from, decision.as_str().to_owned())
                }
                Change::Undo => {
                    let Some(undo) = last.remove(&wish.id) else {
                        outcomes.push(Outcome::NothingToUndo(Box::new(comment.clone())));
                        continue;
                    };
                    comment.status = undo.from;
                    let earlier = undo
                        .earlier
                        .map(|(at, by)| (Timestamp::from_millis(at), by));
                    (comment.decided_at, comment.decided_by) = earlier.unzip();
                    taken_back.push((comment.site.to_string(), comment.id, undo.history_id));
                    line(Action::Undone, comment, from, undo.decision)
                }
            };
            comment.version += 1;
            lines.push(line);
            let decided = Decided {
                id: comment.id,
                from,
                status: comment.status,
                version: comment.version,
            };
            outcomes.push(Outcome::Done(Box::new(comment.clone()), decided));
        }
        self.save(&outcomes, &lines, &taken_back).await?;
        Ok(outcomes)
    }

    /// Reads the comments and, on PostgreSQL, locks them, in the order of their ids.
    async fn lock(&mut self, wishes: &[Wish]) -> Result<HashMap<CommentId, Comment>> {
        let text = format!(
            "SELECT {} FROM comments c WHERE c.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             AND c.id IN (SELECT r.value->>'v' FROM {{rows:$2}}) ORDER BY c.id {{lock}}",
            rows::COMMENT
        );
        let query = sqlx::query(AssertSqlSafe(self.engine.dialect(&text)))
            .bind(rows::list_json(&self.decider.sites))
            .bind(rows::list_json(wishes.iter().map(|wish| wish.id)));
        let read = |row: &AnyRow| rows::comment(row).map(|comment| (comment.id, comment));
        let found = gather(self.connection, "comments", query, read).await?;
        Ok(found.rows.into_iter().collect())
    }

    async fn last_decisions(
        &mut self,
        ids: &[CommentId],
    ) -> Result<HashMap<CommentId, LastDecision>> {
        let mut last: HashMap<CommentId, LastDecision> = HashMap::new();
        if ids.is_empty() {
            return Ok(last);
        }
        let text = "SELECT comment_id, id, at, actor_id, decision, from_status FROM history \
                    WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                    AND comment_id IN (SELECT r.value->>'v' FROM {rows:$2}) \
                    AND action = 'decided' AND undone = 0 ORDER BY id DESC";
        let query = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(rows::list_json(&self.decider.sites))
            .bind(rows::list_json(ids));
        let read = |row: &AnyRow| {
            let by: Option<String> = row.try_get("actor_id")?;
            let decision = LastDecision {
                history_id: row.try_get("id")?,
                decision: row.try_get("decision")?,
                from: rows::status(row, "from_status")?,
                earlier: None,
            };
            let made = (row.try_get("at")?, by.unwrap_or_default());
            Ok((rows::comment_id(row, "comment_id")?, decision, made))
        };
        let found = gather(self.connection, "history", query, read).await?;
        for (id, decision, made) in found.rows {
            match last.get_mut(&id) {
                Some(later) => {
                    later.earlier.get_or_insert(made);
                }
                None => {
                    last.insert(id, decision);
                }
            }
        }
        Ok(last)
    }
}

fn line(action: Action, comment: &Comment, from: Status, decision: String) -> Line {
    Line {
        site: comment.site.clone(),
        comment: comment.id.to_string(),
        id: Uuid::now_v7().to_string(),
        action: action.as_str(),
        decision: Some(decision),
        from: from.as_str(),
        to: comment.status.as_str(),
    }
}
