//! Taking back as one what was decided together, in bites small enough not to keep writers waiting.

use std::{collections::BTreeMap, time::Duration};

use super::changes;
use crate::{
    domain::{
        comment::CommentId,
        decision::{BatchId, Beside, Change, Outcome, Wish},
        moderator::Principal,
    },
    ground::Ground,
    review::Review,
    storage::{Result, batches::Batch},
};

/// How long it is known what was decided together.
pub const KEPT: Duration = Duration::from_hours(30 * 24);
/// Most batches in one list.
pub const LISTED: u32 = 50;
/// Comments taken back in one transaction.
const BITE: u32 = 100;
/// Most comments named among those that were left alone.
const NAMED: usize = 20;

/// What became of taking a batch back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Comments that are again as they were before the batch.
    pub back: usize,
    /// Comments left alone, because somebody decided about them since.
    pub changed: usize,
    /// Who did, by name, and about how many of those.
    pub by: BTreeMap<String, usize>,
    /// The first of those comments.
    pub named: Vec<CommentId>,
    /// Comments that were not come to, because the database failed: it can be asked for again.
    pub left: usize,
}

/// What was decided together lately on the sites that the principal may see, the latest first.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn list(ground: &Ground, principal: &Principal) -> Result<Vec<Batch>> {
    let sites = ground.directory.covered(&principal.scope);
    let since = ground.now().minus(KEPT);
    ground.store.batches(&sites, since, LISTED).await
}

/// A batch, as far as the principal may see it.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn find(ground: &Ground, principal: &Principal, id: BatchId) -> Result<Option<Batch>> {
    let sites = ground.directory.covered(&principal.scope);
    ground.store.batch(&sites, id).await
}

/// Takes a batch back on the sites that the principal may decide on; `None` when it is not there. Each
/// comment whose last decision is the batch's becomes what it was before, and its label goes; others are
/// left alone. When the database fails in the midst, what was taken back by then stays so, and the rest
/// is in [`TakenBack::left`].
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn undo(
    review: &Review,
    principal: &Principal,
    id: BatchId,
) -> Result<Option<TakenBack>> {
    let Some(batch) = find(&review.ground, principal, id).await? else {
        return Ok(None);
    };
    let standing = usize::try_from(batch.standing).unwrap_or_default();
    let mut taken = TakenBack::default();
    let (mut after, mut seen) = (None, 0);
    loop {
        match bite(review, principal, id, &mut after, &mut taken).await {
            Ok(0) => return Ok(Some(taken)),
            Ok(some) => seen += some,
            Err(error) if taken.back + taken.changed == 0 => return Err(error),
            Err(error) => {
                tracing::error!(%error, batch = %id, "a batch was taken back in part");
                taken.left = standing.saturating_sub(seen).max(1);
                return Ok(Some(taken));
            }
        }
    }
}

/// Takes the next few back, and returns how many those were.
async fn bite(
    review: &Review,
    principal: &Principal,
    id: BatchId,
    after: &mut Option<CommentId>,
    taken: &mut TakenBack,
) -> Result<usize> {
    let sites = review.ground.directory.covered(&principal.scope);
    let ids = review
        .ground
        .store
        .batch_comments(&sites, id, *after, BITE)
        .await?;
    let wishes = ids.iter().map(|id| Wish {
        id: *id,
        version: None,
        change: Change::Undo,
    });
    let outcomes = super::decide_together(
        review,
        principal,
        wishes.collect(),
        Beside::default(),
        Some(id),
    )
    .await?;
    *after = ids.last().copied().or(*after);
    for outcome in &outcomes {
        taken.back += usize::from(matches!(outcome, Outcome::Done(..)));
    }
    let changes = changes::of_stale(&review.ground, principal, &outcomes).await?;
    for (comment, change) in &changes {
        taken.changed += 1;
        *taken.by.entry(change.by.clone()).or_default() += 1;
        if taken.named.len() < NAMED {
            taken.named.push(*comment);
        }
    }
    Ok(ids.len())
}
