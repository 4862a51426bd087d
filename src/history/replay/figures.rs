//! What came of a replay, in numbers and in a sentence.

use serde::Serialize;

use super::past::Inventory;
use crate::{bayes::Label, domain::evidence::Verdict};

/// What became of comments, beside what people said they are. What is not put aside waits for a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Course {
    /// Spam that was put aside by itself.
    pub spam_aside: u64,
    /// Spam that a person had to look at.
    pub spam_held: u64,
    /// Genuine comments that were put aside: wrongly.
    pub ham_aside: u64,
    /// Genuine comments that waited for a person.
    pub ham_held: u64,
}

impl Course {
    /// Counts a comment.
    pub fn count(&mut self, label: Label, verdict: Verdict) {
        self.put(label, verdict == Verdict::Spam);
    }

    /// Counts a comment that was put aside or not.
    pub fn put(&mut self, label: Label, aside: bool) {
        *match (label, aside) {
            (Label::Spam, true) => &mut self.spam_aside,
            (Label::Spam, false) => &mut self.spam_held,
            (Label::Ham, true) => &mut self.ham_aside,
            (Label::Ham, false) => &mut self.ham_held,
        } += 1;
    }

    /// Spam in all.
    #[must_use]
    pub const fn spam(&self) -> u64 {
        self.spam_aside + self.spam_held
    }

    /// Genuine comments in all.
    #[must_use]
    pub const fn ham(&self) -> u64 {
        self.ham_aside + self.ham_held
    }
}

/// Both ways to judge, and what each came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Courses {
    /// By the model that ships with the program, as on the first day.
    pub first_day: Course,
    /// By one that learnt each decision before the next comment came.
    pub learning: Course,
}

/// The comments of which the files say what Akismet had called them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BesideAkismet {
    /// What Akismet did.
    pub akismet: Course,
    /// What this service would have done with the same comments.
    pub here: Courses,
}

/// A genuine comment that would have been put aside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// When it was written, where its file says so.
    pub at: Option<String>,
    /// The beginning of its text.
    pub text: String,
    /// The probability of spam that it was given, on the first day and as it learnt.
    pub scores: [f64; 2],
    /// Whether it would have been put aside, likewise.
    pub aside: [bool; 2],
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Replay {
    /// The version of the model that ships with the program.
    pub model: String,
    /// From which probability of spam on a comment is put aside.
    pub spam_threshold: f64,
    /// What the files had.
    pub files: Inventory,
    /// What became of all that people decided about.
    pub all: Courses,
    /// The same for the last quarter of them, when most was learnt.
    pub last_quarter: Courses,
    /// Beside Akismet; absent where no file says what it did.
    pub akismet: Option<BesideAkismet>,
    /// What had become of the first comments, ever more of them.
    pub curve: Vec<Courses>,
    /// Genuine comments that would have been put aside, worst first.
    pub mistakes: Vec<Mistake>,
}

impl Replay {
    /// All of it in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Courses {
            first_day,
            learning,
        } = self.all;
        let (ham, spam) = (first_day.ham(), first_day.spam());
        if ham + spam == 0 {
            return "In these files nobody decided about any comment, so there is nothing to compare with.".to_owned();
        }
        let wrongly = format!(
            "of {} it would wrongly have put {} aside on the first day, and {} as it learnt",
            counted(ham, "genuine comment"),
            part(first_day.ham_aside, ham),
            part(learning.ham_aside, ham),
        );
        if spam == 0 {
            return format!(
                "These files hold no spam, so that nothing can be said of how much is caught (WordPress's export leaves spam out: add a listing of it); {wrongly}."
            );
        }
        let caught = format!(
            "Of {} this service would have put {} aside by itself on the first day, and {} as it learnt",
            counted(spam, "spam comment"),
            part(first_day.spam_aside, spam),
            part(learning.spam_aside, spam),
        );
        if ham == 0 {
            return format!(
                "{caught}; these files hold no genuine comments, so that nothing can be said of mistakes."
            );
        }
        format!("{caught}; {wrongly}.")
    }

    /// A sentence about Akismet, where there is something to say.
    #[must_use]
    pub fn beside_akismet(&self) -> Option<String> {
        let BesideAkismet { akismet, here } = self.akismet?;
        let (ham, spam) = (akismet.ham(), akismet.spam());
        let course = |course: Course| {
            format!(
                "{} of the spam and wrongly {} of the genuine",
                part(course.spam_aside, spam),
                part(course.ham_aside, ham)
            )
        };
        Some(format!(
            "Of the {} of which the files say what Akismet had called them, Akismet put aside {}; this service would have put aside {} on the first day, and {} as it learnt.",
            counted(ham + spam, "comment"),
            course(akismet),
            course(here.first_day),
            course(here.learning),
        ))
    }

    /// All of it in lines, for a terminal.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let files = &self.files;
        let mut lines = vec![self.sentence()];
        lines.extend(self.beside_akismet());
        lines.push(format!(
            "Read: {} ({} genuine, {} spam, {} about which nobody decided), {} left out, {} in several files.",
            counted(files.comments, "comment"),
            files.ham,
            files.spam,
            files.unlabelled,
            files.skipped,
            files.repeated,
        ));
        if files.undated > 0 {
            lines.push(format!(
                "{} without a date of their own stand where their file has them.",
                files.undated
            ));
        }
        lines
    }
}

/// `1 comment`, `2 comments`.
fn counted(count: u64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// `12 (3.4 %)`; of nothing, the number alone.
pub(super) fn part(count: u64, of: u64) -> String {
    if of == 0 {
        return count.to_string();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of comments")]
    let share = count as f64 / of as f64 * 100.0;
    let digits = if share > 0.0 && share < 0.1 { 2 } else { 1 };
    format!("{count} ({share:.digits$} %)")
}
