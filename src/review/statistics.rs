//! What came and what was decided over some days, as far as somebody may see it: made of the sums that a job keeps
//! ([`super::tally`]), so that it costs the same however many comments there are.

mod figures;

use std::collections::BTreeMap;

pub use self::figures::{
    DayHappened, Happened, PageCame, PersonDecided, ReasonSaid, SiteHappened, Statistics, Waited,
    WordCame,
};
use crate::{
    domain::{
        moderator::Principal,
        site::SiteSlug,
        tally::{self, DAY_MILLIS, Tally, TallyKind, WAITS},
        timestamp::Timestamp,
    },
    ground::Ground,
    interchange::{self, table::defused},
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

/// What happened yesterday and today.
#[derive(Debug, Clone, Default)]
pub struct Lately {
    /// What is counted of it.
    pub happened: Happened,
    /// Whether more came within the last minutes than is counted here.
    pub and_more: bool,
}

/// What happened yesterday and today on sites: what the night brought, up to this moment.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn lately(ground: &Ground, sites: &[SiteSlug]) -> Result<Lately> {
    let today = tally::day_of(ground.now());
    let kinds = [TallyKind::Came];
    let counted = ground
        .store
        .tallies(sites, &kinds, (today - 1, today))
        .await?;
    let since = Timestamp::from_millis((today - 1) * DAY_MILLIS);
    let (not_yet, and_more) = ground.store.came_uncounted(sites, since).await?;
    let mut happened = Happened::default();
    for one in counted.into_iter().chain(not_yet) {
        happened.add(&one);
    }
    Ok(Lately { happened, and_more })
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
    let rows = tallies.iter().map(|one| {
        [
            date(one.day),
            one.site.to_string(),
            one.kind.as_str().to_owned(),
            // A page is what a stranger says it is.
            defused(&one.word),
            one.count.to_string(),
            one.part.to_string(),
        ]
    });
    let names = ["day", "site", "kind", "word", "count", "part"];
    Ok(interchange::table::csv(names, rows))
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
