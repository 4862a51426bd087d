//! What was decided together: a list of it, and taking it back as one.

use crate::{
    domain::decision::BatchId,
    review::batches::{self, TakenBack},
    storage::batches::Batch,
    web::prelude::*,
};

/// Batches, the latest first.
#[derive(Debug, Serialize, ToSchema)]
struct BatchList {
    /// The batches.
    batches: Vec<Batch>,
}

/// Comments that somebody changed after a batch.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedBy {
    /// Who, by name.
    by: String,
    /// How many comments.
    comments: usize,
}

/// What became of taking a batch back.
#[derive(Debug, Serialize, ToSchema)]
struct BatchUndone {
    /// How many comments are again as they were before, their labels too.
    undone: usize,
    /// How many were left alone, because somebody changed them since.
    changed: usize,
    /// Who changed those.
    changed_by: Vec<ChangedBy>,
    /// How many were not come to, because the database failed: ask again.
    left: usize,
}

impl From<TakenBack> for BatchUndone {
    fn from(taken: TakenBack) -> Self {
        let changed_by = taken.by.into_iter();
        Self {
            undone: taken.back,
            changed: taken.changed,
            changed_by: changed_by
                .map(|(by, comments)| ChangedBy { by, comments })
                .collect(),
            left: taken.left,
        }
    }
}

/// What was decided together in the last 30 days; at most 50 batches.
#[utoipa::path(responses((status = 200, body = BatchList)))]
#[get("/api/v1/batches")]
async fn list_batches(
    app: Shared,
    Moderator(principal): Moderator,
) -> Result<HttpResponse, Problem> {
    let batches = batches::list(&app, &principal).await?;
    Ok(private().json(BatchList { batches }))
}

/// Takes back, as one, what was decided together: each comment on your sites that nobody changed since is
/// again as it was, and its label goes. Asked again, it goes on with what is left.
#[utoipa::path(params(("id" = BatchId, Path)), responses((status = 200, body = BatchUndone)))]
#[post("/api/v1/batches/{id}/undo")]
async fn undo_batch(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let taken = batches::undo(&app.review, &principal, batch_id(&id)?).await?;
    let taken = taken.ok_or_else(|| Problem::not_found("batch"))?;
    Ok(private().json(BatchUndone::from(taken)))
}

/// Reads a batch's id from a path; what is none is not there.
///
/// # Errors
/// 404.
fn batch_id(raw: &str) -> Result<BatchId, Problem> {
    BatchId::parse(raw).ok_or_else(|| Problem::not_found("batch"))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(list_batches).service(undo_batch);
}
