//! What the model's page draws, as numbers within a drawing of 100 by 40 units. Colours are the
//! stylesheet's, so that drawings follow light and dark; nothing here reads or writes anything.

use std::fmt::Write;

use crate::{
    domain::comment::Status,
    storage::judged::{DayCount, Judged},
};

/// Height of every drawing; its width is 100.
const HEIGHT: f64 = 40.0;

/// Bars of the score's histogram.
const BINS: usize = 20;

/// Groups of the calibration drawing.
const GROUPS: usize = 10;

/// Days drawn.
pub const DAYS: i64 = 30;

/// A bar of two parts, one upon the other.
pub struct Bar {
    pub x: f64,
    pub width: f64,
    pub ham_y: f64,
    pub ham_height: f64,
    pub spam_y: f64,
    pub spam_height: f64,
    pub says: String,
}

/// A point that says how many it stands for.
pub struct Dot {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    pub says: String,
}

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
    match (judged.decided, judged.status) {
        (true, Status::Spam) => Some(true),
        (true, Status::Approved | Status::Rejected) => Some(false),
        _ => None,
    }
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
        let _ = write!(all, "{:.3}{said} ", one.score);
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "counts of at most thousands")]
const fn real(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share times a few bins"
)]
fn bin(share: f64, bins: usize) -> usize {
    ((share * real(bins)) as usize).min(bins - 1)
}

/// Bars from pairs of counts (ham below, spam above) with what each says.
fn bars(counts: Vec<(usize, usize, String)>) -> Vec<Bar> {
    let most = counts.iter().map(|(ham, spam, _)| ham + spam).max();
    let scale = HEIGHT / real(most.unwrap_or(0).max(1));
    let width = 100.0 / real(counts.len().max(1));
    let bar = |(place, (ham, spam, says)): (usize, (usize, usize, String))| {
        let (ham_height, spam_height) = (real(ham) * scale, real(spam) * scale);
        Bar {
            x: width.mul_add(real(place), width * 0.08),
            width: width * 0.84,
            ham_y: HEIGHT - ham_height,
            ham_height,
            spam_y: HEIGHT - ham_height - spam_height,
            spam_height,
            says,
        }
    };
    counts.into_iter().enumerate().map(bar).collect()
}

/// How scores are spread: what stands as spam above what does not.
#[must_use]
pub fn histogram(judged: &[Judged]) -> Vec<Bar> {
    let mut counts = vec![(0, 0); BINS];
    for one in judged {
        let at = &mut counts[bin(one.score, BINS)];
        if one.status == Status::Spam {
            at.1 += 1;
        } else {
            at.0 += 1;
        }
    }
    let told = counts.into_iter().enumerate().map(|(place, (ham, spam))| {
        let from = place * 100 / BINS;
        let to = (place + 1) * 100 / BINS;
        (
            ham,
            spam,
            format!("{from} to {to} %: {spam} spam, {ham} other"),
        )
    });
    bars(told.collect())
}

/// Decisions over the last [`DAYS`] days: spam above approved.
#[must_use]
pub fn over_time(days: &[DayCount], today: i64) -> Vec<Bar> {
    let of = |day: i64, decision: &str| {
        let found = days
            .iter()
            .find(|one| one.day == day && one.decision == decision);
        found.map_or(0, |one| usize::try_from(one.count).unwrap_or(0))
    };
    let told = (today - DAYS + 1..=today).map(|day| {
        let (ham, spam) = (of(day, "approve"), of(day, "spam"));
        let ago = today - day;
        (
            ham,
            spam,
            format!("{ago} days ago: {ham} approved, {spam} marked as spam"),
        )
    });
    bars(told.collect())
}

/// Of those that people decided about: the share that was spam against the score, by tenths.
#[must_use]
pub fn calibration(judged: &[Judged]) -> Vec<Dot> {
    let mut groups = vec![(0, 0, 0.0); GROUPS];
    for (score, spam) in judged
        .iter()
        .filter_map(|one| Some((one.score, said(one)?)))
    {
        let group = &mut groups[bin(score, GROUPS)];
        group.0 += 1;
        group.1 += usize::from(spam);
        group.2 += score;
    }
    let told = groups.into_iter().filter(|(all, ..)| *all > 0);
    told.map(|(all, spam, sum)| {
        let (score, share) = (sum / real(all), real(spam) / real(all));
        Dot {
            x: score * 100.0,
            y: HEIGHT * (1.0 - share),
            radius: (0.8 + real(all).log10()).min(3.0),
            says: format!(
                "{:.0} % expected, {:.0} % were spam ({all})",
                score * 100.0,
                share * 100.0
            ),
        }
    })
    .collect()
}

/// Over all thresholds, the share of the spam caught and of the genuine comments blocked: two
/// lines as points of a polyline. Empty without both.
#[must_use]
pub fn thresholds(judged: &[Judged]) -> Option<(String, String)> {
    let all = effect(judged, 0.0);
    if all.caught == 0 || all.blocked == 0 {
        return None;
    }
    let (mut caught, mut blocked) = (String::new(), String::new());
    for step in 0..=50_u8 {
        let threshold = f64::from(step) / 50.0;
        let here = effect(judged, threshold);
        let x = threshold * 100.0;
        let y = |some: usize, of: usize| HEIGHT * (1.0 - real(some) / real(of));
        let _ = write!(caught, "{x:.0},{:.1} ", y(here.caught, all.caught));
        let _ = write!(blocked, "{x:.0},{:.1} ", y(here.blocked, all.blocked));
    }
    Some((caught, blocked))
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
    }

    #[test]
    fn drawings_stay_within_their_frame() {
        let all: Vec<Judged> = (0..=100)
            .map(|n| {
                judged(
                    f64::from(n) / 100.0,
                    if n > 50 {
                        Status::Spam
                    } else {
                        Status::Approved
                    },
                    true,
                )
            })
            .collect();
        for bar in histogram(&all) {
            assert!(bar.x >= 0.0 && bar.x + bar.width <= 100.0 && bar.spam_y >= -1e-9);
        }
        for dot in calibration(&all) {
            assert!((0.0..=100.0).contains(&dot.x) && (0.0..=HEIGHT).contains(&dot.y));
        }
        assert!(thresholds(&all).is_some() && thresholds(&all[..10]).is_none());
    }
}
