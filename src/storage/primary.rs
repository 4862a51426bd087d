//! Which of several PostgreSQL servers takes writes, asked every second. When another one does, every
//! pool begins anew with it, and whoever waits for an answer of the one before hears at once that there
//! will be none.
//!
//! A server takes writes when it is not in recovery and its sessions are not read-only. Each promotion begins a
//! new timeline, so of two such servers the one with the later timeline is right, and one whose timeline is
//! earlier than what was seen is a primary of before: nothing is written to it, though it is the only
//! one that answers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use sqlx::{AnyConnection, ConnectOptions, PgConnection, Row};
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{sleep, timeout},
};

use super::{Result, StoreError, hosts::Host};

/// Time from one question to the next.
const PERIOD: Duration = Duration::from_secs(1);

/// So long a server has to take a connection and to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// So long a start waits for a server that takes writes.
const FOUND_WITHIN: Duration = Duration::from_secs(5);

/// The timeline that a server writes to, as eight digits in base 16; empty where it takes no writes. A
/// checkpoint knows of a promotion later, so that the control file is not asked.
const ASK: &str = "SELECT CASE WHEN pg_is_in_recovery() \
                   OR current_setting('transaction_read_only') = 'on' THEN '' \
                   ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END";

/// A server, and the timeline that it writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    host: usize,
    timeline: u32,
}

/// The server that takes writes, as it was last found.
pub(super) struct Primary {
    hosts: Vec<Host>,
    place: watch::Sender<Place>,
}

impl Primary {
    /// Looks for the server that takes writes, for [`FOUND_WITHIN`].
    ///
    /// # Errors
    /// [`StoreError::NoPrimary`].
    pub(super) async fn find(hosts: Vec<Host>) -> Result<Arc<Self>> {
        let begun = Instant::now();
        let mut asked = Asked::new(&hosts);
        loop {
            if let Some(place) = choose(&asked.ask(&hosts).await, None) {
                let place = watch::Sender::new(place);
                return Ok(Arc::new(Self { hosts, place }));
            }
            if begun.elapsed() > FOUND_WITHIN {
                return Err(StoreError::NoPrimary);
            }
            sleep(PERIOD / 4).await;
        }
    }

    /// The server that takes writes.
    pub(super) fn host(&self) -> &Host {
        &self.hosts[self.place.borrow().host]
    }

    /// Waits until another server takes writes than now.
    async fn moved(&self) {
        let mut place = self.place.subscribe();
        // An error means that nobody looks any more.
        if place.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Refuses a new connection to a server that takes no writes, or that did so before another one.
    pub(super) async fn check(&self, connection: &mut AnyConnection) -> sqlx::Result<()> {
        let answer: String = sqlx::raw_sql(ASK).fetch_one(connection).await?.try_get(0)?;
        let least = self.place.borrow().timeline;
        if timeline(&answer).is_some_and(|timeline| timeline >= least) {
            return Ok(());
        }
        let refusal = "this server takes no writes, or another one has taken its place";
        Err(sqlx::Error::Io(std::io::Error::other(refusal)))
    }

    /// Asks every second, and calls `begin_anew` when another server takes writes, before those who wait for
    /// the one before are given up. Ends with what it gives back.
    pub(super) fn follow(
        self: &Arc<Self>,
        begin_anew: impl Fn(&Host) + Send + 'static,
    ) -> Following {
        let primary = self.clone();
        let following = async move {
            let mut asked = Asked::new(&primary.hosts);
            loop {
                sleep(PERIOD).await;
                let answers = asked.ask(&primary.hosts).await;
                let present = *primary.place.borrow();
                let found = choose(&answers, Some(present));
                if let Some(place) = found.filter(|place| *place != present) {
                    let host = &primary.hosts[place.host];
                    tracing::warn!(host = %host.name, timeline = place.timeline, "this database server takes the writes now");
                    begin_anew(host);
                    primary.place.send_replace(place);
                }
            }
        };
        Following(tokio::spawn(following).abort_handle())
    }
}

/// Waits for an answer, as long as one may come: not once another server has taken the place of the one that
/// was asked.
pub(super) async fn unless_moved<T>(
    primary: Option<&Primary>,
    answer: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(primary) = primary else {
        return answer.await;
    };
    tokio::select! {
        biased;
        answer = answer => answer,
        () = primary.moved() => Err(StoreError::Silent),
    }
}

/// The task that asks; it ends when this is dropped.
pub(super) struct Following(AbortHandle);

impl Following {
    /// Asks no more.
    pub(super) fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A connection to each server, kept from one question to the next.
struct Asked(Vec<Option<PgConnection>>);

impl Asked {
    fn new(hosts: &[Host]) -> Self {
        Self(hosts.iter().map(|_| None).collect())
    }

    /// The timeline that each server writes to; none of one that does not answer or takes no writes.
    async fn ask(&mut self, hosts: &[Host]) -> Vec<Option<u32>> {
        let asking = self.0.iter_mut().zip(hosts).map(async |(kept, host)| {
            let asking = async {
                let mut connection = match kept.take() {
                    Some(connection) => connection,
                    None => host.direct.connect().await?,
                };
                let answer = sqlx::raw_sql(ASK).fetch_one(&mut connection).await?;
                *kept = Some(connection);
                answer.try_get::<String, _>(0)
            };
            let answer = timeout(ANSWERS_WITHIN, asking).await.ok()?.ok()?;
            timeline(&answer)
        });
        join_all(asking).await
    }
}

fn timeline(answer: &str) -> Option<u32> {
    u32::from_str_radix(answer, 16).ok()
}

/// The server with the latest timeline, if that is not before the present one. Of two with the same, which
/// only names of one server can have, the present one, or else the one that is named first.
fn choose(timelines: &[Option<u32>], present: Option<Place>) -> Option<Place> {
    let places = timelines.iter().enumerate();
    let places = places.filter_map(|(host, timeline)| {
        Some(Place {
            host,
            timeline: (*timeline)?,
        })
    });
    let later = places.filter(|place| present.is_none_or(|at| place.timeline >= at.timeline));
    later.reduce(|best, place| {
        let is_present = present.is_some_and(|at| at.host == place.host);
        let is_better =
            place.timeline > best.timeline || (place.timeline == best.timeline && is_present);
        if is_better { place } else { best }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn place(host: usize, timeline: u32) -> Place {
        Place { host, timeline }
    }

    #[test]
    fn the_latest_promotion_is_right() {
        assert_eq!(choose(&[None, Some(1)], None), Some(place(1, 1)));
        assert_eq!(choose(&[Some(1), Some(2)], None), Some(place(1, 2)));
        assert_eq!(
            choose(&[Some(2), Some(3)], Some(place(0, 2))),
            Some(place(1, 3))
        );
        assert_eq!(choose(&[None, None], Some(place(0, 2))), None);
    }

    #[test]
    fn a_primary_of_before_is_not_followed_even_alone() {
        assert_eq!(choose(&[Some(2), None], Some(place(1, 3))), None);
        assert_eq!(
            choose(&[Some(2), Some(3)], Some(place(1, 3))),
            Some(place(1, 3))
        );
        assert_eq!(
            choose(&[Some(4), None], Some(place(1, 3))),
            Some(place(0, 4))
        );
    }

    #[test]
    fn two_names_of_one_server_do_not_take_turns() {
        assert_eq!(choose(&[Some(1), Some(1)], None), Some(place(0, 1)));
        assert_eq!(
            choose(&[Some(1), Some(1)], Some(place(1, 1))),
            Some(place(1, 1))
        );
        assert_eq!(
            choose(&[Some(1), None], Some(place(1, 1))),
            Some(place(0, 1))
        );
    }

    #[test]
    fn timelines_are_read_in_base_16() {
        assert_eq!(timeline("0000000A"), Some(10));
        assert_eq!(timeline(""), None);
    }
}
