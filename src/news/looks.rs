//! Who has which comment open, so that two people do not read and weigh the same one. It binds nobody: whoever decides
//! first, decides.

use std::time::Duration;

use crate::{
    domain::{
        comment::{Comment, CommentId},
        moderator::{ModeratorId, Principal},
    },
    ground::Ground,
    storage::{Result, looks::Looking},
};

/// A page that is seen renews its look every 30 seconds; two may be late.
pub const HOLDS: Duration = Duration::from_secs(75);

/// Notes that somebody has a comment open, or no longer.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn note(ground: &Ground, comment: &Comment, who: &ModeratorId, ends: bool) -> Result<()> {
    if ends {
        return ground.store.look_away(comment, who).await;
    }
    ground.store.look(comment, who, ground.now()).await
}

/// Everybody who has a comment open now.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn now(ground: &Ground) -> Result<Vec<Looking>> {
    let since = ground.now().minus(HOLDS);
    ground.store.looks_since(since).await
}

/// The names of the others who have a comment open now.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn others(ground: &Ground, principal: &Principal, id: CommentId) -> Result<Vec<String>> {
    let all = now(ground).await?.into_iter();
    let others = all.filter(|one| one.comment == id && one.who.0 != principal.actor.id);
    Ok(others.map(|one| one.name).collect())
}
