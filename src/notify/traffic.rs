//! What is on its way to each destination, and how those before fared. A few at once to each; one that
//! keeps silent is left alone for a while, then asked with one, and less and less often.
//!
//! It is kept in memory, by each instance for itself: what it says is learnt anew within three tries,
//! an instance whose own network fails must not keep the others from sending, and what has to last (when
//! a row is tried again, and for how long) is in the row.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::domain::timestamp::Timestamp;

/// At most so many at once to one destination.
pub(super) const EACH: u32 = 2;

/// After so many tries in a row that got no answer a destination is left alone.
const SILENT: u32 = 3;

/// For so long at first, then twice as long after each further try, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// A destination that kept silent for so long may lose what waits for it too long.
const LOST: Duration = Duration::from_hours(1);

/// What is known of the ways that mail and deliveries take.
#[derive(Debug, Default)]
pub struct Traffic {
    pub(super) mail: Lanes,
    pub(super) deliveries: Lanes,
}

/// The destinations of one queue.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    lanes: HashMap<String, Lane>,
    /// Whether the server that everything goes through was away at the last try.
    stuck: bool,
}

#[derive(Debug, Default)]
struct Lane {
    busy: u32,
    /// Tries in a row that got no answer.
    silent: u32,
    /// Whether the last try took long, however it ended.
    slow: bool,
    closed_until: Option<Timestamp>,
    silent_since: Option<Timestamp>,
}

impl Lane {
    const fn is_suspect(&self) -> bool {
        self.silent > 0 || self.slow
    }

    fn is_closed(&self, now: Timestamp) -> bool {
        // A clock that was set back closes no way for longer.
        let until = self.closed_until.filter(|until| *until > now);
        until.is_some_and(|until| until.since(now) <= LONGEST_PAUSE)
    }

    fn room(&self, now: Timestamp) -> u32 {
        if self.is_closed(now) {
            return 0;
        }
        let most = if self.silent > 0 { 1 } else { EACH };
        most.saturating_sub(self.busy)
    }
}

/// How a try fared, as far as its destination is concerned.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fared {
    /// It got no answer.
    pub silent: bool,
    /// It took long.
    pub slow: bool,
}

/// One that is on its way. It no longer is when this is dropped.
pub(super) struct OnItsWay<'a> {
    lanes: &'a Lanes,
    destination: String,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        let mut state = self.lanes.state();
        if let Some(lane) = state.lanes.get_mut(&self.destination) {
            lane.busy = lane.busy.saturating_sub(1);
            if lane.busy == 0 && !lane.is_suspect() {
                state.lanes.remove(&self.destination);
            }
        }
    }
}

impl Lanes {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Destinations that are left alone for now.
    pub(super) fn closed(&self, now: Timestamp) -> Vec<String> {
        let state = self.state();
        let closed = state.lanes.iter().filter(|(_, lane)| lane.is_closed(now));
        closed.map(|(name, _)| name.clone()).collect()
    }

    /// Destinations that have kept silent for long.
    pub(super) fn lost(&self, now: Timestamp) -> Vec<String> {
        let state = self.state();
        let lost = state.lanes.iter().filter(|(_, lane)| {
            lane.silent >= SILENT
                && lane
                    .silent_since
                    .is_some_and(|since| now.since(since) >= LOST)
        });
        lost.map(|(name, _)| name.clone()).collect()
    }

    /// Notes whether the server that everything goes through is away. While it is, one asks for it.
    pub(super) fn set_stuck(&self, stuck: bool) {
        self.state().stuck = stuck;
    }

    /// Takes from the front of `due` the destinations to claim for: first those with room for [`EACH`],
    /// then those with room for one. No more than `slots` in all are on their way then, and no more
    /// than half of those to destinations that were slow or silent. Those without room stay in `due`.
    pub(super) fn choose(
        &self,
        due: &mut VecDeque<String>,
        slots: u32,
        now: Timestamp,
    ) -> [Vec<String>; EACH as usize] {
        let state = self.state();
        let slots = if state.stuck { 1 } else { slots };
        let busy = |of: fn(&Lane) -> bool| -> u32 {
            let lanes = state.lanes.values().filter(|lane| of(lane));
            lanes.map(|lane| lane.busy).sum()
        };
        let mut free = slots.saturating_sub(busy(|_| true));
        let mut free_for_suspects = (slots / 2).max(1).saturating_sub(busy(Lane::is_suspect));
        let mut chosen = [Vec::new(), Vec::new()];
        due.retain(|name| {
            let lane = state.lanes.get(name);
            let suspect = lane.is_some_and(Lane::is_suspect);
            let mut room = lane.map_or(EACH, |lane| lane.room(now)).min(free);
            if suspect {
                room = room.min(free_for_suspects);
                free_for_suspects -= room;
            }
            free -= room;
            match room {
                0 => true,
                1 => {
                    chosen[1].push(name.clone());
                    false
                }
                _ => {
                    chosen[0].push(name.clone());
                    false
                }
            }
        });
        chosen
    }

    /// One sets out.
    pub(super) fn set_out(&self, destination: &str) -> OnItsWay<'_> {
        let mut state = self.state();
        state.lanes.entry(destination.to_owned()).or_default().busy += 1;
        OnItsWay {
            lanes: self,
            destination: destination.to_owned(),
        }
    }

    /// Notes how one fared; whether its destination is left alone from now on, and was not before.
    pub(super) fn note(&self, destination: &str, fared: Fared, now: Timestamp) -> bool {
        let mut state = self.state();
        let lane = state.lanes.entry(destination.to_owned()).or_default();
        lane.slow = fared.slow;
        if !fared.silent {
            lane.silent = 0;
            lane.closed_until = None;
            lane.silent_since = None;
            return false;
        }
        lane.silent = lane.silent.saturating_add(1);
        lane.silent_since.get_or_insert(now);
        if lane.silent < SILENT {
            return false;
        }
        let doublings = (lane.silent - SILENT).min(10);
        let pause = FIRST_PAUSE.saturating_mul(1 << doublings);
        lane.closed_until = Some(now.plus(pause.min(LONGEST_PAUSE)));
        lane.silent == SILENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOTS: u32 = 8;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn due(names: &[&str]) -> VecDeque<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    const SILENCE: Fared = Fared {
        silent: true,
        slow: true,
    };

    #[test]
    fn each_gets_two_and_waits_in_line_for_more() {
        let lanes = Lanes::default();
        let mut waiting = due(&["a", "b"]);
        let [two, one] = lanes.choose(&mut waiting, SLOTS, at(0));
        assert_eq!((two.len(), one.len(), waiting.len()), (2, 0, 0));
        let first = lanes.set_out("a");
        let _second = lanes.set_out("a");
        let mut waiting = due(&["a", "b"]);
        let [two, one] = lanes.choose(&mut waiting, SLOTS, at(0));
        assert_eq!((two, one), (vec!["b".to_owned()], vec![]));
        assert_eq!(waiting, ["a"]);
        drop(first);
        let [two, one] = lanes.choose(&mut waiting, SLOTS, at(0));
        assert_eq!((two, one), (vec![], vec!["a".to_owned()]));
    }

    #[test]
    fn three_silences_close_the_way_for_longer_each_time_and_an_answer_opens_it() {
        let lanes = Lanes::default();
        assert!(!lanes.note("a", SILENCE, at(0)) && !lanes.note("a", SILENCE, at(0)));
        assert!(lanes.note("a", SILENCE, at(0)), "said once");
        assert_eq!(lanes.closed(at(29)), ["a"]);
        assert!(lanes.closed(at(30)).is_empty());
        let [two, one] = lanes.choose(&mut due(&["a"]), SLOTS, at(30));
        assert_eq!((two.len(), one.len()), (0, 1), "one asks");
        assert!(!lanes.note("a", SILENCE, at(30)));
        assert_eq!(lanes.closed(at(89)), ["a"]);
        assert!(lanes.lost(at(3599)).is_empty());
        assert_eq!(lanes.lost(at(3600)), ["a"]);
        lanes.note("a", Fared::default(), at(90));
        assert!(lanes.closed(at(90)).is_empty() && lanes.lost(at(9000)).is_empty());
    }

    #[test]
    fn all_that_are_slow_together_take_half_of_the_ways() {
        let lanes = Lanes::default();
        let slow = ["a", "b", "c", "d", "e", "f"];
        for name in slow {
            lanes.note(name, SILENCE, at(0));
        }
        let mut waiting = due(&slow);
        waiting.push_back("good".to_owned());
        let [two, one] = lanes.choose(&mut waiting, SLOTS, at(0));
        assert_eq!((two, one.len()), (vec!["good".to_owned()], 4));
        assert_eq!(waiting, ["e", "f"]);
    }

    #[test]
    fn nothing_is_remembered_of_those_that_are_well() {
        let lanes = Lanes::default();
        drop(lanes.set_out("a"));
        lanes.note("b", SILENCE, at(0));
        drop(lanes.set_out("b"));
        assert_eq!(lanes.state().lanes.len(), 1);
    }
}
