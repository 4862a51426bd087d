//! The statistics: what came lately in a sentence, and over some days in plots with a table beside each; as a file too.

mod plots;

use super::site_choice::SiteChoice;
use crate::{
    domain::{decision::DecisionReason, evidence::Check, queue::Filter, tally::UNKNOWN},
    evaluation::charts::Chart,
    review::statistics::{self, Happened, Lately, PersonDecided, Statistics},
    web::{
        api::statistics::{USUAL_DAYS, parse_days, sites_of},
        desk::prelude::*,
        query::Parameters,
    },
};

/// Periods to choose from, in days.
const PERIODS: [i64; 4] = [7, USUAL_DAYS, 90, 365];

/// Waiting times that the table has a line for, in minutes.
const WITHIN: [i64; 6] = [5, 60, 6 * 60, 12 * 60, 24 * 60, 3 * 24 * 60];

#[derive(Template)]
#[template(path = "desk_statistics.html")]
struct StatisticsPage {
    frame: Frame,
    sites: SiteChoice,
    periods: Vec<(i64, String, bool)>,
    /// The query of this page, for the file's address.
    query: String,
    lately: String,
    waiting: String,
    over: String,
    until: String,
    all: Statistics,
    by_day: Chart,
    decisions: Chart,
    waits: Option<Chart>,
    half: String,
    within: Vec<(String, i64, String)>,
}

impl StatisticsPage {
    fn is_empty(&self) -> bool {
        self.all.happened == Happened::default()
    }

    /// The number as the page's language writes it.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates hand their arguments on by reference"
    )]
    fn n(&self, count: &i64) -> String {
        number(self.frame.words, *count)
    }

    /// How many of somebody's decisions were left as they were, with their share.
    fn stood(&self, one: &PersonDecided) -> String {
        share(self.frame.words, one.decided - one.changed, one.decided)
    }

    fn language(&self, word: &str) -> String {
        if word == UNKNOWN {
            return self.frame.words.say("statistics-unknown").into();
        }
        word.to_owned()
    }

    fn because(&self, word: &str) -> Said<'_> {
        let name = format!("statistics-because-{word}");
        let words = self.frame.words;
        match Check::parse(word) {
            Some(check) => words.say(&format!("check-{}", check.as_str())),
            None if words.has(&name) => words.say(&name),
            None => words.say("statistics-unknown"),
        }
    }

    fn reason(&self, word: &str) -> String {
        let why = DecisionReason::parse(word);
        why.map_or_else(String::new, |why| self.frame.words.why(why).into())
    }
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let (principal, words) = (signed_in.principal(), signed_in.words);
    let (slug, days) = wanted(&query);
    let sites = sites_of(&app, &principal, slug)?;
    let all = statistics::of(&app, &principal, &sites, days).await?;
    let filter = Filter {
        sites: sites.clone(),
        ..Filter::default()
    };
    let counts = app.store.count_comments(&filter).await?;
    let waiting = usize::try_from(counts.of(Status::Pending)).unwrap_or_default();
    let lately = statistics::lately(&app, &sites).await?;
    let here = format!("{HOME}/statistics");
    let template = StatisticsPage {
        frame: Frame::new(&app, &signed_in, here, None),
        sites: SiteChoice::new(&app, &principal.scope, slug),
        periods: periods(words, days),
        query: format!("days={days}&site={slug}"),
        lately: sentence(words, &lately),
        waiting: words.count("statistics-waiting", waiting),
        over: over(words, days, &all.happened),
        until: clock(all.counted_until),
        by_day: plots::by_day(&all.days, words),
        decisions: plots::decisions(&all.days, words),
        waits: plots::waits(&all, words),
        half: half(words, &all),
        within: within(words, &all),
        all,
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

/// The sums as a file.
pub(super) async fn export(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let principal = signed_in.principal();
    let (slug, days) = wanted(&query);
    let sites = sites_of(&app, &principal, slug)?;
    let table = statistics::table(&app, &principal, &sites, days).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"statistics.csv\"",
        ))
        .body(table))
}

/// The site and the days that an address names.
fn wanted(query: &Parameters) -> (&str, i64) {
    let days = query.get("days").and_then(parse_days);
    (
        query.get("site").unwrap_or_default(),
        days.unwrap_or(USUAL_DAYS),
    )
}

/// What came lately, in a sentence.
pub(super) fn sentence(words: &Words, lately: &Lately) -> String {
    let Lately {
        happened: lately,
        and_more,
    } = lately;
    let Ok(count @ 1..) = usize::try_from(lately.came) else {
        return words.say("statistics-none").into();
    };
    if *and_more {
        return words.count("statistics-at-least", count);
    }
    let numbers = [lately.aside, lately.published, lately.held].map(|count| number(words, count));
    words.fill(
        "statistics-lately",
        &[
            ("count", &count),
            ("number", &words.number(count)),
            ("aside", &numbers[0]),
            ("published", &numbers[1]),
            ("held", &numbers[2]),
        ],
    )
}

fn over(words: &Words, days: i64, happened: &Happened) -> String {
    let numbers = [
        days,
        happened.came,
        happened.aside,
        happened.taken_back,
        happened.missed,
    ];
    let numbers = numbers.map(|count| number(words, count));
    words.fill(
        "statistics-over",
        &[
            ("count", &days),
            ("number", &numbers[0]),
            ("came", &numbers[1]),
            ("aside", &numbers[2]),
            ("back", &numbers[3]),
            ("missed", &numbers[4]),
        ],
    )
}

fn periods(words: &Words, chosen: i64) -> Vec<(i64, String, bool)> {
    let all = PERIODS.iter();
    all.map(|days| {
        (
            *days,
            counted(words, "statistics-days", *days),
            *days == chosen,
        )
    })
    .collect()
}

/// A time up to three days, in words.
fn time(words: &Words, minutes: i64) -> String {
    match minutes {
        ..=59 => counted(words, "statistics-minutes", minutes),
        60..=1440 => counted(words, "statistics-hours", minutes / 60),
        _ => counted(words, "statistics-days", minutes / 1440),
    }
}

/// How long half of the comments waited that were decided about, as a sentence.
fn half(words: &Words, all: &Statistics) -> String {
    let (_, count) = all.within(0);
    let enough = |minutes: &i64| 2 * all.within(*minutes).0 >= count;
    match plots::ENDS.iter().copied().find(enough) {
        _ if count == 0 => words.say("statistics-wait-none").into(),
        Some(minutes) => words.fill("statistics-wait-half", &[("time", &time(words, minutes))]),
        None => words.say("statistics-wait-half-more").into(),
    }
}

/// Lines of the table of waiting times: within which time, how many, and their share.
fn within(words: &Words, all: &Statistics) -> Vec<(String, i64, String)> {
    let (_, count) = all.within(0);
    if count == 0 {
        return Vec::new();
    }
    let line = |minutes: &i64| {
        let (some, _) = all.within(*minutes);
        (time(words, *minutes), some, percent(some, count))
    };
    let mut lines: Vec<_> = WITHIN.iter().map(line).collect();
    let longer = count - all.within(WITHIN[5]).0;
    let label = words.say("statistics-longer").into();
    lines.push((label, longer, percent(longer, count)));
    lines
}

/// The time of day.
fn clock(at: Timestamp) -> String {
    let time = at.to_utc().time();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn counted(words: &Words, name: &str, count: i64) -> String {
    words.count(name, usize::try_from(count).unwrap_or_default())
}

fn number(words: &Words, count: i64) -> String {
    match usize::try_from(count) {
        Ok(count) => words.number(count),
        // More was taken back than was done within the time.
        Err(_) => format!("\u{2212}{}", count.unsigned_abs()),
    }
}

/// Some of all, with their share.
fn share(words: &Words, some: i64, all: i64) -> String {
    if all <= 0 {
        return number(words, 0);
    }
    format!("{} ({})", number(words, some), percent(some, all))
}

fn percent(some: i64, all: i64) -> String {
    format!("{} %", (some.max(0) * 100 + all / 2) / all.max(1))
}
