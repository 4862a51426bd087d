//! The model that answers whether a text is abuse, and of which kinds: read when it is first asked, from where the program
//! carries it.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::bayes::{Kinds, Model, ModelError, base::Base};

/// The file of the model that ships, all kinds together.
const SHIPPED: &[u8] = include_bytes!("../../models/abuse/shipped.hamlet");

/// A model of abuse with its kinds.
#[derive(Debug)]
pub struct AbuseModel {
    /// What a site's lessons are added to.
    pub base: Base,
    /// Answers the question itself.
    pub model: Model,
    /// Answers which kinds.
    pub kinds: Kinds,
}

/// The bytes of the model that ships with the program.
#[must_use]
pub const fn shipped_bytes() -> &'static [u8] {
    SHIPPED
}

/// The model that ships with the program. A service that is not asked never reads it.
///
/// # Errors
/// None in practice: a test loads it.
pub fn shipped() -> Result<&'static AbuseModel, ModelError> {
    static READ: OnceLock<AbuseModel> = OnceLock::new();
    if let Some(read) = READ.get() {
        return Ok(read);
    }
    let base = Base::from_compact(Cow::Borrowed(SHIPPED))?;
    let read = AbuseModel {
        model: base.untaught()?,
        kinds: base.kinds().ok_or(ModelError::Foreign)?,
        base,
    };
    Ok(READ.get_or_init(|| read))
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
        shipped().expect("the shipped model").model.score(&document)
    }

    #[test]
    fn the_shipped_model_tells_an_insult_from_talk_and_holds_no_name_against_anyone() {
        assert!(score("You are a stupid idiot, shut up.") > 1.0);
        assert!(score("Thanks, that explains the second paragraph.") < -1.0);
        assert!(score("My gay neighbour and her wife bake bread.") < 0.0);
    }

    #[test]
    fn it_knows_toxicity_in_seven_languages_and_says_where_it_knows_a_kind() {
        let kinds = &shipped().expect("the shipped model").kinds;
        let toxicity = kinds.languages(AbuseKind::Toxicity);
        assert_eq!(toxicity, ["de", "en", "ko", "pl", "pt", "ru", "zh"]);
        assert_eq!(kinds.languages(AbuseKind::Threat), ["en"]);
    }

    #[test]
    fn it_takes_no_more_than_its_share_of_the_program() {
        assert!(shipped_bytes().len() <= 4_000_000);
    }
}
