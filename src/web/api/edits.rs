//! Changing what a comment says, and taking the last change back.

use super::{comments::comment_id, decisions::answer};
use crate::{
    domain::{decision::Decided, text::CommentText},
    review::{
        self,
        edits::{self, Edit},
    },
    web::{body::OptionalJson, prelude::*},
};

/// A new text for a comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditRequest {
    /// What it is to say: 1 to 15,000 characters.
    #[schema(
        min_length = 1,
        max_length = 15_000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    text: String,
    /// The version you saw.
    version: i64,
    /// Why, for the history; at most 1,000 characters.
    #[schema(
        max_length = 1000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    reason: Option<String>,
}

/// Which edit to take back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditUndoRequest {
    /// The version you saw; absent: the present one.
    version: Option<i64>,
}

/// Changes a comment's text. Its status stays; it is scored and found by its new text, and the old one is in its history.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses(
        (status = 200, body = Decided),
        (status = 409, description = "It is not as you saw it; `current` is the comment as it is now, and `current.changed` says who changed it."),
    ),
)]
#[post("/api/v1/comments/{id}/edits")]
async fn edit_comment(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
    Json(request): Json<EditRequest>,
) -> Result<HttpResponse, Problem> {
    let id = comment_id(&id)?;
    let text = CommentText::parse(&request.text);
    let reason = review::parse_reason(request.reason.as_deref());
    let (text, reason) = match (text, reason) {
        (Ok(text), Ok(reason)) => (text, reason),
        (text, reason) => {
            let errors = text.err().into_iter().chain(reason.err());
            return Err(Problem::invalid(errors.collect()));
        }
    };
    let edit = Edit {
        text,
        reason,
        version: request.version,
    };
    let outcome = Result::from(edits::edit(&app.review, &principal, id, edit).await?)?;
    answer(&app, &principal, Some(outcome)).await
}

/// Takes the last change of a comment's text back.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    request_body = Option<EditUndoRequest>,
    responses(
        (status = 200, body = Decided),
        (status = 409, description = "Nothing to take back (`nothing_to_undo`), or it is not as you saw it (`stale`)."),
    ),
)]
#[post("/api/v1/comments/{id}/edits/undo")]
async fn undo_edit(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
    OptionalJson(wanted): OptionalJson<EditUndoRequest>,
) -> Result<HttpResponse, Problem> {
    let id = comment_id(&id)?;
    let outcome = edits::undo(&app.review, &principal, id, wanted.version).await?;
    answer(&app, &principal, Some(outcome)).await
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(edit_comment).service(undo_edit);
}
