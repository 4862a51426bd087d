//! Deciding: one comment, many at once, and taking a decision back.

use super::comments::{CommentItem, comment_id};
use crate::{
    domain::decision::{
        Action, BatchId, Beside, Change, Decided, Decision, DecisionReason, LastChange, Outcome,
        Wish,
    },
    review::{self, MAX_WISHES, changes},
    web::{body::OptionalJson, prelude::*},
};

/// A decision about one comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionRequest {
    /// What to do.
    decision: Decision,
    /// The version you saw.
    version: i64,
    /// Why; kept in the history. `abuse` with `reject` teaches the site's abuse model.
    reason: Option<DecisionReason>,
    /// Kept in the history; at most 1,000 characters.
    #[schema(
        max_length = 1000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    note: Option<String>,
}

/// What to take back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UndoRequest {
    /// The version you saw; absent: the present one.
    version: Option<i64>,
}

/// A decision about many comments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkRequest {
    /// What to do.
    decision: Decision,
    /// With which comments; 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<BulkItem>,
    /// Why; kept in the history of each. `abuse` with `reject` teaches the site's abuse model.
    reason: Option<DecisionReason>,
    /// Kept in the history of each; at most 1,000 characters.
    #[schema(
        max_length = 1000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    note: Option<String>,
}

/// One of many comments.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkItem {
    /// The comment.
    id: CommentId,
    /// The version you saw.
    version: i64,
}

/// What became of one of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BulkOutcome {
    /// It was decided.
    Done,
    /// It is not as you saw it; `status` and `version` are its present ones, `changed` who changed it.
    Stale,
    /// It is not there, or not on your sites.
    NotFound,
}

/// What became of one of many.
#[derive(Debug, Serialize, ToSchema)]
struct BulkResult {
    /// The comment.
    id: CommentId,
    /// What became of it.
    result: BulkOutcome,
    /// Its status now.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    /// Its version now.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// Who changed it last, where it is `stale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Changed>,
}

/// The last change of a comment.
#[derive(Debug, Serialize, ToSchema)]
struct Changed {
    /// Who, by name.
    by: String,
    /// Whether that was you.
    by_you: bool,
    /// `decided`, `undone`, `edited` or `edit_undone`.
    action: Action,
    /// The decision that was made or taken back; `edit` for a change of the text.
    decision: String,
    /// When.
    at: Timestamp,
}

impl Changed {
    fn new(principal: &Principal, last: &LastChange) -> Self {
        Self {
            by: last.by.clone(),
            by_you: last.by_id == principal.actor.id,
            action: last.action,
            decision: last.decision.clone(),
            at: last.at,
        }
    }
}

/// A comment that was not as it had been seen: as it is now, and who changed it.
#[derive(Serialize)]
struct Present {
    #[serde(flatten)]
    comment: CommentItem,
    changed: Option<Changed>,
}

/// What became of all, in the order asked for.
#[derive(Debug, Serialize, ToSchema)]
struct BulkAnswer {
    /// How many were decided.
    decided: usize,
    /// The batch they are, to be taken back as one; absent when one comment was named, or none decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<BatchId>,
    /// What became of each.
    results: Vec<BulkResult>,
}

/// Decides about one comment.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses(
        (status = 200, body = Decided),
        (status = 409, description = "It is not as you saw it; `current` is the comment as it is now, and `current.changed` says who changed it."),
    ),
)]
#[post("/api/v1/comments/{id}/decisions")]
async fn decide(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
    Json(request): Json<DecisionRequest>,
) -> Result<HttpResponse, Problem> {
    let wish = Wish {
        id: comment_id(&id)?,
        version: Some(request.version),
        change: Change::Decide(request.decision),
    };
    let beside = Beside {
        reason: request.reason,
        note: review::parse_note(request.note.as_deref())?,
    };
    let outcomes =
        review::decide_together(&app.review, &principal, vec![wish], beside, None).await?;
    answer(&app, &principal, outcomes.into_iter().next()).await
}

/// Takes the last decision about a comment back, and its label.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    request_body = Option<UndoRequest>,
    responses(
        (status = 200, body = Decided),
        (status = 409, description = "Nothing to take back (`nothing_to_undo`), or it is not as you saw it (`stale`)."),
    ),
)]
#[post("/api/v1/comments/{id}/undo")]
async fn undo(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
    OptionalJson(wanted): OptionalJson<UndoRequest>,
) -> Result<HttpResponse, Problem> {
    let outcome = review::undo(&app.review, &principal, comment_id(&id)?, wanted.version).await?;
    answer(&app, &principal, Some(outcome)).await
}

/// Decides about up to 500 comments; each succeeds or fails on its own. Those that succeed are a batch.
#[utoipa::path(responses((status = 200, body = BulkAnswer)))]
#[post("/api/v1/decisions")]
async fn decide_many(
    app: Shared,
    Moderator(principal): Moderator,
    Json(request): Json<BulkRequest>,
) -> Result<HttpResponse, Problem> {
    if !(1..=MAX_WISHES).contains(&request.items.len()) {
        let message = format!("Name from 1 to {MAX_WISHES} comments.");
        return Err(FieldError::new("items", "out_of_range", message).into());
    }
    let beside = Beside {
        reason: request.reason,
        note: review::parse_note(request.note.as_deref())?,
    };
    let ids: Vec<CommentId> = request.items.iter().map(|item| item.id).collect();
    let wishes = request.items.iter().map(|item| Wish {
        id: item.id,
        version: Some(item.version),
        change: Change::Decide(request.decision),
    });
    let batch = (ids.len() > 1).then(BatchId::generate);
    let outcomes =
        review::decide_together(&app.review, &principal, wishes.collect(), beside, batch).await?;
    let changes = changes::of_stale(&app, &principal, &outcomes).await?;
    let results: Vec<BulkResult> = ids
        .into_iter()
        .zip(&outcomes)
        .map(|(id, outcome)| {
            let last = changes.get(&id);
            bulk_result(id, outcome, last.map(|last| Changed::new(&principal, last)))
        })
        .collect();
    let done = results.iter().filter(|one| one.result == BulkOutcome::Done);
    let decided = done.count();
    Ok(private().json(BulkAnswer {
        decided,
        batch: batch.filter(|_| decided > 0),
        results,
    }))
}

fn bulk_result(id: CommentId, outcome: &Outcome, changed: Option<Changed>) -> BulkResult {
    let (result, now) = match outcome {
        Outcome::Done(_, decided) => (BulkOutcome::Done, Some((decided.status, decided.version))),
        Outcome::Stale(comment) | Outcome::NothingToUndo(comment) => {
            (BulkOutcome::Stale, Some((comment.status, comment.version)))
        }
        Outcome::NotFound => (BulkOutcome::NotFound, None),
    };
    let (status, version) = now.unzip();
    BulkResult {
        id,
        result,
        status,
        version,
        changed: changed.filter(|_| result == BulkOutcome::Stale),
    }
}

/// What became of one comment, as an answer.
///
/// # Errors
/// 404, 409.
pub(super) async fn answer(
    app: &App,
    principal: &Principal,
    outcome: Option<Outcome>,
) -> Result<HttpResponse, Problem> {
    match outcome {
        Some(Outcome::Done(_, decided)) => Ok(private().json(decided)),
        Some(Outcome::Stale(comment)) => {
            let last = changes::of(app, principal, &[comment.id]).await?;
            let last = last.get(&comment.id);
            Err(Problem::stale(&Present {
                comment: CommentItem::one(app, &comment).await,
                changed: last.map(|last| Changed::new(principal, last)),
            }))
        }
        Some(Outcome::NothingToUndo(_)) => {
            let title = "There is nothing to take back.";
            Err(Problem::conflict("nothing_to_undo", title))
        }
        Some(Outcome::NotFound) | None => Err(Problem::not_found("comment")),
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(decide).service(undo).service(decide_many);
}
