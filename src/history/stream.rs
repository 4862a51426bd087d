//! A file read on a thread of its own, and what is found in it in batches.

use std::sync::Arc;

use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
};

use crate::interchange::foreign::{Findings, Found, ReadError};

/// Findings that are handed on together, and written together.
const BATCH: usize = 500;

/// Some of what is found, in the file's order.
pub(super) type Batch = Vec<Result<Found, ReadError>>;

/// A reading under way, and how it ended.
pub(super) type Reading = JoinHandle<Result<(), ReadError>>;

/// Begins to read a file.
pub(super) fn reading(
    open: &Arc<impl Fn() -> Result<Findings, ReadError> + Send + Sync + 'static>,
) -> (Reading, mpsc::Receiver<Batch>) {
    let (sender, batches) = mpsc::channel(2);
    let open = Arc::clone(open);
    (spawn_blocking(move || read(&*open, &sender)), batches)
}

/// Reads everything, and hands it on in batches; what broke the reading comes last.
fn read(
    open: impl Fn() -> Result<Findings, ReadError>,
    batches: &mpsc::Sender<Batch>,
) -> Result<(), ReadError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut ended = Ok(());
    for found in open()? {
        if let Err(error @ ReadError::Broken { .. }) = found {
            ended = Err(error);
            break;
        }
        batch.push(found);
        if batch.len() == BATCH && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    let _ = batches.blocking_send(batch);
    ended
}
