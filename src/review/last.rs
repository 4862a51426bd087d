//! Somebody's last decision, taken back from any page of the desk.

use std::time::Duration;

use super::{
    Review,
    batches::{self, TakenBack},
    changes, edits,
};
use crate::{
    domain::{
        comment::CommentId,
        decision::{BatchId, Change, Outcome, Wish},
        moderator::Principal,
    },
    storage::{Result, decided::LastDecided},
};

/// How long ago it may be: what somebody decided today, they remember.
const REMEMBERED: Duration = Duration::from_hours(24);

/// What became of taking the last back.
#[derive(Debug)]
pub enum Last {
    /// Nothing of the last day can be taken back.
    Nothing,
    /// The last was about one comment.
    Alone(Wish, Box<Outcome>, changes::LastChanges),
    /// The last was a change of this comment's text.
    Edited(CommentId, Box<Outcome>),
    /// The last was about several together.
    Together(BatchId, TakenBack),
}

/// Takes back what somebody decided last, whether about one comment or about many. What was taken back already, or
/// what somebody has decided about since, is passed over: asked again, it takes back the one before.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn undo(review: &Review, principal: &Principal) -> Result<Last> {
    let ground = &review.ground;
    let sites = ground.directory.covered(&principal.scope);
    let since = ground.now().minus(REMEMBERED);
    let last = ground
        .store
        .last_decided(&principal.actor.id, &sites, since);
    Ok(match last.await? {
        None => Last::Nothing,
        Some(LastDecided::Alone(id, version)) => {
            let wish = Wish {
                id,
                version: Some(version),
                change: Change::Undo,
            };
            let outcomes = super::decide(review, principal, vec![wish.clone()], None).await?;
            let changes = changes::of_stale(ground, principal, &outcomes).await?;
            let outcome = outcomes.into_iter().next().unwrap_or(Outcome::NotFound);
            Last::Alone(wish, Box::new(outcome), changes)
        }
        Some(LastDecided::Edited(id, version)) => {
            let outcome = edits::undo(review, principal, id, Some(version)).await?;
            Last::Edited(id, Box::new(outcome))
        }
        Some(LastDecided::Together(id)) => match batches::undo(review, principal, id).await? {
            Some(taken) => Last::Together(id, taken),
            None => Last::Nothing,
        },
    })
}
