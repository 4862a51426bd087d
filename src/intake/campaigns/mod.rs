//! Campaigns: what comes in is compared with what came lately on any page and site of the installation, in memory, and
//! near copies are given a campaign in common. It costs the database nothing unless something is a copy: an index
//! with a random key for each comment would write another page for each.
//!
//! Every instance has a window of its own ([`window`]), filled from the database at the start and followed up with what
//! other instances took in ([`follow`]); a campaign is named after its first comment, so that they agree. Texts are
//! not kept in it, and nothing of a site is shown to another: what is found raises the score, as a count.

mod seen;
pub mod window;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use self::{
    seen::Seen,
    window::{Newcomer, Window},
};
use super::{Intake, checks};
use crate::{
    config::IntakeSettings,
    domain::{campaign::Membership, comment::CommentId, timestamp::Timestamp},
    storage::{Result, campaigns::Recent},
    text::{Document, sketch::Sketch, views::with_features},
};

/// Comments that are read at once.
const BITE: u32 = 500;

/// How much later than one with a greater id a comment may be seen here: it came in at another instance, whose clock
/// is not quite ours.
const LATE: Duration = Duration::from_secs(5);

/// The window, and how far it was followed.
pub struct Campaigns {
    window: Mutex<Window>,
    /// What need not be read from the database again; empty where no other instance writes there.
    seen: Mutex<Seen>,
    /// The latest comment that was read from the database; held while it is read.
    read: tokio::sync::Mutex<Option<CommentId>>,
    /// Comments that the window holds.
    at_most: usize,
    /// Whether other instances write to the database as well.
    is_shared: bool,
}

impl Campaigns {
    /// An empty window; `is_shared` where other instances write to the database as well.
    #[must_use]
    pub fn new(limits: &IntakeSettings, is_shared: bool) -> Self {
        let at_most = limits.campaign_window_comments;
        Self {
            window: Mutex::new(Window::new(at_most, checks::campaign_window(limits))),
            seen: Mutex::default(),
            read: tokio::sync::Mutex::default(),
            at_most,
            is_shared,
        }
    }

    /// Whether near copies are looked for.
    #[must_use]
    const fn are_looked_for(&self) -> bool {
        self.at_most > 0
    }

    /// The campaign of a text that is not kept.
    #[must_use]
    pub fn find(&self, newcomer: &Newcomer) -> Option<Membership> {
        self.window().find(newcomer)
    }

    /// Takes a comment in, and returns its campaign.
    pub fn take_in(&self, newcomer: Newcomer, now: Timestamp) -> Option<Membership> {
        self.window().take_in(newcomer, now)
    }

    /// Takes a comment out that was not stored. If it was after all, it is read from the database.
    pub fn take_back(&self, id: CommentId) {
        self.window().take_back(id);
        self.seen().forget(id);
    }

    /// Notes a comment that need not be read from the database, whether its text has a sketch or not.
    pub fn note(&self, id: CommentId) {
        if self.is_shared {
            self.seen().note(id);
        }
    }

    fn take_in_stored(&self, stored: &Recent, now: Timestamp) {
        self.note(stored.id);
        let document = Document {
            text: &stored.text,
            name: None,
            email_domain: None,
            website: None,
        };
        let Some(sketch) = with_features(&document, |features| Sketch::of(features)) else {
            return;
        };
        let newcomer = Newcomer {
            id: stored.id,
            parent: stored.parent,
            sketch,
        };
        match stored.campaign {
            Some(campaign) => self.window().take_in_as(newcomer, campaign, now),
            None => drop(self.window().take_in(newcomer, now)),
        }
    }

    /// What panicked in the midst left, at worst, a comment that no other finds.
    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What panicked in the midst left, at worst, a comment that is read once more.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes in what the database has and the window has not: all of it at the start, and then what other instances
/// took in. At the start the store recalls what came in lately as well.
///
/// # Errors
/// [`crate::storage::StoreError`]; it goes on from there when called again.
pub async fn follow(intake: &Intake) -> Result<()> {
    let (ground, campaigns) = (&intake.ground, &intake.campaigns);
    let lookback = checks::lookback(&ground.settings.intake, ground.now());
    ground.store.recall(&lookback).await?;
    if !campaigns.are_looked_for() {
        return Ok(());
    }
    let mut read = campaigns.read.lock().await;
    let now = ground.now();
    let mut after = match *read {
        None => {
            let since = now.minus(checks::campaign_window(&ground.settings.intake));
            let least = CommentId::earliest_at(since);
            let from = ground.store.latest_but(campaigns.at_most).await?;
            from.map_or(least, |from| from.max(least))
        }
        // There is no other instance that takes comments in.
        Some(_) if !campaigns.is_shared => return Ok(()),
        Some(last) => late(last),
    };
    loop {
        let known = |id| campaigns.seen().has(id) || campaigns.window().has(id);
        let recent = ground.store.recent_comments(after, BITE, known).await?;
        for one in &recent.unknown {
            campaigns.take_in_stored(one, now);
        }
        let Some(last) = recent.last else {
            break;
        };
        after = last;
        tokio::task::yield_now().await;
    }
    campaigns.seen().forget_until(late(after));
    *read = Some(after);
    Ok(())
}

/// After which comment to ask again when all until one was read.
fn late(last: CommentId) -> CommentId {
    CommentId::earliest_at(Timestamp::from_millis(last.made_at()).minus(LATE))
}
