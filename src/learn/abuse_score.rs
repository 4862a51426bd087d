//! How abusive a text seems and of which kind, from features that were found once: what is kept with a comment. A language that
//! the model does not know is left without a score.

use whatlang::{Script, detect_script};

use super::abuse::AbuseJudge;
use crate::{
    bayes::{AbuseKind, probability},
    domain::abuse::AbuseScore,
    text::views::Extractor,
};

/// The least probability from which on a kind is named.
const NAMED: f64 = 0.5;

impl AbuseJudge {
    /// The score of a text whose features were found, in the language with this code; without one, it says too little for that.
    /// `None` where the model does not know the language. Kinds are looked at only where the text is likely abusive.
    #[must_use]
    pub fn read(
        &self,
        text: &str,
        language: Option<&str>,
        features: &Extractor,
    ) -> Option<AbuseScore> {
        if !self.knows(AbuseKind::Toxicity, text, language) {
            return None;
        }
        let log_odds = Some(self.score(features)).filter(|score| score.is_finite())?;
        let score = AbuseScore::new(probability(log_odds));
        if !score.is_likely() {
            return Some(score);
        }
        let kinds = self.kinds(features).into_iter();
        let strongest = kinds
            .filter(|one| probability(one.log_odds) >= NAMED)
            .filter(|one| self.knows(one.kind, text, language))
            .max_by(|one, other| one.log_odds.total_cmp(&other.log_odds));
        Some(score.of_kind(strongest.map(|one| one.kind)))
    }

    /// Whether a kind is known in a text's language; where that is not known, in its script.
    #[must_use]
    pub fn knows(&self, kind: AbuseKind, text: &str, language: Option<&str>) -> bool {
        let known = self.languages(kind);
        let is_known = |code: &str| known.iter().any(|own| own == code);
        match (language, detect_script(text)) {
            (Some(code), _) => is_known(code),
            (None, None | Some(Script::Latin)) => is_known("en"),
            (None, Some(Script::Cyrillic)) => is_known("ru"),
            (None, Some(Script::Hangul)) => is_known("ko"),
            (None, Some(Script::Mandarin)) => is_known("zh"),
            (None, Some(_)) => false,
        }
    }
}
