//! What may convict. How a text looks, where it links and who signs it are evidence, but of those a stranger's honest
//! comment has as much as spam: a reference and two words, a baker who signs with his bakery and its website. They bring a comment
//! before a person. Beyond that a score goes only as far as the words go with it.

use super::question::Question;
use hamlet_text::views::{VIEWS, View};

/// Log-odds that a text can come to whatever its words are: a probability of .88, which is held everywhere.
const MOST: f64 = 2.0;
/// What remains of log-odds beyond that, so that texts keep their order.
const REMAINS: f64 = 0.1;

/// What is added to `whole`, the log-odds of all: nothing, or less. `views` is what each view gives, in the order of
/// [`VIEWS`].
pub(super) fn restraint(question: Question, views: &[f64; VIEWS.len()], whole: f64) -> f64 {
    if question != Question::Spam {
        return 0.0;
    }
    let words = views[View::Words.index()] + views[View::Characters.index()];
    let most = MOST + words.max(0.0);
    (most - whole).min(0.0) * (1.0 - REMAINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views(words: f64, looks: f64) -> [f64; VIEWS.len()] {
        let mut views = [0.0; VIEWS.len()];
        views[View::Words.index()] = words;
        views[View::Shape.index()] = looks;
        views
    }

    #[test]
    fn looks_alone_do_not_convict_and_words_do() {
        let bounded = |words, looks| {
            let whole = words + looks;
            whole + restraint(Question::Spam, &views(words, looks), whole)
        };
        assert!((2.0..2.944).contains(&bounded(-1.0, 8.0)));
        assert!(bounded(-1.0, 9.0) > bounded(-1.0, 8.0));
        assert!((bounded(4.0, 1.0) - 5.0).abs() < 1e-9);
        assert!((bounded(-1.0, 2.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn other_questions_look_at_words_anyway() {
        let views = views(-1.0, 8.0);
        assert!(restraint(Question::Abuse, &views, 7.0).abs() < f64::EPSILON);
    }
}
