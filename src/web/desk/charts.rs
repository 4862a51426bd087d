//! What the model's page draws of the latest comments and decisions: numbers, and the charts made of them. Nothing here reads or
//! writes anything.

use std::fmt::Write;

use crate::{
    bayes::Label,
    domain::comment::Status,
    evaluation::charts::{Axis, Bar, Chart, Class, Dot, Drawn, real},
    sites::abuse::TriedComment,
    storage::judged::{DayCount, Judged},
    words::Words,
};

/// Bars of the score's histogram.
const BINS: usize = 20;

/// Groups of the calibration drawing.
const GROUPS: usize = 10;

/// Days drawn.
pub const DAYS: i64 = 30;

/// The same as a length of the axis.
const DAYS_DRAWN: f64 = 30.0;

/// What a threshold would have done to the latest comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// All that it would put aside as spam.
    pub aside: usize,
    /// Of these, marked as spam by a person.
    pub caught: usize,
    /// Of these, approved or rejected as genuine by a person.
    pub blocked: usize,
}

/// What people said of a comment: spam, genuine, or nothing yet.
fn said(judged: &Judged) -> Option<bool> {
    let label = judged.status.label().filter(|_| judged.decided);
    label.map(|label| label == Label::Spam)
}

/// What a threshold would have done.
#[must_use]
pub fn effect(judged: &[Judged], threshold: f64) -> Effect {
    let aside: Vec<&Judged> = judged.iter().filter(|one| one.score >= threshold).collect();
    let of = |label| aside.iter().filter(|one| said(one) == Some(label)).count();
    Effect {
        aside: aside.len(),
        caught: of(true),
        blocked: of(false),
    }
}

/// Scores with what people said (`s`, `h` or `-`), for the page's script: `0.953s 0.012h …`.
#[must_use]
pub fn scores(judged: &[Judged]) -> String {
    let mut all = String::with_capacity(judged.len() * 7);
    for one in judged {
        let said = match said(one) {
            Some(true) => 's',
            Some(false) => 'h',
            None => '-',
        };
        let _ = write!(all, "{:.3}{said} ", down(one.score));
    }
    all
}

/// A score of three digits, rounded down: one below a threshold must not come to lie at it.
fn down(score: f64) -> f64 {
    // 0.57 times a thousand is a little less than 570.
    score.mul_add(1e3, 1e-9).floor() / 1e3
}

/// How abusive comments seem with what people made of them (`a` approved, `r` rejected or `-`), for the page's script.
#[must_use]
pub fn abuse_scores(tried: &[TriedComment]) -> String {
    let mut all = String::with_capacity(tried.len() * 7);
    for one in tried {
        let said = match one.approved {
            Some(true) => 'a',
            Some(false) => 'r',
            None => '-',
        };
        if let Some(abuse) = one.abuse {
            let _ = write!(all, "{:.3}{said} ", down(abuse));
        }
    }
    all
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share times a few bins"
)]
fn bin(share: f64, bins: usize) -> usize {
    ((share * real(bins)) as usize).min(bins - 1)
}

/// A chart of bars over counts.
pub fn bars(words: &Words, x: Axis, y: &str, says: &str, bars: Vec<Bar>) -> Chart {
    let marks: Vec<Drawn> = bars.into_iter().map(Drawn::Bar).collect();
    Chart {
        x,
        y: Axis::counts(&words.fill(y, &[]), &marks),
        marks,
        says: words.fill(says, &[]),
    }
}

/// An axis of shares.
fn shares(words: &Words, name: &str) -> Axis {
    Axis::share_of_one(&words.fill(name, &[]))
}

/// How scores are spread: what stands as spam above what does not.
#[must_use]
pub fn histogram(judged: &[Judged], words: &Words) -> Chart {
    let mut counts = [(0, 0); BINS];
    for one in judged {
        let at = &mut counts[bin(one.score, BINS)];
        if one.status == Status::Spam {
            at.1 += 1;
        } else {
            at.0 += 1;
        }
    }
    let bar = |(place, (ham, spam)): (usize, (usize, usize))| {
        let (from, to) = (place * 100 / BINS, (place + 1) * 100 / BINS);
        Bar {
            from: real(from) / 100.0,
            to: real(to) / 100.0,
            ham,
            spam,
            says: words.fill(
                "chart-score-bin",
                &[
                    ("from", &from),
                    ("to", &to),
                    ("spam", &spam),
                    ("other", &ham),
                ],
            ),
        }
    };
    let all = counts.into_iter().enumerate().map(bar).collect();
    let x = shares(words, "chart-score");
    bars(
        words,
        x,
        "chart-comments",
        "model-how-many-comments-had-which",
        all,
    )
}

/// Decisions over the last [`DAYS`] days: spam above approved.
#[must_use]
pub fn over_time(days: &[DayCount], today: i64, words: &Words) -> Chart {
    let of = |day: i64, decision: &str| {
        let found = days
            .iter()
            .find(|one| one.day == day && one.decision == decision);
        found.map_or(0, |one| usize::try_from(one.count).unwrap_or(0))
    };
    let bar = |(place, ago): (usize, i64)| {
        let (ham, spam) = (of(today - ago, "approve"), of(today - ago, "spam"));
        let from = real(place) - DAYS_DRAWN;
        Bar {
            from,
            to: from + 1.0,
            ham,
            spam,
            says: words.fill(
                "chart-day",
                &[("ago", &ago), ("approved", &ham), ("spam", &spam)],
            ),
        }
    };
    let all = (0..DAYS).rev().enumerate().map(bar).collect();
    let x = Axis::new(&words.fill("chart-days", &[]), -DAYS_DRAWN, 0.0);
    bars(
        words,
        x,
        "chart-decisions",
        "model-decisions-of-the-last-30",
        all,
    )
}

/// Of those that people decided about: the share that was spam against the score, by tenths. `None` where nobody decided.
#[must_use]
pub fn calibration(judged: &[Judged], words: &Words) -> Option<Chart> {
    let mut groups = [(0, 0, 0.0); GROUPS];
    for (score, spam) in judged
        .iter()
        .filter_map(|one| Some((one.score, said(one)?)))
    {
        let group = &mut groups[bin(score, GROUPS)];
        group.0 += 1;
        group.1 += usize::from(spam);
        group.2 += score;
    }
    let filled = groups.into_iter().filter(|(all, ..)| *all > 0);
    let dot = |(count, spam, sum): (usize, usize, f64)| {
        let (score, share) = (sum / real(count), real(spam) / real(count));
        let percent = |share: f64| format!("{:.0}", share * 100.0);
        Drawn::Dot(Dot {
            at: (score, share),
            count,
            says: words.fill(
                "chart-calibration-dot",
                &[
                    ("expected", &percent(score)),
                    ("found", &percent(share)),
                    ("all", &count),
                ],
            ),
        })
    };
    let dots: Vec<Drawn> = filled.map(dot).collect();
    let even = Drawn::Line(Class::Even, vec![(0.0, 0.0), (1.0, 1.0)]);
    (!dots.is_empty()).then(|| Chart {
        x: shares(words, "chart-score"),
        y: shares(words, "chart-share-of-spam"),
        marks: std::iter::once(even).chain(dots).collect(),
        says: words.fill("model-share-that-was-spam-by", &[]),
    })
}

/// Over all thresholds, the share of the spam caught and of the genuine comments blocked, with the site's own threshold marked.
/// `None` without decisions of both kinds.
#[must_use]
pub fn thresholds(judged: &[Judged], threshold: f64, words: &Words) -> Option<Chart> {
    let all = effect(judged, 0.0);
    if all.caught == 0 || all.blocked == 0 {
        return None;
    }
    let line = |class, count: fn(Effect) -> usize| {
        let point = |step: u8| {
            let at = f64::from(step) / 50.0;
            (at, real(count(effect(judged, at))) / real(count(all)))
        };
        Drawn::Line(class, (0..=50).map(point).collect())
    };
    Some(Chart {
        x: shares(words, "model-threshold"),
        y: shares(words, "chart-share"),
        marks: vec![
            line(Class::Spam, |effect| effect.caught),
            line(Class::Ham, |effect| effect.blocked),
            Drawn::Across(threshold),
        ],
        says: words.fill("model-share-of-the-spam-caught", &[]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(score: f64, status: Status, decided: bool) -> Judged {
        Judged {
            score,
            status,
            decided,
        }
    }

    #[test]
    fn a_threshold_counts_what_people_said_and_nothing_else() {
        let all = [
            judged(0.99, Status::Spam, true),
            judged(0.97, Status::Approved, true),
            judged(0.96, Status::Spam, false),
            judged(0.10, Status::Approved, true),
        ];
        let there = effect(&all, 0.95);
        assert_eq!((there.aside, there.caught, there.blocked), (3, 1, 1));
        assert_eq!(effect(&all, 0.98).blocked, 0);
        assert_eq!(scores(&all), "0.990s 0.970h 0.960- 0.100h ");
        let near = [0.57, 0.9996].map(|score| judged(score, Status::Pending, false));
        assert_eq!(scores(&near), "0.570- 0.999- ");
    }

    #[test]
    fn charts_count_every_comment_once_and_need_decisions_of_both_kinds() {
        let status = |n: i32| {
            if n > 50 {
                Status::Spam
            } else {
                Status::Approved
            }
        };
        let all: Vec<Judged> = (0..=100)
            .map(|n| judged(f64::from(n) / 100.0, status(n), true))
            .collect();
        let words = Words::english();
        let counted = |mark: &Drawn| match mark {
            Drawn::Bar(bar) => bar.ham + bar.spam,
            Drawn::Dot(dot) => dot.count,
            _ => 0,
        };
        let count = |chart: &Chart| chart.marks.iter().map(counted).sum::<usize>();
        assert_eq!(count(&histogram(&all, words)), 101);
        assert_eq!(count(&calibration(&all, words).unwrap()), 101);
        assert!(thresholds(&all, 0.9, words).is_some());
        assert!(thresholds(&all[..10], 0.9, words).is_none());
        let days = [(29, "approve", 2), (30, "spam", 3), (31, "spam", 4)];
        let days = days.map(|(day, decision, count)| DayCount {
            day,
            decision: decision.to_owned(),
            count,
        });
        assert_eq!(count(&over_time(&days, 30, words)), 5);
    }
}
