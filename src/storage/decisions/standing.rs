//! Decisions that stand: those of a comment that were not taken back, and what is left when the last of
//! them is.

use std::collections::HashMap;

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::{Comment, CommentId, Status},
        decision::{BatchId, DecisionReason},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result,
        decisions::Desk,
        sql::{get, list, sql, values},
    },
};

/// A decision that stands.
pub(super) struct Standing {
    line: String,
    at: Timestamp,
    by: String,
    decision: String,
    reason: Option<DecisionReason>,
    from: Status,
    batch: Option<BatchId>,
}

/// The decision before those that are taken back.
pub(super) struct Earlier {
    pub at: Timestamp,
    pub by: String,
    pub reason: Option<DecisionReason>,
}

/// What taking back comes to.
pub(super) struct TakenBack {
    /// The lines of history that are undone.
    pub lines: Vec<String>,
    /// The last decision among them.
    pub decision: String,
    /// The status before them.
    pub from: Status,
    /// What was decided before them.
    pub earlier: Option<Earlier>,
}

/// Why there is nothing to take back.
pub(super) enum NotTaken {
    /// No decision stands.
    Nothing,
    /// The last decision is not one of the batch that is taken back.
    Another,
}

/// Takes the last decision back or, with a batch, all that it decided last.
///
/// # Errors
/// [`NotTaken`].
pub(super) fn take_back(
    latest_first: Vec<Standing>,
    batch: Option<BatchId>,
) -> Result<TakenBack, NotTaken> {
    let of_batch = |one: &&Standing| one.batch == batch;
    let many = match batch {
        None => 1,
        Some(_) => latest_first.iter().take_while(of_batch).count(),
    };
    let mut standing = latest_first.into_iter();
    let taken: Vec<Standing> = standing.by_ref().take(many).collect();
    let (Some(last), Some(first)) = (taken.first(), taken.last()) else {
        let none_stands = standing.next().is_none();
        return Err(if none_stands {
            NotTaken::Nothing
        } else {
            NotTaken::Another
        });
    };
    Ok(TakenBack {
        decision: last.decision.clone(),
        from: first.from,
        earlier: standing.next().map(|one| Earlier {
            at: one.at,
            by: one.by,
            reason: one.reason,
        }),
        lines: taken.into_iter().map(|one| one.line).collect(),
    })
}

impl Desk<'_, '_> {
    /// Why the decision was made that stands.
    pub(in crate::storage) async fn standing_reason(
        &mut self,
        comment: &Comment,
    ) -> Result<Option<DecisionReason>> {
        let sites = std::iter::once(&comment.site);
        let mut standing = self.standing(sites, &[comment.id]).await?;
        let last = standing.remove(&comment.id).unwrap_or_default();
        Ok(last.into_iter().next().and_then(|one| one.reason))
    }

    /// The decisions that stand, of each comment, the latest first.
    pub(super) async fn standing(
        &mut self,
        sites: impl Iterator<Item = &SiteSlug>,
        ids: &[CommentId],
    ) -> Result<HashMap<CommentId, Vec<Standing>>> {
        let mut standing: HashMap<CommentId, Vec<Standing>> = HashMap::new();
        if ids.is_empty() {
            return Ok(standing);
        }
        let text = "SELECT comment_id, id, at, actor_id, decision, reason, from_status, batch FROM history \
                    WHERE site IN {list:$1} \
                    AND comment_id IN {list:$2} \
                    AND action = 'decided' AND undone = 0 ORDER BY id DESC";
        let query = sql(text, values![list(sites), list(ids)]);
        let read = |row: &AnyRow| {
            let by: Option<String> = get(row, "actor_id")?;
            let one = Standing {
                line: get(row, "id")?,
                at: get(row, "at")?,
                by: by.unwrap_or_default(),
                decision: get(row, "decision")?,
                reason: get(row, "reason")?,
                from: get(row, "from_status")?,
                batch: get(row, "batch")?,
            };
            Ok((get(row, "comment_id")?, one))
        };
        let found = self.tx.gather("history", query, read).await?;
        for (id, one) in found.rows {
            standing.entry(id).or_default().push(one);
        }
        Ok(standing)
    }
}
