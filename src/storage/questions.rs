//! Where the labels of each question are: tables of the same shape, those of spam under their plain names. A statement about them is
//! written once, with `{of}` before the name of each such table.

use std::borrow::Cow;

use crate::bayes::Question;

/// The names of a question's tables begin with this.
const fn prefix(question: Question) -> &'static str {
    match question {
        Question::Spam => "",
        Question::Abuse => "abuse_",
    }
}

/// A statement about a question's tables; `{question}` in it becomes the question's word.
pub(super) fn of(question: Question, text: &str) -> Cow<'static, str> {
    let text = text.replace("{of}", prefix(question));
    Cow::Owned(text.replace("{question}", question.as_str()))
}

/// The table of a question's labelled texts, as damaged rows are reported.
pub(super) const fn samples(question: Question) -> &'static str {
    match question {
        Question::Spam => "samples",
        Question::Abuse => "abuse_samples",
    }
}
