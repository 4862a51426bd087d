//! Near copies of a comment: who is in its campaign, and deciding about it and its copies as one.

use super::{
    comments::{comment_id, named_comment},
    decisions,
};
use crate::{
    domain::decision::{BatchId, Beside, Decision, DecisionReason, Outcome},
    review::{
        self,
        copies::{self, CopiesAct},
    },
    storage::copies::Members,
    web::prelude::*,
};

/// A decision about a comment and its near copies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CopiesRequest {
    /// What to do.
    decision: Decision,
    /// The version of the comment that you saw.
    version: i64,
    /// The copies that are meant, by their status; absent: those that have the status that the comment had.
    #[schema(min_items = 1, max_items = 5)]
    among: Option<Vec<Status>>,
    /// Copies that arrived later are not meant; absent: now.
    until: Option<Timestamp>,
    /// Why, from a closed list; kept in the history of each.
    reason: Option<DecisionReason>,
    /// Kept in the history of each; at most 1,000 characters.
    #[schema(
        max_length = 1000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    note: Option<String>,
}

/// What became of a comment and its near copies.
#[derive(Debug, Serialize, ToSchema)]
struct CopiesDecided {
    /// The comment's status now.
    status: Status,
    /// The comment's version now.
    version: i64,
    /// How many were decided about, the comment itself included.
    decided: usize,
    /// How many copies were left alone, because somebody changed them meanwhile.
    changed: usize,
    /// Whether some were not come to: ask again with the comment as it is now.
    left: bool,
    /// The batch that they are, to be taken back as one.
    batch: BatchId,
}

/// How many near copies of a comment there are, itself included; all zero for one that is like no other. Of sites that
/// you may not see the number alone is counted.
#[utoipa::path(params(("id" = CommentId, Path)), responses((status = 200, body = Members)))]
#[get("/api/v1/comments/{id}/copies")]
async fn get_copies(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let comment = named_comment(&app, &principal, &id).await?;
    let members = copies::members(&app, &principal, &comment).await?;
    Ok(private().json(members.unwrap_or_default()))
}

/// Decides about a comment and its near copies on your sites, at most 10,000 of them, as one batch. Elsewhere the
/// decision is evidence and changes nothing.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses(
        (status = 200, body = CopiesDecided),
        (status = 409, description = "It is not as you saw it; `current` is the comment as it is now, and `current.changed` says who changed it. No copy was decided about."),
    ),
)]
#[post("/api/v1/comments/{id}/copies/decisions")]
async fn decide_copies(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
    Json(request): Json<CopiesRequest>,
) -> Result<HttpResponse, Problem> {
    let is_right = |among: &Vec<Status>| (1..=Status::ALL.len()).contains(&among.len());
    if !request.among.as_ref().is_none_or(is_right) {
        let message = format!("Name from 1 to {} statuses.", Status::ALL.len());
        return Err(FieldError::new("among", "out_of_range", message).into());
    }
    let act = CopiesAct {
        id: comment_id(&id)?,
        version: request.version,
        decision: request.decision,
        among: request.among,
        until: Some(request.until.unwrap_or_else(|| app.now())),
        beside: Beside {
            reason: request.reason,
            note: review::parse_note(request.note.as_deref())?,
        },
    };
    let acted = copies::decide(&app.review, &principal, act, BatchId::generate()).await?;
    let Outcome::Done(_, decided) = &acted.outcome else {
        return decisions::answer(&app, &principal, Some(acted.outcome)).await;
    };
    Ok(private().json(CopiesDecided {
        status: decided.status,
        version: decided.version,
        decided: acted.decided,
        changed: acted.changed,
        left: acted.left,
        batch: acted.batch,
    }))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(get_copies).service(decide_copies);
}
