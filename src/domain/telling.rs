//! Which of what the model read moved a comment's score, for people: without what means nothing to a reader.

use super::comment::Comment;
use crate::{
    bayes::{Sign, TokenWeight},
    text::function_words::is_function_word,
};

/// Log-odds from which a token moved the score enough to be named or marked.
const TELLING: f64 = 0.6;
/// A score below which nothing speaks for spam that a person would want to read.
const HARMLESS: f64 = 0.2;

/// The tokens that speak for spam, the strongest first; none where the score says that the comment is harmless.
pub fn for_spam(comment: &Comment) -> impl Iterator<Item = &TokenWeight> {
    let harmless = comment.score.is_none_or(|score| score < HARMLESS);
    telling(comment).filter(move |token| !harmless && token.weight > 0.0)
}

/// The tokens that moved the score, the strongest first.
pub fn telling(comment: &Comment) -> impl Iterator<Item = &TokenWeight> {
    let model = comment.evidence.model.as_deref();
    telling_of(model.map_or(&[], |model| &model.tokens), &comment.text)
}

/// The tokens that moved a text's score, the strongest first.
pub fn telling_of<'a>(
    tokens: &'a [TokenWeight],
    text: &str,
) -> impl Iterator<Item = &'a TokenWeight> {
    let mut telling: Vec<&TokenWeight> = tokens
        .iter()
        .filter(|token| token.weight.abs() >= TELLING && says_something(token, text))
        .collect();
    telling.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    telling.into_iter()
}

/// Whether a token is more than a function word, a punctuation mark or the order of tokens.
fn says_something(token: &TokenWeight, text: &str) -> bool {
    let span = token.spans.first();
    let written = span.and_then(|(from, to)| text.get(*from as usize..*to as usize));
    match (&token.sign, written) {
        (Sign::Order, _) => false,
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
        assert!(says_something(&token(Sign::Links(7, 20), (0, 0)), text));
        assert!(!says_something(&token(Sign::Order, (0, 0)), text));
    }
}
