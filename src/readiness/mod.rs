//! Whether this instance can do its work: what `/health/ready` answers with. The database is written to
//! by a job every few seconds; a question in between costs at most one look at the lock a second, and
//! is answered within [`PATIENCE`] however long the database takes. [`Pulses`] records how the background
//! jobs do.

mod job;
mod pulse;

pub use self::{
    job::Job,
    pulse::{Pulse, Pulses},
};

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::timeout;

use crate::storage::{Store, StoreError};

/// The fact about the database by which `hamlet doctor` knows that such a proxy was noticed.
pub const UNKNOWN_PROXY: &str = "unknown_proxy";

/// How long a question is kept waiting by a database that does not answer.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// So long what was found holds, for a proxy that asks many times a second.
const HOLDS: Duration = Duration::from_secs(1);

/// A durable write older than this says nothing any more: the job that makes them is late.
const STALE: Duration = Duration::from_secs(30);

/// What was found of the database last.
#[derive(Debug, Default)]
pub struct Readiness {
    found: Mutex<Found>,
    /// Held during a look, so that many questions make one look.
    looking: tokio::sync::Mutex<()>,
    unknown_proxy: AtomicBool,
    /// Whether a page of a site's own origin has asked for its comments since the start.
    page_seen: AtomicBool,
    proxy_is_recorded: AtomicBool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Found {
    /// The last look of any kind.
    look: Option<(Instant, bool)>,
    /// The last durable write.
    write: Option<(Instant, bool)>,
}

impl Found {
    /// What is known without a further look.
    fn holds(self) -> Option<bool> {
        let (at, well) = self.look?;
        (at.elapsed() < HOLDS).then_some(well)
    }

    /// Whether it takes a durable write to know: the last one failed or was long ago.
    fn wants_write(self) -> bool {
        self.write
            .is_none_or(|(at, well)| !well || at.elapsed() > STALE)
    }
}

impl Readiness {
    /// Remembers that requests come through a proxy that is not in `server.trusted_proxies`.
    pub fn notice_unknown_proxy(&self) {
        if !self.unknown_proxy.load(Ordering::Relaxed)
            && !self.unknown_proxy.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "requests come through a proxy that is not in server.trusted_proxies: all senders count as one"
            );
        }
    }

    /// Remembers that a page of a site asked for its comments.
    pub fn see_page(&self) {
        // A store at every request would take the line from every other core.
        if !self.has_seen_page() {
            self.page_seen.store(true, Ordering::Relaxed);
        }
    }

    /// Whether one did since the start.
    #[must_use]
    pub fn has_seen_page(&self) -> bool {
        self.page_seen.load(Ordering::Relaxed)
    }

    /// Whether they do.
    #[must_use]
    pub fn has_noticed_unknown_proxy(&self) -> bool {
        self.unknown_proxy.load(Ordering::Relaxed)
    }

    /// Writes a row, durably. The job calls this on its period.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let _looking = self.looking.lock().await;
        let written = store.probe_write().await;
        self.found(true, written.is_ok());
        written?;
        // For `hamlet doctor`, which is another process; once is enough.
        if self.has_noticed_unknown_proxy() && !self.proxy_is_recorded.load(Ordering::Relaxed) {
            let noticed = "noticed".to_owned();
            store.meta_or_insert(UNKNOWN_PROXY, noticed).await?;
            self.proxy_is_recorded.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Whether the database can be written to, as far as can be seen within [`PATIENCE`].
    pub async fn can_write(&self, store: &Store) -> bool {
        if !store.is_in_place() {
            return false;
        }
        let look = async {
            let _looking = self.looking.lock().await;
            let found = self.present();
            if let Some(well) = found.holds() {
                return well;
            }
            let writes = found.wants_write();
            let looked = if writes {
                store.probe_write().await
            } else {
                store.probe_lock().await
            };
            self.found(writes, looked.is_ok());
            looked.is_ok()
        };
        if let Ok(well) = timeout(PATIENCE, look).await {
            return well;
        }
        self.found(false, false);
        false
    }

    fn present(&self) -> Found {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, by_writing: bool, well: bool) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (Instant::now(), well);
        found.look = Some(now);
        if by_writing {
            found.write = Some(now);
        }
    }
}
