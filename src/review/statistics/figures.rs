//! What the statistics are made of, as the interface hands it out.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    evidence::Verdict,
    site::SiteSlug,
    tally::{Tally, TallyKind},
    timestamp::Timestamp,
};

/// What happened at a place or within a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Happened {
    /// Comments that came; imported ones are left out.
    pub came: i64,
    /// Of these, published at once.
    pub published: i64,
    /// Of these, held for a person.
    pub held: i64,
    /// Of these, put aside as spam.
    pub aside: i64,
    /// Decisions that people made, those taken back left out.
    pub decided: i64,
    /// Comments put aside as spam that a person approved, or rejected as genuine.
    pub taken_back: i64,
    /// Comments not put aside that a person called spam.
    pub missed: i64,
}

/// What happened on a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DayHappened {
    /// The day (UTC), as `2026-11-27`.
    pub day: String,
    /// What happened.
    pub happened: Happened,
}

/// What happened on a site.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SiteHappened {
    /// The site.
    pub site: SiteSlug,
    /// What happened.
    pub happened: Happened,
}

/// Comments that came to a page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageCame {
    /// The site.
    pub site: SiteSlug,
    /// The page.
    pub page: String,
    /// How many comments.
    pub came: i64,
    /// Of these, put aside as spam.
    pub aside: i64,
}

/// Comments that have something in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WordCame {
    /// What: the code of a language, or a word for a reason; `unknown` where nothing is known.
    pub word: String,
    /// How many comments.
    pub came: i64,
    /// Of these, put aside as spam.
    pub aside: i64,
}

/// Decisions that have a reason in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReasonSaid {
    /// The reason, as a decision takes it.
    pub reason: String,
    /// How many decisions, those taken back left out.
    pub decisions: i64,
}

/// Comments that were held and decided about for the first time after about the same time.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Waited {
    /// The least minutes that they waited; the next group's is where this one ends.
    pub minutes: i64,
    /// How many comments.
    pub comments: i64,
}

/// What a person decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonDecided {
    /// The moderator.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Decisions, those that they took back themselves left out.
    pub decided: i64,
    /// Of these, changed or taken back by a colleague.
    pub changed: i64,
}

/// Sums over some days.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statistics {
    /// What is later than this is not counted yet.
    pub counted_until: Timestamp,
    /// All of it.
    pub happened: Happened,
    /// Each day, the earliest first.
    pub days: Vec<DayHappened>,
    /// Sites where something happened, in the order of their slugs.
    pub sites: Vec<SiteHappened>,
    /// The twenty pages that most comments came to.
    pub pages: Vec<PageCame>,
    /// Languages, the most frequent first.
    pub languages: Vec<WordCame>,
    /// Why comments were published, held or put aside, the most frequent first.
    pub because: Vec<WordCame>,
    /// Why people decided as they did, the most frequent first.
    pub reasons: Vec<ReasonSaid>,
    /// How long comments waited that were held, from the shortest.
    pub waits: Vec<Waited>,
    /// What people decided, in the order of their names: for operators everybody, for others they themselves.
    pub people: Vec<PersonDecided>,
}

impl Happened {
    /// Adds a sum.
    pub(super) fn add(&mut self, tally: &Tally) {
        let count = tally.count;
        match tally.kind {
            TallyKind::Came => {
                self.came += count;
                match Verdict::parse(&tally.word) {
                    Some(Verdict::Publish) => self.published += count,
                    Some(Verdict::Spam) => self.aside += count,
                    Some(Verdict::Hold) | None => self.held += count,
                }
            }
            TallyKind::Decided => self.decided += count,
            TallyKind::Undone => self.decided -= count,
            TallyKind::Back => self.taken_back += count,
            TallyKind::Missed => self.missed += count,
            _ => {}
        }
    }
}

impl Statistics {
    /// How many of the comments that waited were decided about within so many minutes, and how many in all.
    #[must_use]
    pub fn within(&self, minutes: i64) -> (i64, i64) {
        let sum = |upto: i64| {
            let groups = self.waits.iter().filter(|one| one.minutes < upto);
            groups.map(|one| one.comments).sum()
        };
        (sum(minutes), sum(i64::MAX))
    }
}
