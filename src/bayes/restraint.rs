//! What may convict. How a text looks, where it links and who signs it are evidence, but of those a stranger's honest
//! comment has as much as spam: a reference and two words, a baker who signs with his bakery and its website. They bring a comment
//! before a person. Beyond that a score goes only as far as the words go with it. And a word or two by themselves say too
//! little: all that was learnt of one word stands then for the whole text, which a word among others is only a part of.

use super::question::Question;
use hamlet_text::kind::Kind;
use hamlet_text::views::{Extractor, VIEWS, View};

/// Log-odds that a text can come to whatever its words are: a probability of .88, which is held everywhere.
const MOST: f64 = 2.0;
/// What remains of log-odds beyond that, so that texts keep their order.
const REMAINS: f64 = 0.1;
/// Log-odds that a text of so few words can come to which says nothing of how to reach anybody: of none or one, of two, of three.
const FEW: [f64; 4] = [0.0, 0.0, 1.0, 2.0];
/// Letters of writing without spaces that make a word, on average.
const LETTERS_A_WORD: usize = 2;

/// What is added to `whole`, the log-odds of all: nothing, or less. `views` is what each view gives, in the order of
/// [`VIEWS`].
pub(super) fn restraint(
    question: Question,
    text: &Extractor,
    views: &[f64; VIEWS.len()],
    whole: f64,
) -> f64 {
    if question != Question::Spam {
        return 0.0;
    }
    let words = views[View::Words.index()] + views[View::Characters.index()];
    let most = (MOST + words.max(0.0)).min(said(text));
    (most - whole).min(0.0) * (1.0 - REMAINS)
}

/// How far a text can go for all that it says.
fn said(text: &Extractor) -> f64 {
    let mut words = 0;
    for token in text.tokens() {
        words += match token.kind {
            // What leads somewhere says enough.
            Kind::Link | Kind::Email | Kind::Mention | Kind::Number => return f64::INFINITY,
            Kind::Unspaced => (token.end - token.start).div_ceil(LETTERS_A_WORD),
            Kind::Word | Kind::Hashtag | Kind::Spelled => 1,
            Kind::Picture | Kind::Symbol => 0,
        };
        if words >= FEW.len() {
            break;
        }
    }
    FEW.get(words).copied().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hamlet_text::Document;
    use hamlet_text::views::with_features;

    const LONG: &str = "four words and more of them";

    fn restrained(question: Question, text: &str, words: f64, looks: f64) -> f64 {
        let mut views = [0.0; VIEWS.len()];
        views[View::Words.index()] = words;
        views[View::Shape.index()] = looks;
        let document = Document {
            text,
            ..Document::default()
        };
        let whole = words + looks;
        with_features(&document, |text| {
            whole + restraint(question, text, &views, whole)
        })
    }

    #[test]
    fn looks_alone_do_not_convict_and_words_do() {
        let bounded = |words, looks| restrained(Question::Spam, LONG, words, looks);
        assert!((2.0..2.944).contains(&bounded(-1.0, 8.0)));
        assert!(bounded(-1.0, 9.0) > bounded(-1.0, 8.0));
        assert!((bounded(4.0, 1.0) - 5.0).abs() < 1e-9);
        assert!((bounded(-1.0, 2.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_word_or_two_do_not_convict_and_with_a_way_to_reach_somebody_they_do() {
        let bounded = |text| restrained(Question::Spam, text, 6.0, 0.0);
        for text in [
            "",
            "kontakt",
            "связь!",
            "联系",
            "连系我 !!",
            "#promo",
            "cheap pills",
        ] {
            assert!(bounded(text) < 2.0, "{text}");
        }
        assert!(
            bounded("kontakt") < bounded("kontakt oss")
                && bounded("kontakt oss") < bounded("kontakt oss snart")
        );
        for text in [
            "kontakt a@b.example",
            "pills https://b.example",
            "telegram @best",
            "call 030 555 0199",
            LONG,
        ] {
            assert!((bounded(text) - 6.0).abs() < 1e-9, "{text}");
        }
        assert!((restrained(Question::Spam, "kontakt", -3.0, 0.0) + 3.0).abs() < 1e-9);
    }

    #[test]
    fn other_questions_look_at_words_anyway() {
        assert!((restrained(Question::Abuse, LONG, -1.0, 8.0) - 7.0).abs() < 1e-9);
        assert!((restrained(Question::Abuse, "idiot", 8.0, 0.0) - 8.0).abs() < 1e-9);
    }
}
