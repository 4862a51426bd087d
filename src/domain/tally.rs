//! What the statistics add up: comments as they came and what people decided about them, by site, kind and day. A day is
//! one of UTC. Nothing of a comment but its page and its language is kept in a sum, so that erasing it leaves the sums true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{
    comment::Status,
    decision::{Action, Decision, DecisionReason, Door},
    evidence::{Evidence, Verdict},
    reason::Because,
    site::SiteSlug,
    timestamp::Timestamp,
    word::with_words,
};

/// Milliseconds of a day.
pub const DAY_MILLIS: i64 = 86_400_000;

/// Days that sums are kept: a year, and what it is compared with.
pub const DAYS: i64 = 400;

/// Days that the sums of pages are kept: of many pages there are many.
pub const PAGE_DAYS: i64 = 100;

/// The word of what the text does not say: a language, or why a comment was held.
pub const UNKNOWN: &str = "unknown";

/// What a sum counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TallyKind {
    /// Comments that came, by verdict.
    Came,
    /// Comments that came, by page; the part was put aside as spam.
    Page,
    /// Comments that came, by the code of their language; the part was put aside as spam.
    Language,
    /// Comments that came, by why the policy did what it did; the part was put aside as spam.
    Because,
    /// Decisions, by their word.
    Decided,
    /// Decisions that were taken back, by their word.
    Undone,
    /// Decisions, by the reason that was said beside them.
    Reason,
    /// Comments that were put aside as spam by itself, and that a person approved or rejected as genuine.
    Back,
    /// Comments that were not put aside, and that a person called spam.
    Missed,
    /// First decisions about comments that were held, by the least minutes that they waited: one of [`WAITS`].
    Wait,
    /// Decisions, by the identifier of the person who made them; the part was changed by a colleague.
    Person,
}

with_words!(TallyKind);

/// The least minutes of each group of waiting times: 5 and 15 minutes, each hour of the first day, a day and three.
pub const WAITS: [i64; 28] = [
    0, 5, 15, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720, 780, 840, 900, 960, 1020,
    1080, 1140, 1200, 1260, 1320, 1380, 1440, 4320,
];

/// A sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The site.
    pub site: SiteSlug,
    /// What it counts.
    pub kind: TallyKind,
    /// Days since 1970 (UTC).
    pub day: i64,
    /// By what it counts; empty where all is one.
    pub word: String,
    /// How many. Less than none where more was taken back on a day than was done.
    pub count: i64,
    /// Those of them that the kind singles out.
    pub part: i64,
}

/// A comment as it came.
#[derive(Debug, Clone)]
pub struct CameIn {
    /// The site.
    pub site: SiteSlug,
    /// The page.
    pub page: String,
    /// What the policy made of it.
    pub verdict: Verdict,
    /// Why.
    pub evidence: Evidence,
    /// When.
    pub at: Timestamp,
}

/// A decision, or the taking back of one.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The site.
    pub site: SiteSlug,
    /// When.
    pub at: Timestamp,
    /// `decided` or `undone`.
    pub action: Action,
    /// The decision that was made or taken back.
    pub decision: Decision,
    /// Why, where that was said.
    pub reason: Option<DecisionReason>,
    /// What the comment's status was before.
    pub from: Option<Status>,
    /// Who.
    pub by: String,
    /// Through which door.
    pub via: Option<Door>,
    /// When the comment came.
    pub came_at: Timestamp,
    /// What the policy had made of it.
    pub verdict: Verdict,
    /// Who made the decision that this one changes or takes back, if there is one.
    pub earlier: Option<String>,
}

/// What is to be added to the sums kept, in the order of their keys.
#[derive(Debug, Default)]
pub struct Ledger(BTreeMap<(SiteSlug, TallyKind, i64, String), (i64, i64)>);

impl Ledger {
    /// Whether there is nothing to add.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each sum.
    pub fn into_tallies(self) -> impl Iterator<Item = Tally> {
        let sums = self.0.into_iter();
        sums.map(|((site, kind, day, word), (count, part))| Tally {
            site,
            kind,
            day,
            word,
            count,
            part,
        })
    }

    /// Counts a comment. One that was imported did not come: it was there.
    pub fn came(&mut self, comment: &CameIn) {
        if comment.evidence.because == Because::Imported {
            return;
        }
        let day = day_of(comment.at);
        let aside = i64::from(comment.verdict == Verdict::Spam);
        let language = comment.evidence.language.as_deref().unwrap_or(UNKNOWN);
        for (kind, word, part) in [
            (TallyKind::Came, comment.verdict.as_str(), 0),
            (TallyKind::Page, comment.page.as_str(), aside),
            (TallyKind::Language, language, aside),
            (TallyKind::Because, because(&comment.evidence), aside),
        ] {
            self.add((&comment.site, kind, day), word, (1, part));
        }
    }

    /// Counts a decision, or the taking back of one.
    pub fn settled(&mut self, one: &Settled) {
        let day = day_of(one.at);
        let is_undo = one.action == Action::Undone;
        let sign = if is_undo { -1 } else { 1 };
        let mut add = |kind, word: &str, count, part| {
            self.add((&one.site, kind, day), word, (count, part));
        };
        let kind = if is_undo {
            TallyKind::Undone
        } else {
            TallyKind::Decided
        };
        add(kind, one.decision.as_str(), 1, 0);
        if let Some(reason) = one.reason {
            add(TallyKind::Reason, reason.as_str(), sign, 0);
        }
        let was_aside = one.verdict == Verdict::Spam;
        match one.decision {
            Decision::Approve | Decision::Reject if was_aside => {
                add(TallyKind::Back, "", sign, 0);
            }
            Decision::Spam if !was_aside => add(TallyKind::Missed, "", sign, 0),
            _ => {}
        }
        let is_first = !is_undo && one.earlier.is_none();
        if is_first && one.verdict == Verdict::Hold && one.from == Some(Status::Pending) {
            let minutes = (one.at.millis() - one.came_at.millis()) / 60_000;
            let least = WAITS.iter().rev().find(|least| **least <= minutes);
            let least = least.unwrap_or(&WAITS[0]);
            add(TallyKind::Wait, &least.to_string(), 1, 0);
        }
        let is_person = matches!(one.via, Some(Door::Session | Door::MailLink));
        let changed = one.earlier.as_ref().filter(|earlier| **earlier != one.by);
        if is_person && !is_undo {
            add(TallyKind::Person, &one.by, 1, 0);
        }
        if let Some(earlier) = changed {
            add(TallyKind::Person, earlier, 0, 1);
        } else if is_person && is_undo {
            add(TallyKind::Person, &one.by, -1, 0);
        }
    }

    fn add(
        &mut self,
        (site, kind, day): (&SiteSlug, TallyKind, i64),
        word: &str,
        (count, part): (i64, i64),
    ) {
        let sum = self.0.entry((site.clone(), kind, day, word.to_owned()));
        let sum = sum.or_default();
        sum.0 += count;
        sum.1 += part;
    }
}

/// The day of a time, in days since 1970.
#[must_use]
pub const fn day_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(DAY_MILLIS)
}

/// Why the policy did what it did, as a word: a check's where a check forced it.
fn because(evidence: &Evidence) -> &'static str {
    match &evidence.because {
        Because::Finding(place) => {
            let finding = evidence.checks.get(*place);
            finding.map_or(UNKNOWN, |finding| finding.check.as_str())
        }
        Because::NotJudged => "not_judged",
        Because::ScoreAtLeast(_) => "score",
        Because::TrustedAuthor(_) => "trusted",
        Because::TrustedButNotThis => "trusted_not_this",
        Because::OwnLabelsTooFew => "labels_too_few",
        Because::AllReviewed | Because::PersonDecides => "all_reviewed",
        Because::FewApproved(_) => "few_approved",
        Because::AbuseAtLeast(_) => "abuse",
        Because::Imported | Because::Sentence(_) => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(action: Action, decision: Decision, by: &str, earlier: Option<&str>) -> Settled {
        Settled {
            site: SiteSlug::parse("garden").unwrap(),
            at: Timestamp::from_millis(DAY_MILLIS + 7 * 60_000),
            action,
            decision,
            reason: None,
            from: Some(Status::Pending),
            by: by.to_owned(),
            via: Some(Door::Session),
            came_at: Timestamp::from_millis(DAY_MILLIS),
            verdict: Verdict::Hold,
            earlier: earlier.map(str::to_owned),
        }
    }

    fn sum(sums: &Ledger, kind: TallyKind, word: &str) -> (i64, i64) {
        let of = |(key, value): (&(_, TallyKind, i64, String), &(i64, i64))| {
            (key.1 == kind && key.3 == word).then_some(*value)
        };
        sums.0.iter().find_map(of).unwrap_or_default()
    }

    #[test]
    fn a_decision_that_a_colleague_changes_is_of_who_made_it_first() {
        let mut sums = Ledger::default();
        sums.settled(&settled(Action::Decided, Decision::Approve, "a", None));
        sums.settled(&settled(Action::Decided, Decision::Spam, "b", Some("a")));
        assert_eq!(sum(&sums, TallyKind::Person, "a"), (1, 1));
        assert_eq!(sum(&sums, TallyKind::Person, "b"), (1, 0));
        assert_eq!(sum(&sums, TallyKind::Wait, "5"), (1, 0), "the first alone");
        assert_eq!(sum(&sums, TallyKind::Missed, ""), (1, 0));
    }

    #[test]
    fn what_somebody_takes_back_of_their_own_counts_for_nothing() {
        let mut sums = Ledger::default();
        sums.settled(&settled(Action::Decided, Decision::Spam, "a", None));
        sums.settled(&settled(Action::Undone, Decision::Spam, "a", Some("a")));
        assert_eq!(sum(&sums, TallyKind::Person, "a"), (0, 0));
        assert_eq!(sum(&sums, TallyKind::Missed, ""), (0, 0));
        assert_eq!(sum(&sums, TallyKind::Decided, "spam"), (1, 0));
        assert_eq!(sum(&sums, TallyKind::Undone, "spam"), (1, 0));
    }

    #[test]
    fn what_was_imported_did_not_come() {
        let mut comment = CameIn {
            site: SiteSlug::parse("garden").unwrap(),
            page: "/p".to_owned(),
            verdict: Verdict::Spam,
            evidence: Evidence {
                because: Because::Imported,
                ..Evidence::default()
            },
            at: Timestamp::from_millis(0),
        };
        let mut sums = Ledger::default();
        sums.came(&comment);
        assert!(sums.is_empty());
        comment.evidence.because = Because::ScoreAtLeast(0.9);
        sums.came(&comment);
        assert_eq!(sum(&sums, TallyKind::Came, "spam"), (1, 0));
        assert_eq!(sum(&sums, TallyKind::Page, "/p"), (1, 1));
        assert_eq!(sum(&sums, TallyKind::Because, "score"), (1, 1));
        assert_eq!(sum(&sums, TallyKind::Language, UNKNOWN), (1, 1));
    }
}
