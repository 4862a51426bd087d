//! What the database knows of an arrival's sender, author and text; with it the policy is asked.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::{
        arrival::{Admission, Counted, Judge, Ruling, Share, Signals},
        comment::CommentId,
    },
    storage::{
        arrivals::{Intake, Result, Ruled},
        campaigns,
        counters::{self, Lasting},
        sql::Conn,
    },
};

/// What the database knows of a batch's open arrivals.
pub(super) struct Known {
    /// What each one's counters stand at, in the order of the arrivals.
    counts: Vec<Vec<i64>>,
    /// The rest, by place, of those of whom anything is known.
    signals: HashMap<usize, Signals>,
}

impl Intake {
    /// Asks the database about the open arrivals, and counts them.
    pub(super) async fn ask(&self, on: &mut Conn<'_>, lasting: Lasting) -> Result<Known> {
        Ok(Known {
            counts: self.count(on, lasting).await?,
            signals: self.look_up(on).await?,
        })
    }

    /// Asks the policy about each open arrival.
    pub(super) fn judge(&mut self, known: Known, judge: &Judge) {
        let Known {
            counts,
            mut signals,
        } = known;
        self.add_the_batch_itself(&mut signals);
        let places: Vec<usize> = self.open().map(|(place, _)| place).collect();
        for (place, counts) in places.into_iter().zip(counts) {
            let mut signals = signals.remove(&place).unwrap_or_default();
            for (share, count) in self.batch[place].counters.iter().zip(counts) {
                signals.add(share, count);
            }
            match judge(place, &signals) {
                Ruling::Admit {
                    verdict,
                    score,
                    evidence,
                } => {
                    self.ruled[place] = Some(Ruled {
                        verdict,
                        score,
                        evidence,
                    });
                }
                Ruling::Refuse { retry_after } => {
                    self.outcome[place] = Some(Admission::Refused { retry_after });
                }
            }
        }
    }

    /// Raises each counter once for the whole batch, then gives each open arrival the counts it saw: the
    /// total less those that came after it. A counter is one whenever its arrivals' windows would end,
    /// so that is no part of the key.
    async fn count(&self, on: &mut Conn<'_>, lasting: Lasting) -> Result<Vec<Vec<i64>>> {
        let open: Vec<&[Share]> = self
            .open()
            .map(|(_, arrival)| arrival.counters.as_slice())
            .collect();
        let mut totals: HashMap<Key<'_>, (&Counted, i64)> = HashMap::new();
        let mut nth = Vec::with_capacity(open.len());
        for counters in &open {
            let mut own = Vec::with_capacity(counters.len());
            for Share { counted, .. } in *counters {
                let total = &mut totals.entry(key(counted)).or_insert((counted, 0)).1;
                *total += 1;
                own.push(*total);
            }
            nth.push(own);
        }
        let raises: Vec<(&Counted, i64)> = totals.into_values().collect();
        let after = counters::raise(on, &raises, self.now, lasting).await?;
        let before: HashMap<Key<'_>, i64> = raises
            .iter()
            .zip(after)
            .map(|((counted, by), after)| (key(counted), after - by))
            .collect();
        let seen = open.iter().zip(nth).map(|(counters, nth)| {
            let counts = counters.iter().zip(nth);
            let seen = counts.map(|(Share { counted, .. }, nth)| {
                before.get(&key(counted)).copied().unwrap_or(0) + nth
            });
            seen.collect()
        });
        Ok(seen.collect())
    }

    /// What is known of the others, by place.
    async fn look_up(&self, on: &mut Conn<'_>) -> Result<HashMap<usize, Signals>> {
        let mut known = self.earlier(on).await?;
        let copies = campaigns::others(on, self.open(), self.lookback.copies_since).await?;
        for (place, copies) in copies {
            known.entry(place).or_default().copies = copies;
        }
        Ok(known)
    }

    /// Adds to what the database knows those that came earlier in the same batch.
    fn add_the_batch_itself(&self, known: &mut HashMap<usize, Signals>) {
        let mut emails: HashMap<(&str, &str), i64> = HashMap::new();
        let mut texts: HashMap<(&str, i64), i64> = HashMap::new();
        let mut chains: HashSet<(&str, &str)> = HashSet::new();
        let mut earlier: HashSet<CommentId> = HashSet::new();
        for (place, arrival) in self.open() {
            let comment = &arrival.comment;
            let signals = known.entry(place).or_default();
            let others = arrival.joined.iter().flat_map(|joined| &joined.others);
            let with_it = others.filter(|id| earlier.contains(id)).count();
            signals.copies.comments += i64::try_from(with_it).unwrap_or_default();
            earlier.insert(comment.id);
            let email = emails
                .entry((comment.site.as_str(), comment.email_index.0.as_str()))
                .or_default();
            *email += 1;
            signals.email += *email;
            // What became of one that came with it is not known yet: it waits.
            if let Some(chain) = &comment.author_chain
                && !chains.insert((comment.site.as_str(), chain))
            {
                signals.approved_before = 0;
            }
            if let Some(fingerprint) = comment.fingerprint {
                let text = texts
                    .entry((comment.site.as_str(), fingerprint))
                    .or_default();
                signals.same_text += *text;
                *text += 1;
            }
        }
    }
}

type Key<'a> = (&'a str, &'a str, &'a str);

/// What makes two arrivals' counters the same.
fn key(counted: &Counted) -> Key<'_> {
    (&counted.site, counted.kind, &counted.counted)
}
