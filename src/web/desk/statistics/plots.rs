//! What the page of statistics draws.

use crate::{
    evaluation::charts::{Axis, Bar, Chart, real},
    review::statistics::{DayHappened, Statistics},
    web::desk::charts::bars,
    words::Words,
};

/// Days of which each has a bar; of more a bar has a week.
const SINGLE: usize = 120;
const WEEK: usize = 7;

/// Hours that are drawn of the time to a decision.
const HOURS: usize = 24;

/// Where groups of waiting times end that half of the comments can be within, in minutes: up to a day.
pub const ENDS: [i64; 26] = [
    5, 15, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720, 780, 840, 900, 960, 1020,
    1080, 1140, 1200, 1260, 1320, 1380, 1440,
];

/// Comments by day: those put aside above the rest.
pub fn by_day(days: &[DayHappened], words: &Words) -> Chart {
    let count = |some: &[DayHappened]| {
        let aside = sum(some, |one| one.happened.aside);
        let came = sum(some, |one| one.happened.came);
        let says = words.fill(
            "statistics-bar-day",
            &[("day", &some[0].day), ("came", &came), ("aside", &aside)],
        );
        (came.saturating_sub(aside), aside, says)
    };
    by_time(
        days,
        words,
        ("chart-comments", "statistics-by-day-chart"),
        count,
    )
}

/// Decisions by day.
pub fn decisions(days: &[DayHappened], words: &Words) -> Chart {
    let count = |some: &[DayHappened]| {
        let decided = sum(some, |one| one.happened.decided.max(0));
        let says = words.fill(
            "statistics-bar-decided",
            &[("day", &some[0].day), ("decided", &decided)],
        );
        (decided, 0, says)
    };
    let names = ("chart-decisions", "statistics-decisions-chart");
    by_time(days, words, names, count)
}

fn sum(some: &[DayHappened], count: impl Fn(&DayHappened) -> i64) -> usize {
    usize::try_from(some.iter().map(count).sum::<i64>()).unwrap_or_default()
}

/// Bars over days, or weeks where there are many days. `names` are those of the axis of counts and of what the chart says.
fn by_time(
    days: &[DayHappened],
    words: &Words,
    names: (&str, &str),
    count: impl Fn(&[DayHappened]) -> (usize, usize, String),
) -> Chart {
    let step = if days.len() > SINGLE { WEEK } else { 1 };
    let bar = |(place, some): (usize, &[DayHappened])| {
        let (ham, spam, says) = count(some);
        let from = real(place * step) - real(days.len());
        Bar {
            from,
            to: from + real(some.len()),
            ham,
            spam,
            says,
        }
    };
    let all = days.chunks(step).enumerate().map(bar).collect();
    let x = Axis::new(&words.fill("chart-days", &[]), -real(days.len()), 0.0);
    bars(words, x, names.0, names.1, all)
}

/// How long comments waited, by the hour up to a day. `None` where nobody decided about any.
pub fn waits(all: &Statistics, words: &Words) -> Option<Chart> {
    if all.within(0).1 == 0 {
        return None;
    }
    let bar = |hour: usize| {
        let minutes = |hour: usize| i64::try_from(hour * 60).unwrap_or(i64::MAX);
        let (before, upto) = (all.within(minutes(hour)).0, all.within(minutes(hour + 1)).0);
        let comments = usize::try_from(upto - before).unwrap_or_default();
        Bar {
            from: real(hour),
            to: real(hour + 1),
            ham: comments,
            spam: 0,
            says: words.fill(
                "statistics-bar-wait",
                &[
                    ("from", &hour),
                    ("to", &(hour + 1)),
                    ("comments", &comments),
                ],
            ),
        }
    };
    let x = Axis::new(&words.fill("statistics-hours-axis", &[]), 0.0, real(HOURS));
    let all = (0..HOURS).map(bar).collect();
    Some(bars(
        words,
        x,
        "chart-comments",
        "statistics-wait-chart",
        all,
    ))
}
