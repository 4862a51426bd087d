//! Taking an import back whole.

use super::History;
use crate::{
    domain::comment::CommentId,
    storage::{Result, import_runs::ImportRun},
};

/// What became of an import's comments.
#[derive(Debug, serde::Serialize)]
pub struct ImportUndone {
    /// Those that are gone, with what was learnt from them.
    pub removed: u64,
    /// Those that somebody decided about since: they stay.
    pub kept: Vec<CommentId>,
}

/// Takes an import back: every comment of it about which nobody decided since. The same file can be
/// imported again afterwards.
///
/// # Errors
/// [`crate::storage::StoreError`]; what was taken back before is gone, and doing it again goes on from there.
pub async fn take_back(history: &History, run: &ImportRun) -> Result<ImportUndone> {
    let (site, id) = (&run.run.site, &run.run.id);
    let mut removed = 0;
    loop {
        let step = history.ground().store.undo_import(site, id).await?;
        removed += step.removed;
        if !step.goes_on {
            break;
        }
    }
    let kept = history
        .ground()
        .store
        .finish_undo(site, id, removed, history.ground().now())
        .await?;
    history.learning.wake();
    Ok(ImportUndone { removed, kept })
}
