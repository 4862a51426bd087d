//! A replay as a page that stands alone: the sentence, the figures, the curve, and the mistakes to judge by.

use askama::Template;

use super::figures::{Course, Courses, Replay, part};
use crate::evaluation::charts::{Axis, Chart, Class, Drawn};

/// A row of the table: what, on the first day, as it learnt, in the last quarter.
type Row = (&'static str, String, String, String);

#[derive(Template)]
#[template(path = "replay.html")]
struct Page<'a> {
    replay: &'a Replay,
    files: &'a str,
    sentence: String,
    beside: Option<String>,
    rows: Vec<Row>,
    plots: Vec<Chart>,
}

/// The page of a replay of `files`.
///
/// # Errors
/// When the template fails.
pub fn html(replay: &Replay, files: &str) -> Result<String, askama::Error> {
    let mut plots = vec![caught(&replay.curve)];
    if replay.all.first_day.ham() > 0 {
        plots.push(mistaken(&replay.curve));
    }
    let page = Page {
        replay,
        files,
        sentence: replay.sentence(),
        beside: replay.beside_akismet(),
        rows: rows(replay),
        plots,
    };
    page.render()
}

fn rows(replay: &Replay) -> Vec<Row> {
    let row = |what, of: fn(&Course) -> (u64, u64)| {
        let say = |course: &Course| {
            let (count, whole) = of(course);
            part(count, whole)
        };
        let Courses {
            first_day,
            learning,
        } = &replay.all;
        let late = &replay.last_quarter.learning;
        (what, say(first_day), say(learning), say(late))
    };
    vec![
        row("spam put aside by itself", |one| {
            (one.spam_aside, one.spam())
        }),
        row("spam that waited for a person", |one| {
            (one.spam_held, one.spam())
        }),
        row("genuine comments wrongly put aside", |one| {
            (one.ham_aside, one.ham())
        }),
        row("genuine comments that waited for a person", |one| {
            (one.ham_held, one.ham())
        }),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts of comments")]
fn caught(curve: &[Courses]) -> Chart {
    let share = |course: Course| {
        let point = (course.ham() + course.spam(), course.spam());
        let y = course.spam_aside as f64 / point.1.max(1) as f64;
        (point.0 as f64, y)
    };
    let of = |way: fn(&Courses) -> Course| {
        let with_spam = curve.iter().map(way).filter(|one| one.spam() > 0);
        with_spam.map(share).collect()
    };
    Chart {
        x: Axis::new("comments decided about", 0.0, end(curve)),
        y: Axis::share_of_one("share of spam put aside so far"),
        marks: vec![
            Drawn::Line(Class::Even, of(|one| one.first_day)),
            Drawn::Line(Class::Ham, of(|one| one.learning)),
        ],
        says: "Spam put aside by itself, of all spam so far: grey as on the first day, green as it learns."
            .to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of comments")]
fn mistaken(curve: &[Courses]) -> Chart {
    let of = |way: fn(&Courses) -> Course| {
        let points = curve.iter().map(way);
        let point = |one: Course| ((one.ham() + one.spam()) as f64, one.ham_aside as f64);
        points.map(point).collect::<Vec<_>>()
    };
    let (first, learning) = (of(|one| one.first_day), of(|one| one.learning));
    let most = first.iter().chain(&learning).map(|point| point.1);
    let most = most.fold(5.0, f64::max);
    Chart {
        x: Axis::new("comments decided about", 0.0, end(curve)),
        y: Axis::new("genuine comments wrongly put aside so far", 0.0, most),
        marks: vec![
            Drawn::Line(Class::Even, first),
            Drawn::Line(Class::Spam, learning),
        ],
        says:
            "Genuine comments wrongly put aside so far: grey as on the first day, red as it learns."
                .to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of comments")]
fn end(curve: &[Courses]) -> f64 {
    let last = curve.last().map(|one| one.first_day);
    last.map_or(0, |one| one.ham() + one.spam()).max(1) as f64
}
