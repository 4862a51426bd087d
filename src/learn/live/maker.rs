//! The thread on which models are made, one after the other. Making one takes tens of megabytes for
//! tens of milliseconds; on whichever thread happened to be free, the allocator would keep as much
//! for each of them. It also leaves the other cores to those who ask for a score.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;

/// Why a piece of work has no result.
#[derive(Debug, thiserror::Error)]
#[error("the computation was stopped")]
pub struct Stopped;

/// Does pieces of work in the order in which they come.
pub(super) struct Maker(ThreadPool);

impl Maker {
    /// Starts the thread. What the work does in parallel stays on it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start() -> Result<Self, ThreadPoolBuildError> {
        let name = |_| "model-maker".to_owned();
        // Unless told otherwise rayon ends the program; here whoever waits is told.
        let panicked = |_| tracing::error!("making a model panicked");
        let pool = ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(name)
            .panic_handler(panicked);
        pool.build().map(Self)
    }

    /// Has `work` done, and waits for its result.
    ///
    /// # Errors
    /// [`Stopped`] when it panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (done, result) = oneshot::channel();
        self.0.spawn(move || {
            // Whoever waited may have given up.
            let _ = done.send(work());
        });
        result.await.map_err(|_| Stopped)
    }
}
