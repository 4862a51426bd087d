//! What judges abuse on a site: a score, its reasons, and of which kinds a text is, from features that were found once. It is
//! evidence for people; nothing is decided by it here. The shipped model is read when it is first asked, from where the program
//! carries it.

use std::{borrow::Cow, sync::Arc, sync::OnceLock};

use crate::{
    bayes::{AbuseKind, KindScore, Kinds, Model, ModelError, base::Base},
    domain::site::SiteSlug,
    learn::Learning,
    learn::live::LiveError,
    text::views::Extractor,
};

/// The file of the model that ships, all kinds together.
const SHIPPED: &[u8] = include_bytes!("../../models/abuse/shipped.hamlet");

/// Judges abuse on one site. Cheap to copy; it stays as it is while the site goes on learning.
#[derive(Debug, Clone)]
pub struct AbuseJudge {
    model: Arc<Model>,
    kinds: Kinds,
}

impl AbuseJudge {
    /// Calibrated log-odds that a text is abusive, of its features.
    #[must_use]
    pub fn score(&self, features: &Extractor) -> f64 {
        self.model.score_features(features)
    }

    /// Calibrated log-odds of every kind but [`AbuseKind::Toxicity`], which is [`AbuseJudge::score`]. What a site has learnt does not
    /// move them: a label says that a text is abusive, not how.
    #[must_use]
    pub fn kinds(&self, features: &Extractor) -> Vec<KindScore> {
        self.kinds.score_features(features)
    }

    /// The languages (ISO 639-1) in which a kind is known.
    #[must_use]
    pub fn languages(&self, kind: AbuseKind) -> &[String] {
        self.kinds.languages(kind)
    }

    /// The model behind the score, which explains it.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }
}

/// What judges abuse on a site now.
///
/// # Errors
/// [`LiveError`]; then nothing is known of a text's abuse.
#[expect(
    clippy::unused_async,
    reason = "what a site has learnt is read from the database"
)]
pub async fn judge(_learning: &Learning, _site: &SiteSlug) -> Result<AbuseJudge, LiveError> {
    let shipped = shipped()?;
    Ok(AbuseJudge {
        model: shipped.model.clone(),
        kinds: shipped.kinds.clone(),
    })
}

/// A model of abuse with its kinds.
#[derive(Debug)]
struct AbuseModel {
    model: Arc<Model>,
    kinds: Kinds,
}

/// The bytes of the model that ships with the program.
#[must_use]
pub const fn shipped_bytes() -> &'static [u8] {
    SHIPPED
}

/// The model that ships with the program. A service that is not asked never reads it.
fn shipped() -> Result<&'static AbuseModel, ModelError> {
    static READ: OnceLock<AbuseModel> = OnceLock::new();
    if let Some(read) = READ.get() {
        return Ok(read);
    }
    let base = Base::from_compact(Cow::Borrowed(SHIPPED))?;
    let read = AbuseModel {
        model: base.untaught()?.into(),
        kinds: base.kinds().ok_or(ModelError::Foreign)?,
    };
    Ok(READ.get_or_init(|| read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Document;

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
