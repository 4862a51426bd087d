//! News of arrivals: while anyone listens, this instance asks the database once a second for the
//! latest comment that waits at each site, whichever instance took it in, and tells all listeners.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::{
        comment::CommentId,
        moderator::{Principal, Scope},
        site::SiteSlug,
    },
    storage,
};

/// The latest comment that waits at each site.
pub type Latest = Arc<BTreeMap<SiteSlug, CommentId>>;

/// What listeners listen to.
pub struct News {
    latest: watch::Sender<Latest>,
    closing: CancellationToken,
}

impl Default for News {
    fn default() -> Self {
        Self {
            latest: watch::Sender::new(Latest::default()),
            closing: CancellationToken::new(),
        }
    }
}

impl News {
    /// Begins to listen.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<Latest> {
        self.latest.subscribe()
    }

    /// Ends for all who listen, and for good: the service stops.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Waits for [`News::close`].
    pub async fn closed(&self) {
        self.closing.cancelled().await;
    }
}

/// Looks for arrivals, if anyone listens.
///
/// # Errors
/// [`storage::StoreError`].
pub async fn announce(app: &App) -> storage::Result<()> {
    if app.news.latest.receiver_count() == 0 {
        return Ok(());
    }
    let sites = app.directory.covered(&Scope::All);
    let latest = Arc::new(app.store.latest_pending(&sites).await?);
    app.news.latest.send_if_modified(|known| {
        let changed = *known != latest;
        *known = latest;
        changed
    });
    Ok(())
}

/// The latest arrival that the principal may see; identifiers grow with time.
#[must_use]
pub fn latest_for(app: &App, principal: &Principal, latest: &Latest) -> Option<CommentId> {
    let covered = app.directory.covered(&principal.scope);
    covered
        .iter()
        .filter_map(|site| latest.get(site))
        .max()
        .copied()
}
