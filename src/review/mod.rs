//! Review: what moderators see of the queue, and the one door through which every decision goes,
//! whether it comes from the API, the desk or a link in a mail.
//!
//! How a comment got its verdict is `intake`'s and `spam`'s; what is sent because of a decision is
//! `notify`'s.

pub mod batches;
pub mod changes;
pub mod news;
pub mod opened;
pub mod queue;
pub mod trial;

use crate::{
    app::App,
    domain::{
        comment::CommentId,
        decision::{BatchId, Change, Decider, Outcome, ToVote, Wish},
        field::{FieldError, parse_lines},
        moderator::Principal,
    },
    learn::samples,
    storage::Result,
};

/// Most comments decided in one go.
pub const MAX_WISHES: usize = 500;

/// Longest note beside a decision, in Unicode scalar values.
const MAX_NOTE_CHARS: usize = 1_000;

/// Reads a note; an empty one is none.
///
/// # Errors
/// A [`FieldError`] on `note`.
pub fn parse_note(raw: Option<&str>) -> Result<Option<String>, FieldError> {
    raw.filter(|raw| !raw.trim().is_empty())
        .map(|raw| parse_lines("note", raw, MAX_NOTE_CHARS))
        .transpose()
}

/// Carries out what someone decided, then what follows from it. The answer has an [`Outcome`] for
/// each wish, in order; a comment outside the principal's scope is not there.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn decide(
    app: &App,
    principal: &Principal,
    wishes: Vec<Wish>,
    note: Option<String>,
) -> Result<Vec<Outcome>> {
    decide_together(app, principal, wishes, note, None).await
}

/// Like [`decide`]. The decisions join a batch, if one is given, and wishes to take back are about its
/// decisions alone: where somebody changed the comment since, they find it stale.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn decide_together(
    app: &App,
    principal: &Principal,
    wishes: Vec<Wish>,
    note: Option<String>,
    batch: Option<BatchId>,
) -> Result<Vec<Outcome>> {
    let changes: Vec<Change> = wishes.iter().map(|wish| wish.change).collect();
    let decider = Decider {
        actor: principal.actor.clone(),
        sites: app.directory.covered(&principal.scope),
        note,
        batch,
        now: app.now(),
        source: samples::source(
            app,
            samples::provenance_of(&principal.actor),
            principal.actor.id.clone(),
        ),
    };
    let vault = app.vault.clone();
    let to_vote: ToVote = Box::new(move |comment| samples::vote_of(&vault, comment));
    let outcomes = app.store.decide(wishes, decider, to_vote).await?;
    app.live.wake();
    for (change, outcome) in changes.into_iter().zip(&outcomes) {
        if let Outcome::Done(comment, _) = outcome {
            app.published.forget(&comment.site, &comment.page);
            count(change);
        }
    }
    Ok(outcomes)
}

/// Takes the last decision about one comment back, whatever its version.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn undo(
    app: &App,
    principal: &Principal,
    id: CommentId,
    version: Option<i64>,
) -> Result<Outcome> {
    let wish = Wish {
        id,
        version,
        change: Change::Undo,
    };
    let outcomes = decide(app, principal, vec![wish], None).await?;
    Ok(outcomes.into_iter().next().unwrap_or(Outcome::NotFound))
}

fn count(change: Change) {
    let word = match change {
        Change::Decide(decision) => decision.as_str(),
        Change::Undo => "undo",
    };
    metrics::counter!("hamlet_decisions_total", "decision" => word).increment(1);
}
