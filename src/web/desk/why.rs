//! Why a comment is where it is, in few words: the reasons that count, and the places of the text that are worth
//! a mark. The page of a comment has all of them.

use crate::{
    bayes::{Sign, TokenWeight},
    domain::{comment::Comment, reason::Because, score::Band},
    text::function_words::is_function_word,
    words::Words,
};

/// Reasons shown with a comment in a list.
const REASONS: usize = 3;
/// Places marked in a text: the strongest.
const MARKS: usize = 5;
/// Log-odds from which a token moved the score enough to be named or marked.
const TELLING: f64 = 0.6;
/// A score below which nothing speaks for spam that a person would want to read.
const HARMLESS: f64 = 0.2;

/// Why a comment was scored as it was.
pub struct ShownReason {
    /// In words.
    pub says: String,
    /// Whether it speaks for spam.
    pub for_spam: bool,
}

/// The main reasons: checks that fired, then the tokens that pulled the score up. Where there are none, why the policy
/// left the comment to a person.
#[must_use]
pub fn reasons(words: &Words, comment: &Comment) -> Vec<ShownReason> {
    let document = comment.document();
    let checks = comment.evidence.checks.iter().map(|finding| ShownReason {
        says: words.reason(&finding.reason),
        for_spam: finding.weight > 0.0,
    });
    let harmless = comment.score.is_none_or(|score| score < HARMLESS);
    let telling = telling(comment).filter(|token| !harmless && token.weight > 0.0);
    let tokens = telling.map(|token| ShownReason {
        says: words.sign(token, &document),
        for_spam: true,
    });
    let mut reasons: Vec<ShownReason> = checks.chain(tokens).take(REASONS).collect();
    if reasons.is_empty() {
        reasons.push(ShownReason {
            says: match &comment.evidence.because {
                Because::PersonDecides => words.say("why-reviewed").into(),
                _ => words.because(&comment.evidence),
            },
            for_spam: false,
        });
    }
    reasons
}

/// The tokens whose places are marked: those that pulled the score to the side where it is.
#[must_use]
pub fn marks(comment: &Comment) -> Vec<TokenWeight> {
    let genuine = comment.score.map(Band::of) == Some(Band::Genuine);
    let pull = |token: &&TokenWeight| {
        if genuine {
            token.weight < 0.0
        } else {
            token.weight > 0.0
        }
    };
    telling(comment).filter(pull).take(MARKS).cloned().collect()
}

/// The tokens that moved the score, the strongest first, without those that mean nothing to a reader.
fn telling(comment: &Comment) -> impl Iterator<Item = &TokenWeight> {
    let tokens = comment
        .evidence
        .model
        .iter()
        .flat_map(|model| &model.tokens);
    let mut telling: Vec<&TokenWeight> = tokens
        .filter(|token| token.weight.abs() >= TELLING && says_something(token, &comment.text))
        .collect();
    telling.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    telling.into_iter()
}

/// Whether a token is more than a function word or a punctuation mark.
fn says_something(token: &TokenWeight, text: &str) -> bool {
    let span = token.spans.first();
    let written = span.and_then(|(from, to)| text.get(*from as usize..*to as usize));
    match (&token.sign, written) {
        (Sign::Word, Some(word)) => {
            word.chars().any(char::is_alphabetic) && !is_function_word(word)
        }
        (Sign::Symbol, Some(symbol)) => !symbol.is_ascii(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(sign: Sign, span: (u32, u32)) -> TokenWeight {
        TokenWeight {
            sign,
            weight: 1.0,
            spans: vec![span],
        }
    }

    #[test]
    fn function_words_and_punctuation_say_nothing() {
        let text = "The = casino für 🎰";
        assert!(!says_something(&token(Sign::Word, (0, 3)), text));
        assert!(!says_something(&token(Sign::Symbol, (4, 5)), text));
        assert!(says_something(&token(Sign::Word, (6, 12)), text));
        assert!(!says_something(&token(Sign::Word, (13, 17)), text));
        assert!(says_something(&token(Sign::Symbol, (18, 22)), text));
        assert!(says_something(&token(Sign::Looks, (0, 0)), text));
    }
}
