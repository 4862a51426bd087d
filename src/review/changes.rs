//! Who was faster: of comments that were not as their decider had seen them, who changed them, so that
//! nobody is blamed who was not there.

use std::collections::HashMap;

use crate::{
    domain::{
        comment::CommentId,
        decision::{Action, Change, LastChange, Outcome, Wish},
        moderator::Principal,
    },
    ground::Ground,
    storage::Result,
};

/// The last change of each comment.
pub type LastChanges = HashMap<CommentId, LastChange>;

/// Who changed the comments last that were found stale.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn of_stale(
    ground: &Ground,
    principal: &Principal,
    outcomes: &[Outcome],
) -> Result<LastChanges> {
    let stale = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Stale(comment) => Some(comment.id),
        _ => None,
    });
    of(ground, principal, &stale.collect::<Vec<_>>()).await
}

/// Who changed comments last, of those that the principal may see.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn of(ground: &Ground, principal: &Principal, ids: &[CommentId]) -> Result<LastChanges> {
    let sites = ground.directory.covered(&principal.scope);
    ground.store.last_changes(&sites, ids).await
}

/// Whether a wish that found its comment stale is one that the same person had carried out already: a
/// form that was sent twice, a request whose answer got lost.
#[must_use]
pub fn is_repetition(
    principal: &Principal,
    wish: &Wish,
    outcome: &Outcome,
    changes: &LastChanges,
) -> bool {
    let (Outcome::Stale(comment), Some(version)) = (outcome, wish.version) else {
        return false;
    };
    let Some(last) = changes.get(&comment.id) else {
        return false;
    };
    let same = match wish.change {
        Change::Decide(decision) => {
            last.action == Action::Decided && last.decision == decision.as_str()
        }
        Change::Undo => last.action == Action::Undone,
    };
    same && comment.version == version + 1 && last.by_id == principal.actor.id
}
