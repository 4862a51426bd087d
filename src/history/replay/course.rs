//! Going through the past: each comment judged as it would have been, then learnt.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    figures::{BesideAkismet, Courses, Mistake, Replay},
    past::{Inventory, PastComment},
};
use crate::{
    bayes::{
        Label, Model, ModelError, base::Base, lessons::Lessons, naive::FitError, probability,
        sums::Change, taught::Taught,
    },
    domain::{
        evidence::{Evidence, Verdict},
        site::Policy,
        text::excerpt,
        timestamp::Timestamp,
    },
    intake::{checks, policy},
    learn,
};

/// Points of the curve.
const POINTS: usize = 40;

/// Mistakes that are shown, and how much of each, in user-perceived characters.
const MISTAKES: usize = 30;
const SHOWN: usize = 300;

/// The same text posted before is counted up to this, as when a comment comes in.
const MOST_REPEATED: i64 = 10;

/// Why the past cannot be gone through.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The model that ships with the program cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// What follows from lessons cannot be computed.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// How a site judges.
#[derive(Debug, Clone)]
pub struct Manner {
    /// Its policy; trust in authors and block rules are left out, for the past has neither.
    pub policy: Policy,
    /// Labels of each class before any of them counts.
    pub minimum_per_class: i64,
    /// How far back a repetition counts.
    pub repeats_within: std::time::Duration,
}

/// What is known of a comment before any label is.
struct Before {
    evidence: Evidence,
    /// Log-odds by the shipped model.
    shipped: f64,
}

/// Goes through comments in the order of time.
///
/// # Errors
/// [`ReplayError`]; none in practice.
pub fn run(
    comments: &[PastComment],
    files: Inventory,
    manner: &Manner,
) -> Result<Replay, ReplayError> {
    let shipped = Model::shipped()?;
    let before = before(comments, &shipped, manner);
    let mut student = Student::new(manner)?;
    let mut replay = Replay {
        model: shipped.version().to_owned(),
        spam_threshold: manner.policy.spam_threshold,
        files,
        all: Courses::default(),
        last_quarter: Courses::default(),
        akismet: None,
        curve: Vec::new(),
        mistakes: Vec::new(),
    };
    let step = comments.len().div_ceil(POINTS).max(1);
    for (place, (comment, before)) in comments.iter().zip(&before).enumerate() {
        let first_day = ruled(manner, before, before.shipped, None);
        let (log_odds, untaught) = student.judge(comment, before)?;
        let learning = ruled(manner, before, log_odds, untaught);
        let ruled = [first_day, learning];
        replay.count(comment, &ruled, place >= comments.len() / 4 * 3);
        if (place + 1) % step == 0 || place + 1 == comments.len() {
            replay.curve.push(replay.all);
        }
        student.learn(comment);
    }
    let worst = |mistake: &Mistake| mistake.scores[0].max(mistake.scores[1]);
    replay
        .mistakes
        .sort_by(|a, b| worst(b).total_cmp(&worst(a)));
    replay.mistakes.truncate(MISTAKES);
    Ok(replay)
}

impl Replay {
    fn count(&mut self, comment: &PastComment, ruled: &[(Verdict, f64); 2], is_late: bool) {
        let label = comment.label;
        let count = |courses: &mut Courses| {
            courses.first_day.count(label, ruled[0].0);
            courses.learning.count(label, ruled[1].0);
        };
        count(&mut self.all);
        if is_late {
            count(&mut self.last_quarter);
        }
        if let Some(aside) = comment.akismet {
            let beside = self.akismet.get_or_insert_with(BesideAkismet::default);
            beside.akismet.put(label, aside);
            count(&mut beside.here);
        }
        let aside = [0, 1].map(|way| ruled[way].0 == Verdict::Spam);
        if label == Label::Ham && aside.contains(&true) {
            self.mistakes.push(Mistake {
                at: comment.is_dated.then(|| comment.at.to_string()),
                text: excerpt(comment.document().text, SHOWN),
                scores: [0, 1].map(|way| ruled[way].1),
                aside,
            });
        }
    }
}

/// What needs no label: the shipped model's score and what the checks find, each comment by itself.
fn before(comments: &[PastComment], shipped: &Model, manner: &Manner) -> Vec<Before> {
    let fingerprints: Vec<Option<i64>> = comments
        .par_iter()
        .map(|comment| checks::fingerprint(comment.document().text))
        .collect();
    let mut seen: HashMap<i64, Vec<Timestamp>> = HashMap::new();
    let repeated: Vec<i64> = comments
        .iter()
        .zip(fingerprints)
        .map(|(comment, fingerprint)| {
            let Some(fingerprint) = fingerprint else {
                return 0;
            };
            let times = seen.entry(fingerprint).or_default();
            let since = comment.at.minus(manner.repeats_within);
            let recent = times.iter().rev().take_while(|at| **at >= since);
            let count = recent.count();
            times.push(comment.at);
            i64::try_from(count)
                .unwrap_or(MOST_REPEATED)
                .min(MOST_REPEATED)
        })
        .collect();
    comments
        .par_iter()
        .zip(repeated)
        .map(|(comment, repeated)| {
            let document = comment.document();
            Before {
                evidence: Evidence {
                    checks: checks::of_text(&manner.policy, document.text, repeated),
                    ..Evidence::default()
                },
                shipped: shipped.score(&document),
            }
        })
        .collect()
}

/// The verdict and the probability of spam.
fn ruled(manner: &Manner, before: &Before, log_odds: f64, untaught: Option<f64>) -> (Verdict, f64) {
    let evidence = &before.evidence;
    let found: f64 = evidence.checks.iter().map(|finding| finding.weight).sum();
    let score = probability(log_odds + found);
    let (verdict, _) = policy::verdict(&manner.policy, evidence, Some(score), untaught, 0);
    (verdict, score)
}

/// The model that learns, as a site's own does.
struct Student {
    taught: Taught,
    model: Option<Model>,
    minimum: i64,
}

impl Student {
    fn new(manner: &Manner) -> Result<Self, ReplayError> {
        let base = Base::from_bytes(Model::shipped_bytes())?;
        Ok(Self {
            taught: Taught::new(base, Lessons::default()),
            model: None,
            minimum: manner.minimum_per_class,
        })
    }

    /// Log-odds after what was learnt, and those without it where that is too little to make spam of a text.
    fn judge(
        &mut self,
        comment: &PastComment,
        before: &Before,
    ) -> Result<(f64, Option<f64>), ReplayError> {
        let lessons = self.taught.lessons();
        let labels = [Label::Ham, Label::Spam].map(|label| lessons.count(label));
        if labels.iter().any(|count| *count < self.minimum) {
            return Ok((before.shipped, None));
        }
        let few = learn::are_few(labels);
        let model = match self.model.take() {
            Some(model) => model,
            None => self.taught.model()?,
        };
        let log_odds = model.score(&comment.document());
        self.model = Some(model);
        Ok((log_odds, few.then_some(before.shipped)))
    }

    fn learn(&mut self, comment: &PastComment) {
        let change = (comment.document(), comment.label, Change::Add);
        self.taught.teach(std::iter::once(change));
        self.model = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::replay::figures::Course;

    #[test]
    fn nothing_is_to_be_said_of_nothing() {
        let manner = Manner {
            policy: Policy::default(),
            minimum_per_class: 3,
            repeats_within: std::time::Duration::from_hours(24),
        };
        let replay = run(&[], Inventory::default(), &manner).unwrap();
        assert_eq!(replay.all.first_day, Course::default());
        assert!(replay.sentence().contains("nobody decided"));
    }
}
