//! Taking back as one what was decided together, in bites small enough not to keep writers waiting.

use std::{collections::BTreeMap, time::Duration};

use super::changes;
use crate::{
    domain::{
        comment::CommentId,
        decision::{BatchId, Beside, Change, Outcome, Wish},
        moderator::{Principal, Role, Scope},
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
/// Time after which the taking back of a batch that nobody was heard of going on with is taken to be cut off.
const CUT_OFF: Duration = Duration::from_secs(30);
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
    /// Comments that were not come to, because the database failed: they follow.
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
/// left alone. Where it is cut off in the midst, because the database or the service fails or whoever asked
/// does not wait, what was taken back by then stays so, and [`go_on`] takes back the rest.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn undo(
    review: &Review,
    principal: &Principal,
    id: BatchId,
) -> Result<Option<TakenBack>> {
    let ground = &review.ground;
    let Some(batch) = find(ground, principal, id).await? else {
        return Ok(None);
    };
    let mut taken = TakenBack::default();
    if let Err(error) = take_back(review, principal, &batch, &mut taken).await {
        tracing::error!(%error, batch = %id, "a batch was taken back in part");
        if taken.back + taken.changed == 0 {
            // Whoever hears that it failed asks again if they still want it.
            ground.store.end_taking_back(id, &batch.sites).await.ok();
            return Err(error);
        }
    }
    Ok(Some(taken))
}

/// Goes on with what was cut off, as who asked for it. What they were allowed then stays allowed.
///
/// # Errors
/// [`crate::storage::StoreError`]; what is left is gone on with later.
pub async fn go_on(review: &Review) -> Result<()> {
    let ground = &review.ground;
    let cut_off = ground.store.cut_off(ground.now().minus(CUT_OFF)).await?;
    for parts in cut_off.chunk_by(|one, other| one.batch == other.batch && one.actor == other.actor)
    {
        let [first, ..] = parts else { continue };
        let principal = Principal {
            actor: first.actor.clone(),
            role: Role::Moderator,
            scope: Scope::Sites(parts.iter().map(|part| part.site.clone()).collect()),
            moderator: None,
        };
        if let Some(batch) = find(ground, &principal, first.batch).await? {
            take_back(review, &principal, &batch, &mut TakenBack::default()).await?;
        } else {
            // It has had its time.
            let sites = ground.directory.covered(&principal.scope);
            ground.store.end_taking_back(first.batch, &sites).await?;
        }
    }
    Ok(())
}

/// Takes a batch back, bite after bite, and says while it does that somebody does.
async fn take_back(
    review: &Review,
    principal: &Principal,
    batch: &Batch,
    taken: &mut TakenBack,
) -> Result<()> {
    let ground = &review.ground;
    let standing = usize::try_from(batch.standing).unwrap_or_default();
    let say = async |now| {
        let (store, actor) = (&ground.store, &principal.actor);
        store
            .begin_taking_back(batch.id, &batch.sites, actor, now)
            .await
    };
    let (mut after, mut seen, mut said) = (None, 0, ground.now());
    say(said).await?;
    loop {
        taken.left = standing.saturating_sub(seen).max(1);
        let some = bite(review, principal, batch, &mut after, taken).await?;
        if some == 0 {
            break;
        }
        seen += some;
        if said.plus(CUT_OFF / 3) <= ground.now() {
            said = ground.now();
            say(said).await?;
        }
    }
    taken.left = 0;
    ground.store.end_taking_back(batch.id, &batch.sites).await
}

/// Takes the next few back, and returns how many those were.
async fn bite(
    review: &Review,
    principal: &Principal,
    batch: &Batch,
    after: &mut Option<CommentId>,
    taken: &mut TakenBack,
) -> Result<usize> {
    let (store, sites) = (&review.ground.store, &batch.sites);
    let ids = store.batch_comments(sites, batch.id, *after, BITE).await?;
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
        Some(batch.id),
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
