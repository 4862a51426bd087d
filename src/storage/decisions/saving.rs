//! What a batch of decisions leaves behind: the comments as they are now, lines of history, news, mail
//! and labels.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use crate::{
    domain::{
        comment::{Comment, CommentId, Status},
        decision::{Action, Decider, Outcome},
        timestamp::Timestamp,
        webhook::Event,
    },
    storage::{
        Result, callbacks,
        decisions::{Desk, Line},
        deliveries::{self, News},
        learning::LearningStep,
        sql::{to_json, to_rows, values},
        subscriptions::{self, Approved},
        votes,
    },
};

impl Desk<'_, '_> {
    /// Writes all of it, and what follows from it.
    pub(super) async fn save(
        &mut self,
        outcomes: &[Outcome],
        lines: &[Line],
        taken_back: &[(String, CommentId, String)],
    ) -> Result<Vec<LearningStep>> {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        self.update_comments(outcomes).await?;
        self.append_history(lines).await?;
        self.record_batch(lines).await?;
        self.mark_undone(taken_back).await?;
        let approved: Vec<Approved> = outcomes.iter().filter_map(newly_public).collect();
        let now = self.decider.now;
        subscriptions::on_approved(self.tx, &approved, now).await?;
        self.announce(lines).await?;
        self.label(outcomes).await
    }

    /// Tells whoever wants to hear of decisions, and the programs that asked about the comments.
    async fn announce(&mut self, lines: &[Line]) -> Result<()> {
        let news: Vec<News> = lines
            .iter()
            .map(|line| {
                let decision = if line.action == Action::Undone.as_str() {
                    "undo"
                } else {
                    line.decision.as_deref().unwrap_or_default()
                };
                let mut about = json!({ "comment": line.comment, "decision": decision,
                                        "from": line.from, "to": line.to });
                if let Some(reason) = line.reason {
                    about["reason"] = reason.into();
                }
                News::new(line.site.as_str(), Event::CommentDecided, &about)
            })
            .collect();
        deliveries::queue(self.tx, &news, self.decider.now).await?;
        let decided = lines
            .iter()
            .map(|line| (line.site.to_string(), line.comment.clone()));
        callbacks::queue(self.tx, decided, self.decider.now).await
    }

    /// Last of all: from here on the sites' learning is locked until the transaction ends.
    pub(in crate::storage) async fn label(
        &mut self,
        outcomes: &[Outcome],
    ) -> Result<Vec<LearningStep>> {
        let done = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(comment, decided) => Some((self.to_vote)(comment, decided.reason)),
            _ => None,
        });
        let (source, now) = (&self.decider.source, self.decider.now);
        let votes = done.flatten().collect();
        let (_, steps) = votes::cast(self.tx, votes, source, now).await?;
        Ok(steps)
    }

    async fn update_comments(&mut self, outcomes: &[Outcome]) -> Result<()> {
        // A comment decided twice in one go is written once, as the last wish left it.
        let mut changed: HashMap<CommentId, &Comment> = HashMap::new();
        for outcome in outcomes {
            if let Outcome::Done(comment, _) = outcome {
                changed.insert(comment.id, comment);
            }
        }
        let changed: Vec<_> = changed
            .values()
            .map(|comment| {
                json!({ "site": comment.site, "id": comment.id, "status": comment.status,
                        "version": comment.version, "by": comment.decided_by,
                        "at": comment.decided_at.map(Timestamp::millis) })
            })
            .collect();
        let text = "UPDATE comments SET status = r.value->>'status', \
                        version = CAST(r.value->>'version' AS BIGINT), \
                        decided_at = CAST(r.value->>'at' AS BIGINT), decided_by = r.value->>'by' \
                    FROM {rows:$1} \
                    WHERE comments.site = r.value->>'site' AND comments.id = r.value->>'id'";
        self.tx.run(text, values![to_rows(changed)]).await?;
        Ok(())
    }

    async fn append_history(&mut self, lines: &[Line]) -> Result<()> {
        let text = "INSERT INTO history (site, comment_id, id, at, action, actor_id, actor_name, via, \
                        decision, from_status, to_status, note, batch, reason) \
                    SELECT r.value->>'site', r.value->>'comment', r.value->>'id', $2, \
                        r.value->>'action', $3, $4, $5, r.value->>'decision', r.value->>'from', \
                        r.value->>'to', $6, $7, r.value->>'reason' \
                    FROM {rows:$1}";
        let Decider {
            actor,
            beside,
            now,
            batch,
            ..
        } = &self.decider;
        self.tx
            .run(
                text,
                values![
                    to_json(lines),
                    now,
                    actor.id,
                    actor.name,
                    actor.via,
                    beside.note,
                    batch
                ],
            )
            .await?;
        Ok(())
    }

    /// Counts the comments that a batch decided about, at each site; a batch may grow, request by request.
    async fn record_batch(&mut self, lines: &[Line]) -> Result<()> {
        let Some(batch) = self.decider.batch else {
            return Ok(());
        };
        let mut parts: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for line in lines {
            if let (Some(decision), true) =
                (&line.decision, line.action == Action::Decided.as_str())
            {
                let part = parts.entry((line.site.as_str(), decision)).or_default();
                part.insert(&line.comment);
            }
        }
        let parts: Vec<_> = parts
            .into_iter()
            .map(|((site, decision), comments)| {
                json!({ "site": site, "decision": decision, "comments": comments.len() })
            })
            .collect();
        let text = "INSERT INTO batches (site, id, at, actor_id, actor_name, via, decision, comments) \
                    SELECT r.value->>'site', $2, $3, $4, $5, $6, r.value->>'decision', \
                        CAST(r.value->>'comments' AS BIGINT) \
                    FROM {rows:$1} WHERE true \
                    ON CONFLICT (site, id) DO UPDATE SET comments = batches.comments + excluded.comments";
        let Decider { actor, now, .. } = &self.decider;
        self.tx
            .run(
                text,
                values![to_rows(parts), batch, now, actor.id, actor.name, actor.via],
            )
            .await?;
        Ok(())
    }

    async fn mark_undone(&mut self, taken_back: &[(String, CommentId, String)]) -> Result<()> {
        if taken_back.is_empty() {
            return Ok(());
        }
        let marks = taken_back
            .iter()
            .map(|(site, comment, id)| json!({ "site": site, "comment": comment, "id": id }));
        let text = "UPDATE history SET undone = 1 FROM {rows:$1} \
                    WHERE history.site = r.value->>'site' \
                    AND history.comment_id = r.value->>'comment' AND history.id = r.value->>'id'";
        self.tx.run(text, values![to_rows(marks)]).await?;
        Ok(())
    }
}

/// The comment, if this made it public.
fn newly_public(outcome: &Outcome) -> Option<Approved> {
    let Outcome::Done(comment, decided) = outcome else {
        return None;
    };
    let is_new = decided.from != Status::Approved && decided.status == Status::Approved;
    is_new.then(|| Approved::from(&**comment))
}
