//! What programs ask that spoke to Perspective: how a text is perceived, by attribute, as a whole and sentence by sentence.
//! Answered by the abuse model and its kinds, and by the site's spam model. How it travels is `web`'s.

use std::{cell::LazyCell, collections::BTreeMap};

use unicode_segmentation::UnicodeSegmentation;

use crate::{
    bayes::{AbuseKind, Model, probability},
    domain::site::SiteSlug,
    learn::{
        Learning,
        abuse::{self, AbuseJudge},
        live::LiveError,
    },
    text::{Document, views::with_features},
};

/// What is asked of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// A kind of abuse.
    Abuse(AbuseKind),
    /// Unwanted advertising.
    Spam,
}

impl Attribute {
    /// Reads an attribute's name; `None` for one that nothing here answers. Experimental twins are the same.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let known = match name.strip_suffix("_EXPERIMENTAL").unwrap_or(name) {
            "TOXICITY" => Self::Abuse(AbuseKind::Toxicity),
            "SEVERE_TOXICITY" => Self::Abuse(AbuseKind::Severe),
            "IDENTITY_ATTACK" => Self::Abuse(AbuseKind::IdentityAttack),
            "INSULT" => Self::Abuse(AbuseKind::Insult),
            "PROFANITY" | "OBSCENE" => Self::Abuse(AbuseKind::Obscene),
            "THREAT" => Self::Abuse(AbuseKind::Threat),
            "SEXUALLY_EXPLICIT" => Self::Abuse(AbuseKind::Sexual),
            "SPAM" => Self::Spam,
            _ => return None,
        };
        Some(known)
    }

    /// Whether it is answered in a language (ISO 639-1).
    fn knows(self, judge: Option<&AbuseJudge>, language: &str) -> bool {
        match self {
            Self::Spam => true,
            Self::Abuse(kind) => judge.is_some_and(|judge| {
                let mut known = judge.languages(kind).iter();
                known.any(|own| own == language)
            }),
        }
    }
}

/// A text, and what is asked of it.
#[derive(Debug, Default)]
pub struct Asked {
    /// The text as it came.
    pub text: String,
    /// The attributes by name.
    pub attributes: Vec<(String, Attribute)>,
    /// The languages (ISO 639-1) that the program says it is in.
    pub languages: Vec<String>,
    /// Whether attributes that are not answered in its language are left out, not refused.
    pub drops_unknown: bool,
    /// Whether each sentence is scored as well.
    pub by_sentence: bool,
}

impl Asked {
    /// Whether one of the attributes is such a one.
    fn names(&self, is_one: impl Fn(Attribute) -> bool) -> bool {
        self.attributes.iter().any(|(_, own)| is_one(*own))
    }
}

/// The score of a part of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanScore {
    /// Where it begins, in UTF-16 code units.
    pub begin: usize,
    /// Where it ends.
    pub end: usize,
    /// A probability.
    pub value: f64,
}

/// An attribute's scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Of the whole.
    pub summary: f64,
    /// Of its parts; one that is the whole, unless sentences were asked for.
    pub spans: Vec<SpanScore>,
}

/// The answer.
#[derive(Debug)]
pub struct Perceived {
    /// By the attributes' names.
    pub scores: BTreeMap<String, Scores>,
    /// What the text seems to be in.
    pub detected: &'static str,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The attribute is not answered in the text's language.
    #[error("an attribute is not known in the text's language")]
    Language {
        /// Which.
        attribute: String,
        /// The languages that were asked for, or the one that was found.
        languages: Vec<String>,
    },
    /// A model of the site could not be had.
    #[error(transparent)]
    Live(#[from] LiveError),
}

/// Answers.
///
/// # Errors
/// [`AnalysisError`].
pub async fn analyze(
    learning: &Learning,
    site: &SiteSlug,
    mut asked: Asked,
) -> Result<Perceived, AnalysisError> {
    let detected = super::language::detect(&asked.text);
    if asked.languages.is_empty() {
        asked.languages = vec![detected.to_owned()];
    }
    let abuse = if asked.names(|one| one != Attribute::Spam) {
        Some(abuse::judge(learning, site).await?)
    } else {
        None
    };
    let mut attributes = Vec::new();
    for (name, attribute) in std::mem::take(&mut asked.attributes) {
        let mut languages = asked.languages.iter();
        let known = languages.all(|own| attribute.knows(abuse.as_ref(), own));
        if known {
            attributes.push((name, attribute));
        } else if !asked.drops_unknown {
            return Err(AnalysisError::Language {
                attribute: name,
                languages: asked.languages,
            });
        }
    }
    asked.attributes = attributes;
    let spam = if asked.names(|one| one == Attribute::Spam) {
        Some(learning.model(site).await?)
    } else {
        None
    };
    let judge = Judge {
        abuse: abuse.as_ref(),
        spam: spam.as_ref().map(|live| &*live.model),
    };
    Ok(Perceived {
        scores: judge.scores(asked),
        detected,
    })
}

struct Judge<'a> {
    abuse: Option<&'a AbuseJudge>,
    spam: Option<&'a Model>,
}

impl Judge<'_> {
    fn scores(&self, asked: Asked) -> BTreeMap<String, Scores> {
        let attributes = asked.attributes;
        let whole = self.values(&asked.text, &attributes);
        let parts = if asked.by_sentence {
            sentences(&asked.text)
        } else {
            vec![(0, &*asked.text)]
        };
        let of_parts: Vec<Vec<f64>> = match &parts[..] {
            [_] => vec![whole.clone()],
            parts => parts
                .iter()
                .map(|(_, part)| self.values(part, &attributes))
                .collect(),
        };
        let named = attributes.into_iter().zip(whole).enumerate();
        named
            .map(|(place, ((name, _), summary))| {
                let spans = parts
                    .iter()
                    .zip(&of_parts)
                    .map(|((begin, part), values)| SpanScore {
                        begin: *begin,
                        end: begin + part.encode_utf16().count(),
                        value: values[place],
                    });
                let spans = spans.collect();
                (name, Scores { summary, spans })
            })
            .collect()
    }

    /// A probability for each attribute; the features are found once for all of them, and what none of them needs is not looked at.
    fn values(&self, text: &str, attributes: &[(String, Attribute)]) -> Vec<f64> {
        let document = Document {
            text,
            ..Document::default()
        };
        with_features(&document, |features| {
            let spam = LazyCell::new(|| self.spam.map(|model| model.score_features(features)));
            let toxicity = LazyCell::new(|| self.abuse.map(|abuse| abuse.score(features)));
            let kinds = LazyCell::new(|| self.abuse.map(|abuse| abuse.kinds(features)));
            let value = |attribute: &Attribute| {
                let log_odds = match attribute {
                    Attribute::Spam => *spam,
                    Attribute::Abuse(AbuseKind::Toxicity) => *toxicity,
                    Attribute::Abuse(kind) => {
                        let mut kinds = kinds.iter().flatten();
                        let own = kinds.find(|score| score.kind == *kind);
                        own.map(|score| score.log_odds)
                    }
                };
                log_odds.unwrap_or(f64::NEG_INFINITY)
            };
            let values = attributes
                .iter()
                .map(|(_, attribute)| probability(value(attribute)));
            values.collect()
        })
    }
}

/// The sentences of a text, each with where it begins in UTF-16 code units. White space around them belongs to none.
fn sentences(text: &str) -> Vec<(usize, &str)> {
    let mut begin = 0;
    let mut found = Vec::new();
    for sentence in text.split_sentence_bounds() {
        let trimmed = sentence.trim();
        if !trimmed.is_empty() {
            let before = sentence.len() - sentence.trim_start().len();
            found.push((begin + sentence[..before].encode_utf16().count(), trimmed));
        }
        begin += sentence.encode_utf16().count();
    }
    if found.is_empty() {
        found.push((0, text));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_placed_in_utf16_units() {
        let text = "  😀 Hello there. You idiot! ";
        let found = sentences(text);
        assert_eq!(found, [(2, "😀 Hello there."), (18, "You idiot!")]);
        let units: Vec<u16> = text.encode_utf16().collect();
        let second = String::from_utf16(&units[18..28]).expect("UTF-16");
        assert_eq!(second, "You idiot!");
    }

    #[test]
    fn attributes_are_known_by_perspectives_names() {
        assert_eq!(Attribute::parse("SPAM"), Some(Attribute::Spam));
        assert_eq!(
            Attribute::parse("TOXICITY_EXPERIMENTAL"),
            Some(Attribute::Abuse(AbuseKind::Toxicity))
        );
        assert_eq!(Attribute::parse("FLIRTATION"), None);
    }
}
