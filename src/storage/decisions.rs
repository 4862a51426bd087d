//! Decisions and their undoing: a status, a line of history, the label and the mail they cause
//! change in one transaction or not at all.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use uuid::Uuid;

use super::{
    Result, Store, callbacks,
    deliveries::{self, News},
    engine::Engine,
    rows,
    subscriptions::{self, Approved},
    votes,
};
use crate::domain::{
    comment::{Comment, CommentId, Status},
    decision::{Action, Actor, Decided, Decision},
    sample::{Source, Vote},
    site::SiteSlug,
    timestamp::Timestamp,
    webhook::Event,
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
                    .bind(site)
                    .bind(id)
                    .bind(Uuid::now_v7().to_string())
                    .bind(now.millis())
                    .bind(Action::EmailRevealed.as_str())
                    .bind(actor.id)
                    .bind(actor.name)
                    .bind(actor.via)
                    .execute(connection)
                    .await?;
                Ok(())
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
        let found = sqlx::query(AssertSqlSafe(self.engine.dialect(&text)))
            .bind(rows::list_json(&self.decider.sites))
            .bind(rows::list_json(wishes.iter().map(|wish| wish.id)))
            .fetch_all(&mut *self.connection)
            .await?;
        let read = |row| rows::comment(row).map(|comment| (comment.id, comment));
        found.iter().map(read).collect()
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
        let found = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(rows::list_json(&self.decider.sites))
            .bind(rows::list_json(ids))
            .fetch_all(&mut *self.connection)
            .await?;
        for row in found {
            let id = rows::comment_id(&row, "comment_id")?;
            if let Some(later) = last.get_mut(&id) {
                let by: Option<String> = row.try_get("actor_id")?;
                let at: i64 = row.try_get("at")?;
                later.earlier.get_or_insert((at, by.unwrap_or_default()));
                continue;
            }
            let decision = LastDecision {
                history_id: row.try_get("id")?,
                decision: row.try_get("decision")?,
                from: rows::status(&row, "from_status")?,
                earlier: None,
            };
            last.insert(id, decision);
        }
        Ok(last)
    }

    async fn save(
        &mut self,
        outcomes: &[Outcome],
        lines: &[Line],
        taken_back: &[(String, CommentId, String)],
    ) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        self.update_comments(outcomes).await?;
        self.append_history(lines).await?;
        self.mark_undone(taken_back).await?;
        let approved: Vec<Approved> = outcomes.iter().filter_map(newly_public).collect();
        let now = self.decider.now;
        subscriptions::on_approved(self.connection, self.engine, &approved, now).await?;
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
                let about = json!({ "comment": line.comment, "decision": decision,
                                    "from": line.from, "to": line.to });
                News::new(line.site.as_str(), Event::CommentDecided, &about)
            })
            .collect();
        deliveries::queue(self.connection, self.engine, &news, self.decider.now).await?;
        let decided = lines
            .iter()
            .map(|line| (line.site.to_string(), line.comment.clone()));
        callbacks::queue(self.connection, self.engine, decided, self.decider.now).await
    }

    /// Last of all: from here on the sites' learning is locked until the transaction ends.
    async fn label(&mut self, outcomes: &[Outcome]) -> Result<()> {
        let done = outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(comment, _) => Some((self.to_vote)(comment)),
            _ => None,
        });
        let (source, now) = (&self.decider.source, self.decider.now);
        votes::cast(self.connection, self.engine, done.collect(), source, now).await?;
        Ok(())
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
        sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(changed).to_string())
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    async fn append_history(&mut self, lines: &[Line]) -> Result<()> {
        let text = "INSERT INTO history (site, comment_id, id, at, action, actor_id, actor_name, via, \
                        decision, from_status, to_status, note) \
                    SELECT r.value->>'site', r.value->>'comment', r.value->>'id', $2, \
                        r.value->>'action', $3, $4, $5, r.value->>'decision', r.value->>'from', \
                        r.value->>'to', $6 \
                    FROM {rows:$1}";
        let Decider {
            actor, note, now, ..
        } = &self.decider;
        sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::to_string(lines).unwrap_or_default())
            .bind(now.millis())
            .bind(actor.id.clone())
            .bind(actor.name.clone())
            .bind(actor.via)
            .bind(note.clone())
            .execute(&mut *self.connection)
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
        sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(marks.collect()).to_string())
            .execute(&mut *self.connection)
            .await?;
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
