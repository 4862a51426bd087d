//! Review: what moderators see of the queue, and the one door through which every decision goes,
//! whether it comes from the API, the desk or a link in a mail.
//!
//! How a comment got its verdict is `intake`'s and `spam`'s; what is sent because of a decision is
//! `notify`'s.

pub mod abuse;
pub mod batches;
pub mod changes;
pub mod copies;
pub mod edits;
pub mod last;
pub mod opened;
pub mod queue;
pub mod statistics;
pub mod tally;
pub mod trial;

use std::sync::Arc;

use crate::{
    domain::{
        comment::CommentId,
        decision::{BatchId, Beside, Change, Decider, Door, Outcome, ToVote, Wish},
        field::{FieldError, parse_lines},
        moderator::Principal,
    },
    ground::Ground,
    learn::{Learning, samples},
    reading::Reading,
    storage::Result,
};

/// The room's parts.
pub struct Review {
    ground: Arc<Ground>,
    learning: Arc<Learning>,
    reading: Arc<Reading>,
}

impl Review {
    /// The room over the ground: a decision reaches `learning` and `reading`.
    #[must_use]
    pub const fn new(ground: Arc<Ground>, learning: Arc<Learning>, reading: Arc<Reading>) -> Self {
        Self {
            ground,
            learning,
            reading,
        }
    }
}

/// Most comments decided in one go.
pub const MAX_WISHES: usize = 500;

/// Longest note beside a decision, in Unicode scalar values.
const MAX_NOTE_CHARS: usize = 1_000;

/// Reads a note; an empty one is none.
///
/// # Errors
/// A [`FieldError`] on `note`.
pub fn parse_note(raw: Option<&str>) -> Result<Option<String>, FieldError> {
    parse_remark("note", raw)
}

/// Reads the reason of a change of a text; an empty one is none.
///
/// # Errors
/// A [`FieldError`] on `reason`.
pub fn parse_reason(raw: Option<&str>) -> Result<Option<String>, FieldError> {
    parse_remark("reason", raw)
}

fn parse_remark(field: &str, raw: Option<&str>) -> Result<Option<String>, FieldError> {
    raw.filter(|raw| !raw.trim().is_empty())
        .map(|raw| parse_lines(field, raw, MAX_NOTE_CHARS))
        .transpose()
}

/// Carries out what someone decided, then what follows from it. The answer has an [`Outcome`] for
/// each wish, in order; a comment outside the principal's scope is not there.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn decide(
    review: &Review,
    principal: &Principal,
    wishes: Vec<Wish>,
    note: Option<String>,
) -> Result<Vec<Outcome>> {
    let beside = Beside { note, reason: None };
    decide_together(review, principal, wishes, beside, None).await
}

/// Like [`decide`], with all that is said beside it. The decisions join a batch, if one is given, and wishes to take back are about its
/// decisions alone: where somebody changed the comment since, they find it stale.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn decide_together(
    review: &Review,
    principal: &Principal,
    wishes: Vec<Wish>,
    beside: Beside,
    batch: Option<BatchId>,
) -> Result<Vec<Outcome>> {
    let changes: Vec<Change> = wishes.iter().map(|wish| wish.change).collect();
    let decider = decider(&review.ground, principal, beside, batch);
    let vault = review.ground.vault.clone();
    let by_program = principal.actor.via == Door::Client;
    let to_vote: ToVote = Box::new(move |comment, reason| {
        let [spam, abuse] = samples::votes_of(&vault, comment, reason);
        // What a program reports as no spam may be abuse all the same.
        if by_program {
            vec![spam]
        } else {
            vec![spam, abuse]
        }
    });
    let (outcomes, steps) = review.ground.store.decide(wishes, decider, to_vote).await?;
    review.learning.hear(steps);
    for (change, outcome) in changes.into_iter().zip(&outcomes) {
        if let Outcome::Done(comment, _) = outcome {
            review.reading.forget(&comment.site, &comment.page);
            count(change);
        }
    }
    Ok(outcomes)
}

/// Somebody who decides now.
fn decider(
    ground: &Ground,
    principal: &Principal,
    beside: Beside,
    batch: Option<BatchId>,
) -> Decider {
    let actor = &principal.actor;
    let provenance = samples::provenance_of(actor);
    Decider {
        source: samples::source(ground, provenance, actor.id.clone()),
        actor: actor.clone(),
        scope: principal.scope.clone(),
        beside,
        batch,
        now: ground.now(),
    }
}

/// Takes the last decision about one comment back; with a `version`, only of the comment as it was seen.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn undo(
    review: &Review,
    principal: &Principal,
    id: CommentId,
    version: Option<i64>,
) -> Result<Outcome> {
    let wish = Wish {
        id,
        version,
        change: Change::Undo,
    };
    let outcomes = decide(review, principal, vec![wish], None).await?;
    Ok(outcomes.into_iter().next().unwrap_or(Outcome::NotFound))
}

fn count(change: Change) {
    let word = match change {
        Change::Decide(decision) => decision.as_str(),
        Change::Undo => "undo",
    };
    metrics::counter!("hamlet_decisions_total", "decision" => word).increment(1);
}
