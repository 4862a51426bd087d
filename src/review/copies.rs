//! Near copies: one act decides about a comment and the copies of it that wait on the sites that a person may decide
//! on. It is one batch, so it is taken back as one. On other sites the decision is only evidence.

use crate::{
    domain::{
        comment::{Comment, CommentId, Status},
        decision::{BatchId, Beside, Change, Decision, Outcome, Wish},
        moderator::Principal,
        timestamp::Timestamp,
    },
    ground::Ground,
    review::{self, Review},
    storage::{
        Result,
        copies::{Meant, Members},
    },
};

/// Copies decided about in one transaction.
const BITE: u32 = 100;

/// Copies decided about in one go; the rest waits for another.
const AT_MOST: usize = 10_000;

/// What somebody decides about a comment and its copies.
#[derive(Debug, Clone)]
pub struct CopiesAct {
    /// The comment that was seen.
    pub id: CommentId,
    /// The version of it that was seen.
    pub version: i64,
    /// What to do.
    pub decision: Decision,
    /// Copies with these statuses are meant; none: those that are as the comment was.
    pub among: Option<Vec<Status>>,
    /// Copies that arrived by then are meant; none: those that came before the comment.
    pub until: Option<Timestamp>,
    /// What is said beside it, kept in the history of each.
    pub beside: Beside,
}

/// What became of it.
#[derive(Debug)]
pub struct Acted {
    /// What became of the comment itself. Where it was not as it had been seen, nothing else was decided.
    pub outcome: Outcome,
    /// How many were decided, the comment itself included.
    pub decided: usize,
    /// How many copies were left alone, because somebody changed them meanwhile.
    pub changed: usize,
    /// Whether there may be more.
    pub left: bool,
    /// As what it can be taken back.
    pub batch: BatchId,
}

/// Who is in a comment's campaign; nobody where it is like no other.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn members(
    ground: &Ground,
    principal: &Principal,
    comment: &Comment,
) -> Result<Option<Members>> {
    let Some(campaign) = ground.store.campaign_of(comment).await? else {
        return Ok(None);
    };
    let sites = ground.directory.covered(&principal.scope);
    ground.store.members(&sites, campaign).await.map(Some)
}

/// Decides about a comment and its copies, as part of a batch. When the database fails in the midst, what was decided by then stays so
/// and is part of the batch.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn decide(
    review: &Review,
    principal: &Principal,
    act: CopiesAct,
    batch: BatchId,
) -> Result<Acted> {
    let change = Change::Decide(act.decision);
    let wish = Wish {
        id: act.id,
        version: Some(act.version),
        change,
    };
    let beside = act.beside.clone();
    let outcomes =
        review::decide_together(review, principal, vec![wish], beside, Some(batch)).await?;
    let outcome = outcomes.into_iter().next().unwrap_or(Outcome::NotFound);
    let mut acted = Acted {
        outcome,
        decided: 1,
        changed: 0,
        left: false,
        batch,
    };
    let Outcome::Done(comment, decided) = &acted.outcome else {
        acted.decided = 0;
        return Ok(acted);
    };
    let among = act.among.clone().unwrap_or_else(|| vec![decided.from]);
    let until = act.until.unwrap_or(comment.created_at);
    match review.ground.store.campaign_of(comment).await {
        Ok(None) => {}
        Ok(Some(campaign)) => {
            let sites = review.ground.directory.covered(&principal.scope);
            let meant = Meant {
                sites: &sites,
                campaign,
                among: &among,
                until,
            };
            decide_copies(review, principal, &act, &meant, &mut acted).await;
        }
        Err(error) => {
            tracing::error!(%error, "the copies of a comment were not decided about");
            acted.left = true;
        }
    }
    Ok(acted)
}

async fn decide_copies(
    review: &Review,
    principal: &Principal,
    act: &CopiesAct,
    meant: &Meant<'_>,
    acted: &mut Acted,
) {
    let mut after = None;
    while acted.decided + acted.changed < AT_MOST {
        match bite(review, principal, act, meant, after, acted).await {
            Ok(Some(last)) => after = Some(last),
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "the copies of a comment were decided about in part");
                break;
            }
        }
    }
    acted.left = true;
}

/// Decides about the next few, and returns the last of them.
async fn bite(
    review: &Review,
    principal: &Principal,
    act: &CopiesAct,
    meant: &Meant<'_>,
    after: Option<CommentId>,
    acted: &mut Acted,
) -> Result<Option<CommentId>> {
    let store = &review.ground.store;
    let found = store.copies_to_decide(meant, after, BITE).await?;
    let last = found.last().map(|(id, _)| *id);
    let wishes: Vec<Wish> = found
        .into_iter()
        .filter(|(id, _)| *id != act.id)
        .map(|(id, version)| Wish {
            id,
            version: Some(version),
            change: Change::Decide(act.decision),
        })
        .collect();
    let (beside, batch) = (act.beside.clone(), Some(acted.batch));
    let outcomes = review::decide_together(review, principal, wishes, beside, batch).await?;
    for outcome in outcomes {
        match outcome {
            Outcome::Done(..) => acted.decided += 1,
            _ => acted.changed += 1,
        }
    }
    Ok(last)
}
