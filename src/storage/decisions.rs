//! Decisions and their undoing: a status, a line of history, the label and the mail they cause
//! change in one transaction or not at all.

mod saving;
mod standing;

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use uuid::Uuid;

use self::standing::NotTaken;
use super::{Result, Store, damage::gather, engine::Engine, rows};
use crate::domain::{
    comment::{Comment, CommentId, Status},
    decision::{Action, Actor, BatchId, Decided, Decision},
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
    /// The batch that decisions join. With it, taking back is about what the batch decided alone.
    pub batch: Option<BatchId>,
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
        let mut standing = self.standing(&undone).await?;
        let mut outcomes = Vec::with_capacity(wishes.len());
        let mut lines = Vec::new();
        let mut taken_back = Vec::new();
        for wish in wishes {
            let Some(comment) = comments.get_mut(&wish.id) else {
                outcomes.push(Outcome::NotFound);
                continue;
            };
            let is_stale = |version: i64| version != comment.version;
            if wish.version.is_some_and(is_stale) {
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
                    let decisions = standing.remove(&wish.id).unwrap_or_default();
                    let undo = match standing::take_back(decisions, self.decider.batch) {
                        Ok(undo) => undo,
                        Err(NotTaken::Nothing) => {
                            outcomes.push(Outcome::NothingToUndo(Box::new(comment.clone())));
                            continue;
                        }
                        Err(NotTaken::Another) => {
                            outcomes.push(Outcome::Stale(Box::new(comment.clone())));
                            continue;
                        }
                    };
                    comment.status = undo.from;
                    (comment.decided_at, comment.decided_by) = undo.earlier.unzip();
                    let site = comment.site.to_string();
                    let lines = undo.lines.into_iter();
                    taken_back.extend(lines.map(|id| (site.clone(), comment.id, id)));
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
