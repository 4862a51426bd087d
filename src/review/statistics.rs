//! What came and what was decided over some days, as far as somebody may see it: made of the sums that a job keeps
//! ([`super::tally`]), so that it costs the same however many comments there are.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        evidence::Verdict,
        moderator::Principal,
        site::SiteSlug,
        tally::{self, DAY_MILLIS, Tally, TallyKind, WAITS},
        timestamp::Timestamp,
    },
    ground::Ground,
    review::tally::LATE,
    storage::Result,
};

/// Everything but pages, which the store lists by itself.
const KINDS: [TallyKind; 10] = [
    TallyKind::Came,
    TallyKind::Language,
    TallyKind::Because,
    TallyKind::Decided,
    TallyKind::Undone,
    TallyKind::Reason,
    TallyKind::Back,
    TallyKind::Missed,
    TallyKind::Wait,
    TallyKind::Person,
];

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
    fn add(&mut self, tally: &Tally) {
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

/// What happened on sites over so many days, today the last of them.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn of(
    ground: &Ground,
    principal: &Principal,
    sites: &[SiteSlug],
    days: i64,
) -> Result<Statistics> {
    let now = ground.now();
    let today = tally::day_of(now);
    let span = (today - days + 1, today);
    let tallies = ground.store.tallies(sites, &KINDS, span).await?;
    let pages = ground.store.busiest_pages(sites, span).await?;
    let mut all = Happened::default();
    let mut by_site: BTreeMap<SiteSlug, Happened> = BTreeMap::new();
    let mut by_day: BTreeMap<i64, Happened> = (span.0..=span.1)
        .map(|day| (day, Happened::default()))
        .collect();
    for one in &tallies {
        all.add(one);
        by_site.entry(one.site.clone()).or_default().add(one);
        by_day.entry(one.day).or_default().add(one);
    }
    let by_word = |kind| by_word(&tallies, kind);
    let came = |kind| {
        let words = by_word(kind).into_iter();
        let words = words.map(|(word, (came, aside))| WordCame { word, came, aside });
        words.collect::<Vec<_>>()
    };
    let reasons = by_word(TallyKind::Reason).into_iter();
    Ok(Statistics {
        counted_until: now.minus(LATE),
        happened: all,
        days: by_day
            .into_iter()
            .map(|(day, happened)| DayHappened {
                day: date(day),
                happened,
            })
            .collect(),
        sites: by_site
            .into_iter()
            .map(|(site, happened)| SiteHappened { site, happened })
            .collect(),
        pages: pages
            .into_iter()
            .map(|one| PageCame {
                site: one.site,
                page: one.word,
                came: one.count,
                aside: one.part,
            })
            .collect(),
        languages: came(TallyKind::Language),
        because: came(TallyKind::Because),
        reasons: reasons
            .filter(|(_, (decisions, _))| *decisions > 0)
            .map(|(reason, (decisions, _))| ReasonSaid { reason, decisions })
            .collect(),
        waits: waits(by_word(TallyKind::Wait)),
        people: people(ground, principal, by_word(TallyKind::Person)).await?,
    })
}

/// What happened yesterday and today on sites: what the night brought.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn lately(ground: &Ground, sites: &[SiteSlug]) -> Result<Happened> {
    let today = tally::day_of(ground.now());
    let kinds = [TallyKind::Came];
    let tallies = ground.store.tallies(sites, &kinds, (today - 1, today));
    let mut happened = Happened::default();
    for one in tallies.await? {
        happened.add(&one);
    }
    Ok(happened)
}

/// The sums of some days as a table: a row for each sum, with its day, site, kind and word.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn table(
    ground: &Ground,
    principal: &Principal,
    sites: &[SiteSlug],
    days: i64,
) -> Result<String> {
    let today = tally::day_of(ground.now());
    let span = (today - days + 1, today);
    let mut tallies = ground.store.tallies(sites, TallyKind::ALL, span).await?;
    tallies.retain(|one| one.kind != TallyKind::Person || may_see(principal, &one.word));
    tallies.sort_by(|a, b| (a.day, &a.site, a.kind).cmp(&(b.day, &b.site, b.kind)));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut written = writer.write_record(["day", "site", "kind", "word", "count", "part"]);
    for one in tallies {
        let (day, count, part) = (date(one.day), one.count.to_string(), one.part.to_string());
        let word = plain_cell(&one.word);
        let row = [
            &day,
            one.site.as_str(),
            one.kind.as_str(),
            &word,
            &count,
            &part,
        ];
        written = written.and_then(|()| writer.write_record(row));
    }
    // Writing to memory cannot fail.
    let bytes = written.ok().and_then(|()| writer.into_inner().ok());
    Ok(String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default())
}

/// A text that no program for tables takes for a formula: a page is what a stranger says it is.
fn plain_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A day as people write it in files.
fn date(day: i64) -> String {
    let at = Timestamp::from_millis(day.saturating_mul(DAY_MILLIS));
    at.to_utc().date().to_string()
}

/// Sums by their word, the largest first.
fn by_word(tallies: &[Tally], kind: TallyKind) -> Vec<(String, (i64, i64))> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for one in tallies.iter().filter(|one| one.kind == kind) {
        let sum = sums.entry(&one.word).or_default();
        sum.0 += one.count;
        sum.1 += one.part;
    }
    let mut sums: Vec<(String, (i64, i64))> = sums
        .into_iter()
        .map(|(word, sum)| (word.to_owned(), sum))
        .collect();
    sums.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    sums
}

fn waits(found: Vec<(String, (i64, i64))>) -> Vec<Waited> {
    let found: BTreeMap<i64, i64> = found
        .into_iter()
        .filter_map(|(word, (count, _))| Some((word.parse().ok()?, count)))
        .collect();
    let group = |minutes: &i64| Waited {
        minutes: *minutes,
        comments: found.get(minutes).copied().unwrap_or_default(),
    };
    WAITS.iter().map(group).collect()
}

fn may_see(principal: &Principal, person: &str) -> bool {
    principal.is_operator() || principal.actor.id == person
}

/// Who decided how much, those who are moderators still.
async fn people(
    ground: &Ground,
    principal: &Principal,
    found: Vec<(String, (i64, i64))>,
) -> Result<Vec<PersonDecided>> {
    let mut found: BTreeMap<String, (i64, i64)> = found.into_iter().collect();
    found.retain(|id, _| may_see(principal, id));
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let moderators = ground.store.moderators().await?;
    let mut people: Vec<PersonDecided> = moderators
        .into_iter()
        .filter_map(|one| {
            let (decided, changed) = *found.get(&one.id.0)?;
            Some(PersonDecided {
                id: one.id.0,
                name: one.name,
                decided,
                changed,
            })
        })
        .collect();
    people.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(people)
}
