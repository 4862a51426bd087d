//! Works a leased queue off: claims a few rows of each destination that has some due, carries each, and
//! claims the next as one ends, so that nobody waits for somebody else's server. Mail and deliveries are
//! two [`Courier`]s of it.

use std::{
    any::Any, collections::VecDeque, ops::AddAssign, panic::AssertUnwindSafe, time::Duration,
};

use futures_util::{
    FutureExt, StreamExt,
    future::{BoxFuture, OptionFuture},
    stream::FuturesUnordered,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    schedule,
    traffic::{EACH, Fared, Lanes, OnItsWay},
};
use crate::{
    domain::timestamp::Timestamp,
    ground::Ground,
    storage::{
        Result, StoreError,
        queues::{Claim, End, Lease},
    },
    telemetry::of_panic,
};

/// How often it is looked what became due while others are on their way.
const LOOK: Duration = Duration::from_secs(1);

/// A try that takes longer is slow.
const SLOW: Duration = Duration::from_secs(2);

/// Carries the rows of one queue.
pub(super) trait Courier: Sync {
    /// A row.
    type Item: Send + Sync;
    /// What was done, counted.
    type Tally: Default + AddAssign + Send;

    /// At most so many on their way at once.
    const SLOTS: u32;

    fn ground(&self) -> &Ground;

    fn lanes(&self) -> &Lanes;

    /// The longest that a try can take.
    fn deadline(&self) -> Duration;

    /// How long a row is tried.
    fn patience(&self) -> Duration;

    /// Makes ready what is to be claimed. Called each time before it is looked what is due.
    fn prepare(&self) -> impl Future<Output = Result<()>> + Send;

    /// Destinations with something due.
    fn due(&self, except: Vec<String>) -> impl Future<Output = Result<Vec<String>>> + Send;

    fn claim(&self, claim: Claim) -> impl Future<Output = Result<Vec<Self::Item>>> + Send;

    fn lease<'a>(&self, item: &'a Self::Item) -> &'a Lease;

    /// Gives up what has waited for lost destinations since before this; gives how many.
    fn give_up(
        &self,
        lost: Vec<String>,
        queued_before: Timestamp,
    ) -> impl Future<Output = Result<u64>> + Send;

    /// Makes one try; nothing is recorded yet.
    fn carry(&self, item: &Self::Item) -> impl Future<Output = Result<Carried>> + Send;

    /// Records how the try ended.
    fn finish(
        &self,
        item: &Self::Item,
        carried: Carried,
    ) -> impl Future<Output = Result<Self::Tally>> + Send;
}

/// How a try ended, and what that says about the way.
#[derive(Debug)]
pub(super) struct Carried {
    /// `None`: it was put off, and that is recorded.
    pub end: Option<End>,
    /// The destination gave no answer.
    pub silent: bool,
    /// The server that everything goes through is away: all the rest would fare the same.
    pub stuck: bool,
    /// What the message reported, where that is kept.
    pub told: Vec<String>,
}

impl From<End> for Carried {
    fn from(end: End) -> Self {
        Self {
            end: Some(end),
            silent: false,
            stuck: false,
            told: Vec::new(),
        }
    }
}

/// Carries what is due, and what becomes due meanwhile, until nothing is on its way. Once `stop` is
/// cancelled nothing more sets out.
///
/// # Errors
/// [`StoreError`], once everything on its way has ended; what is not recorded then comes up again when
/// its lease ends.
pub(super) async fn run<C: Courier>(courier: &C, stop: &CancellationToken) -> Result<C::Tally> {
    let mut run = Run {
        courier,
        due: VecDeque::new(),
        underway: FuturesUnordered::new(),
        tally: C::Tally::default(),
        failure: None,
        halted: false,
    };
    let mut next_look = Instant::now();
    let mut errand: Option<BoxFuture<'_, Errand<C::Item>>> = None;
    loop {
        run.halted |= stop.is_cancelled();
        if errand.is_none() && !run.halted {
            errand = if next_look <= Instant::now() {
                next_look = Instant::now() + LOOK;
                Some(look(courier).map(Errand::Looked).boxed())
            } else {
                run.choose()
            };
        }
        let busy = errand.is_some();
        if !busy && run.underway.is_empty() {
            break;
        }
        // All of it is polled here together: one that ends may hold the connection that a claim needs.
        tokio::select! {
            Some(ended) = run.underway.next() => run.settle(ended),
            done = OptionFuture::from(errand.as_mut()), if busy => {
                errand = None;
                if let Some(done) = done {
                    run.take(done);
                }
            }
            () = tokio::time::sleep_until(next_look), if !busy && !run.halted => {}
        }
    }
    run.failure.map_or(Ok(run.tally), Err)
}

/// What was fetched from the store.
enum Errand<T> {
    /// Destinations with something due.
    Looked(Result<Vec<String>>),
    /// What was claimed of destinations, at most so many of each.
    Claimed(Vec<(String, u32)>, Result<Vec<T>>),
}

/// One that ended: where it went, whether the way is stuck, and what to count.
struct Ended<T> {
    destination: String,
    stuck: bool,
    counted: Result<T>,
}

struct Run<'a, C: Courier> {
    courier: &'a C,
    due: VecDeque<String>,
    underway: FuturesUnordered<BoxFuture<'a, Ended<C::Tally>>>,
    tally: C::Tally,
    failure: Option<StoreError>,
    /// Nothing more sets out.
    halted: bool,
}

impl<'a, C: Courier> Run<'a, C> {
    fn fail(&mut self, error: StoreError) {
        self.halted = true;
        self.failure.get_or_insert(error);
    }

    /// What to claim next, if there is room for any.
    fn choose(&mut self) -> Option<BoxFuture<'a, Errand<C::Item>>> {
        let courier = self.courier;
        let (lanes, now) = (courier.lanes(), courier.ground().now());
        let [two, one] = lanes.choose(&mut self.due, C::SLOTS, now);
        if two.is_empty() && one.is_empty() {
            return None;
        }
        let claiming = async move {
            let of = |each: u32| move |name: &String| (name.clone(), each);
            let wanted = two.iter().map(of(EACH)).chain(one.iter().map(of(1)));
            let wanted = wanted.collect();
            let mut claimed = Vec::new();
            for (destinations, each) in [(two, EACH), (one, 1)] {
                match claim(courier, destinations, each, now).await {
                    Ok(more) => claimed.extend(more),
                    Err(error) => return Errand::Claimed(wanted, Err(error)),
                }
            }
            Errand::Claimed(wanted, Ok(claimed))
        };
        Some(claiming.boxed())
    }

    /// Takes what was fetched: notes what is due, lets set out what was claimed.
    fn take(&mut self, errand: Errand<C::Item>) {
        let (wanted, claimed) = match errand {
            Errand::Looked(Ok(found)) => {
                for destination in found {
                    if !self.due.contains(&destination) {
                        self.due.push_back(destination);
                    }
                }
                return;
            }
            Errand::Claimed(wanted, Ok(claimed)) => (wanted, claimed),
            Errand::Looked(Err(error)) | Errand::Claimed(_, Err(error)) => return self.fail(error),
        };
        for (destination, each) in wanted {
            let own = |item: &&C::Item| self.courier.lease(item).destination == destination;
            // Where there were fewer, no more is due.
            if claimed.iter().filter(own).count() >= each as usize {
                self.due.push_back(destination);
            }
        }
        for item in claimed {
            let lease = self.courier.lease(&item);
            let on_its_way = self.courier.lanes().set_out(&lease.destination);
            let carrying = carry(self.courier, item, on_its_way);
            self.underway.push(carrying.boxed());
        }
    }

    fn settle(&mut self, ended: Ended<C::Tally>) {
        self.courier.lanes().set_stuck(ended.stuck);
        // The rest would fare the same; it stays due for the next run.
        self.halted |= ended.stuck;
        match ended.counted {
            Ok(counted) => self.tally += counted,
            Err(error) => {
                tracing::warn!(%error, destination = ended.destination, "a try is not recorded");
                self.fail(error);
            }
        }
    }
}

async fn claim<C: Courier>(
    courier: &C,
    destinations: Vec<String>,
    each: u32,
    now: Timestamp,
) -> Result<Vec<C::Item>> {
    if destinations.is_empty() {
        return Ok(Vec::new());
    }
    let lease = courier.deadline().saturating_add(Duration::from_mins(1));
    let claim = Claim {
        destinations,
        each,
        now,
        until: now.plus(lease),
    };
    courier.claim(claim).await
}

async fn look<C: Courier>(courier: &C) -> Result<Vec<String>> {
    courier.prepare().await?;
    let (lanes, now) = (courier.lanes(), courier.ground().now());
    let lost = lanes.lost(now);
    if !lost.is_empty() {
        let given_up = courier.give_up(lost, now.minus(courier.patience())).await?;
        if given_up > 0 {
            tracing::error!(given_up, "given up: their destinations do not answer");
        }
    }
    courier.due(lanes.closed(now)).await
}

/// Makes one try and records how it ended.
async fn carry<C: Courier>(
    courier: &C,
    item: C::Item,
    _on_its_way: OnItsWay<'_>,
) -> Ended<C::Tally> {
    let destination = courier.lease(&item).destination.clone();
    let began = Instant::now();
    // One message that cannot be made must not take along those that are on their way beside it.
    let tried = AssertUnwindSafe(courier.carry(&item)).catch_unwind().await;
    let tried = tried.unwrap_or_else(|panic| Ok(broke(courier, &item, &*panic)));
    let slow = began.elapsed() >= SLOW;
    let (stuck, counted) = match tried {
        Ok(carried) => {
            let fared = Fared {
                silent: carried.silent,
                slow,
            };
            let now = courier.ground().now();
            if !carried.stuck && courier.lanes().note(&destination, fared, now) {
                tracing::warn!(
                    destination,
                    "a destination does not answer and is left alone for a while"
                );
            }
            (carried.stuck, courier.finish(&item, carried).await)
        }
        Err(error) => (false, Err(error)),
    };
    Ended {
        destination,
        stuck,
        counted,
    }
}

fn broke<C: Courier>(courier: &C, item: &C::Item, panic: &(dyn Any + Send)) -> Carried {
    tracing::error!(panic = of_panic(panic), "a message could not be made");
    later(
        courier,
        item,
        "it could not be written: see the log".to_owned(),
    )
    .into()
}

/// Another try, or none if it was tried for too long.
pub(super) fn later<C: Courier>(courier: &C, item: &C::Item, error: String) -> End {
    let (lease, now) = (courier.lease(item), courier.ground().now());
    if now.since(lease.queued_at) >= courier.patience() {
        return End::Dead { error };
    }
    let at = now.plus(schedule::wait(lease.attempts, rand::random()));
    End::Retry { at, error }
}
