//! Decisions and their undoing: a status, a line of history, the label and the mail they cause
//! change in one transaction or not at all.

mod saving;
mod standing;

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    domain::{
        comment::{Comment, CommentId, Status},
        decision::{Action, Change, Decided, Decider, DecisionReason, Outcome, ToVote, Wish},
        site::SiteSlug,
    },
    storage::{
        Result, Store, comment_rows,
        decisions::standing::NotTaken,
        learning::LearningStep,
        sql::{Conn, list, sql, values},
    },
};

#[derive(Serialize)]
struct Line {
    site: SiteSlug,
    comment: String,
    id: String,
    action: &'static str,
    decision: Option<String>,
    from: &'static str,
    to: &'static str,
    reason: Option<&'static str>,
}

impl Store {
    /// Carries the wishes out in one transaction, the labels that follow included; the answer has
    /// an [`Outcome`] for each, in order, and how the labels change what is learnt. A comment named twice is decided once, the second wish
    /// finds it stale.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn decide(
        &self,
        wishes: Vec<Wish>,
        decider: Decider,
        to_vote: ToVote,
    ) -> Result<(Vec<Outcome>, Vec<LearningStep>)> {
        self.write(async |tx| {
            let mut desk = Desk {
                tx,
                decider,
                to_vote,
            };
            desk.carry_out(&wishes).await
        })
        .await
    }
}

/// What one person changes in one transaction.
pub(super) struct Desk<'c, 't> {
    pub(super) tx: &'c mut Conn<'t>,
    pub(super) decider: Decider,
    pub(super) to_vote: ToVote,
}

impl Desk<'_, '_> {
    async fn carry_out(&mut self, wishes: &[Wish]) -> Result<(Vec<Outcome>, Vec<LearningStep>)> {
        let mut comments = self.lock(wishes.iter().map(|wish| wish.id)).await?;
        let undone: Vec<CommentId> = wishes
            .iter()
            .filter(|wish| wish.change == Change::Undo)
            .map(|wish| wish.id)
            .collect();
        let sites = comments.values().map(|comment| &comment.site);
        let mut standing = self.standing(sites, &undone).await?;
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
            let (line, reason) = match wish.change {
                Change::Decide(decision) => {
                    let reason = self.decider.beside.reason;
                    comment.status = decision.outcome();
                    comment.decided_at = Some(self.decider.now);
                    comment.decided_by = Some(self.decider.actor.id.clone());
                    let mut line =
                        line(Action::Decided, comment, from, decision.as_str().to_owned());
                    line.reason = reason.map(DecisionReason::as_str);
                    (line, reason)
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
                    let reason = undo.earlier.as_ref().and_then(|earlier| earlier.reason);
                    let earlier = undo.earlier.map(|earlier| (earlier.at, earlier.by));
                    (comment.decided_at, comment.decided_by) = earlier.unzip();
                    let site = comment.site.to_string();
                    let lines = undo.lines.into_iter();
                    taken_back.extend(lines.map(|id| (site.clone(), comment.id, id)));
                    let line = line(Action::Undone, comment, from, undo.decision);
                    (line, reason)
                }
            };
            comment.version += 1;
            lines.push(line);
            let decided = Decided {
                id: comment.id,
                from,
                status: comment.status,
                version: comment.version,
                reason,
            };
            outcomes.push(Outcome::Done(Box::new(comment.clone()), decided));
        }
        let steps = self.save(&outcomes, &lines, &taken_back).await?;
        Ok((outcomes, steps))
    }

    /// Reads the comments that the decider's scope covers and, on PostgreSQL, locks them, in the order of their ids.
    /// They are found by their ids alone: a look at each of thousands of sites takes longer than all the rest.
    pub(super) async fn lock(
        &mut self,
        ids: impl Iterator<Item = CommentId>,
    ) -> Result<HashMap<CommentId, Comment>> {
        let text = format!(
            "SELECT {} FROM comments c WHERE c.id IN {{ids:$1}} ORDER BY c.id {{lock}}",
            comment_rows::COLUMNS
        );
        let query = sql(text, values![list(ids)]);
        let found = self.tx.gather("comments", query, comment_rows::comment);
        let mut comments = found.await?.rows;
        let scope = &self.decider.scope;
        comments.retain(|comment| scope.covers(&comment.site));
        Ok(comments
            .into_iter()
            .map(|comment| (comment.id, comment))
            .collect())
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
        reason: None,
    }
}
