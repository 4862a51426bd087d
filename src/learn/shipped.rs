//! The models that ship with the program, one for each question: read when they are first needed, and kept from then on. A service
//! that is not asked about abuse never reads that one.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use crate::bayes::{Kinds, Model, ModelError, Question, base::Base};

/// The file of the abuse model, all kinds together.
static ABUSE: &[u8] = include_bytes!("../../models/abuse/shipped.hamlet");

/// The bytes of the model of a question.
#[must_use]
pub fn bytes(question: Question) -> &'static [u8] {
    match question {
        Question::Spam => Model::shipped_bytes(),
        Question::Abuse => ABUSE,
    }
}

/// The model of a question, to train on and to teach.
///
/// # Errors
/// None in practice: a test loads it.
pub fn base(question: Question) -> Result<Base, ModelError> {
    static BASES: [OnceLock<Base>; Question::ALL.len()] = [const { OnceLock::new() }; 2];
    let kept = &BASES[question.index()];
    if let Some(base) = kept.get() {
        return Ok(base.clone());
    }
    let base = match question {
        Question::Spam => Base::from_bytes(bytes(question))?,
        Question::Abuse => Base::from_compact(Cow::Borrowed(bytes(question)))?,
    };
    Ok(kept.get_or_init(|| base).clone())
}

/// The model of a question, as it judges where nothing was learnt. That of spam is compiled: most texts are scored with it.
///
/// # Errors
/// As [`base`].
pub fn model(question: Question) -> Result<Arc<Model>, ModelError> {
    static MODELS: [OnceLock<Arc<Model>>; Question::ALL.len()] = [const { OnceLock::new() }; 2];
    let kept = &MODELS[question.index()];
    if let Some(model) = kept.get() {
        return Ok(model.clone());
    }
    let model = match question {
        Question::Spam => Model::shipped()?,
        Question::Abuse => base(question)?.untaught()?,
    };
    Ok(kept.get_or_init(|| Arc::new(model)).clone())
}

/// Of which kinds an abusive text is.
///
/// # Errors
/// As [`base`].
pub fn kinds() -> Result<Kinds, ModelError> {
    base(Question::Abuse)?.kinds().ok_or(ModelError::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bayes::AbuseKind, text::Document};

    fn score(text: &str) -> f64 {
        let document = Document {
            text,
            ..Document::default()
        };
        let model = model(Question::Abuse).expect("the shipped model");
        model.score(&document)
    }

    #[test]
    fn the_shipped_model_tells_an_insult_from_talk_and_holds_no_name_against_anyone() {
        assert!(score("You are a stupid idiot, shut up.") > 1.0);
        assert!(score("Thanks, that explains the second paragraph.") < -1.0);
        assert!(score("My gay neighbour and her wife bake bread.") < 0.0);
    }

    #[test]
    fn it_knows_toxicity_in_seven_languages_and_says_where_it_knows_a_kind() {
        let kinds = kinds().expect("the shipped model");
        let toxicity = kinds.languages(AbuseKind::Toxicity);
        assert_eq!(toxicity, ["de", "en", "ko", "pl", "pt", "ru", "zh"]);
        assert_eq!(kinds.languages(AbuseKind::Threat), ["en"]);
    }

    #[test]
    fn it_takes_no_more_than_its_share_of_the_program() {
        assert!(bytes(Question::Abuse).len() <= 4_000_000);
    }
}
