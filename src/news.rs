//! News of arrivals and decisions: while anyone listens, this instance asks the database once a second for the
//! latest comment that waits at each site, for what was decided since, for texts that were changed and for who has which
//! comment open, and announces all of it to every listener. It also asks whether the listeners' sessions are still good:
//! another instance may have ended them.
//!
//! Each listener holds a connection for as long as they like: there are few for one person, where the
//! oldest makes room for the newest, and few in all, where the newest is refused.

pub mod looks;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    domain::{
        comment::CommentId,
        edit::EditedNow,
        moderator::{ModeratorId, Principal, Scope},
        site::SiteSlug,
    },
    ground::Ground,
    storage::{self, decided::DecidedLately, looks::Looking, sessions::Held},
};

/// Streams that one person may have at one instance.
pub const PER_PERSON: usize = 6;
/// Streams that all may have at one instance.
pub const IN_ALL: usize = 500;

/// The latest comment that waits at each site.
pub type Latest = Arc<BTreeMap<SiteSlug, CommentId>>;

/// What was decided in the last moments, the earliest first.
type Lately = Arc<Vec<DecidedLately>>;

/// Texts that were changed in the last moments, the earliest first.
type Edits = Arc<Vec<EditedNow>>;

/// Who has which comment open.
pub type Looks = Arc<Vec<Looking>>;

/// How far back decisions are read each time: a transaction may become visible later than it began.
const OVERLAP: Duration = Duration::from_secs(10);
/// Most decisions that are sent at once; of more a page hears when it is loaded again.
const TOLD: u32 = 500;

/// What listeners listen to.
pub struct News {
    ground: Arc<Ground>,
    latest: watch::Sender<Latest>,
    lately: watch::Sender<Lately>,
    edits: watch::Sender<Edits>,
    looks: watch::Sender<Looks>,
    closing: CancellationToken,
    seats: Arc<Mutex<Seats>>,
}

/// Those who listen, the oldest first.
#[derive(Default)]
struct Seats {
    taken: BTreeMap<u64, Seat>,
    next: u64,
}

struct Seat {
    held: Held,
    leave: CancellationToken,
    displaced: CancellationToken,
}

/// Somebody's place among the listeners, given back when it is dropped.
pub struct Place {
    /// The latest arrivals.
    pub latest: watch::Receiver<Latest>,
    /// The latest decisions.
    pub lately: watch::Receiver<Lately>,
    /// The latest changes of texts.
    pub edits: watch::Receiver<Edits>,
    /// Who looks at what now.
    pub looks: watch::Receiver<Looks>,
    /// Cancelled when the session is over; see [`News::dismiss`].
    pub dismissed: CancellationToken,
    /// Cancelled when a newer stream of the same person has taken this place.
    pub displaced: CancellationToken,
    number: u64,
    seats: Arc<Mutex<Seats>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        locked(&self.seats).taken.remove(&self.number);
    }
}

fn locked(seats: &Mutex<Seats>) -> MutexGuard<'_, Seats> {
    seats.lock().unwrap_or_else(PoisonError::into_inner)
}

impl News {
    /// Nobody listens yet.
    #[must_use]
    pub fn new(ground: Arc<Ground>) -> Self {
        Self {
            ground,
            latest: watch::Sender::new(Latest::default()),
            lately: watch::Sender::new(Lately::default()),
            edits: watch::Sender::new(Edits::default()),
            looks: watch::Sender::new(Looks::default()),
            closing: CancellationToken::new(),
            seats: Arc::default(),
        }
    }

    /// Begins to listen; nothing when too many do. Someone's oldest stream ends when they have
    /// [`PER_PERSON`] already.
    #[must_use]
    pub fn listen(&self, held: Held) -> Option<Place> {
        let mut seats = locked(&self.seats);
        let own = |seat: &Seat| seat.held.moderator == held.moderator;
        let mine = seats.taken.iter().filter(|(_, seat)| own(seat));
        let mine: Vec<u64> = mine.map(|(number, _)| *number).collect();
        let over = (mine.len() + 1).saturating_sub(PER_PERSON);
        for number in mine.into_iter().take(over) {
            if let Some(seat) = seats.taken.remove(&number) {
                seat.displaced.cancel();
            }
        }
        if seats.taken.len() >= IN_ALL {
            return None;
        }
        let number = seats.next;
        seats.next += 1;
        let (leave, displaced) = (CancellationToken::new(), CancellationToken::new());
        let seat = Seat {
            held,
            leave: leave.clone(),
            displaced: displaced.clone(),
        };
        seats.taken.insert(number, seat);
        drop(seats);
        Some(Place {
            latest: self.latest.subscribe(),
            lately: self.lately.subscribe(),
            edits: self.edits.subscribe(),
            looks: self.looks.subscribe(),
            dismissed: leave,
            displaced,
            number,
            seats: self.seats.clone(),
        })
    }

    /// Ends the streams of a session.
    pub fn dismiss(&self, session: &str) {
        self.dismiss_if(|held| held.id == session);
    }

    /// Ends the streams of all of someone's sessions.
    pub fn dismiss_all_of(&self, id: &ModeratorId) {
        self.dismiss_if(|held| held.moderator == id.0);
    }

    fn dismiss_if(&self, over: impl Fn(&Held) -> bool) {
        for seat in locked(&self.seats).taken.values() {
            if over(&seat.held) {
                seat.leave.cancel();
            }
        }
    }

    /// The sessions that listen, each once.
    fn held(&self) -> Vec<Held> {
        let mut held: Vec<Held> = Vec::new();
        for seat in locked(&self.seats).taken.values() {
            if !held.contains(&seat.held) {
                held.push(seat.held.clone());
            }
        }
        held
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

/// Looks for arrivals, and for sessions that have ended, if anyone listens.
///
/// # Errors
/// [`storage::StoreError`].
pub async fn announce(news: &News) -> storage::Result<()> {
    let held = news.held();
    if held.is_empty() {
        return Ok(());
    }
    let good = news.ground.store.good_sessions(&held).await?;
    let over: Vec<&Held> = held.iter().filter(|one| !good.contains(&one.id)).collect();
    news.dismiss_if(|held| over.contains(&held));
    let sites = news.ground.directory.covered(&Scope::All);
    let latest = Arc::new(news.ground.store.latest_pending(&sites).await?);
    replace(&news.latest, latest);
    let since = news.ground.now().minus(OVERLAP);
    let lately = news.ground.store.decided_since(since, TOLD).await?;
    replace(&news.lately, Arc::new(lately));
    let edits = news.ground.store.edits_since(since, TOLD).await?;
    replace(&news.edits, Arc::new(edits));
    replace(&news.looks, Arc::new(looks::now(&news.ground).await?));
    Ok(())
}

fn replace<T: PartialEq>(told: &watch::Sender<T>, now: T) {
    told.send_if_modified(|known| {
        let changed = *known != now;
        *known = now;
        changed
    });
}

/// The latest arrival that the principal may see; identifiers grow with time.
#[must_use]
pub fn latest_for(ground: &Ground, principal: &Principal, latest: &Latest) -> Option<CommentId> {
    let covered = ground.directory.covered(&principal.scope);
    covered
        .iter()
        .filter_map(|site| latest.get(site))
        .max()
        .copied()
}
