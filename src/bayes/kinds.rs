//! Which kinds of abuse a text is: a score for each, from features that were found once for all of them.

use hamlet_text::Document;
use hamlet_text::commonness::{rarity, scale};
use hamlet_text::views::{Extractor, VIEWS, with_features};

use super::compact::{Compact, KINDS, KindHeader};
use super::question::AbuseKind;

/// Log-odds of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KindScore {
    /// Which.
    pub kind: AbuseKind,
    /// Calibrated log-odds.
    pub log_odds: f64,
}

/// The kinds of a question.
#[derive(Clone, Debug)]
pub struct Kinds(pub(super) std::sync::Arc<Compact>);

impl Kinds {
    /// The languages (ISO 639-1) in which a kind is known; none for one that is not known at all.
    #[must_use]
    pub fn languages(&self, kind: AbuseKind) -> &[String] {
        let header = &self.0.header;
        if kind == AbuseKind::Toxicity {
            return &header.languages;
        }
        let found = header.kinds.iter().find(|known| known.kind == kind);
        found.map_or(&[], |known| &known.languages)
    }

    /// Scores a document. The question itself, [`AbuseKind::Toxicity`], is the model's to answer.
    #[must_use]
    pub fn score(&self, document: &Document<'_>) -> Vec<KindScore> {
        with_features(document, |text| self.score_features(text))
    }

    /// Scores a text whose features were found.
    #[must_use]
    pub fn score_features(&self, text: &Extractor) -> Vec<KindScore> {
        let kinds = &self.0.header.kinds;
        let mut scores = [0.0_f64; KINDS];
        for view in VIEWS {
            let features = text.features(view);
            let mut sums = [0.0_f32; KINDS];
            for feature in features {
                self.add(kinds, feature.id, &mut sums);
            }
            let scale = f64::from(scale(features.iter().map(|feature| feature.id)));
            for (score, sum) in scores.iter_mut().zip(sums) {
                *score += f64::from(sum) * scale;
            }
        }
        kinds
            .iter()
            .zip(scores)
            .map(|(known, score)| KindScore {
                kind: known.kind,
                log_odds: known.bias + score,
            })
            .collect()
    }

    fn add(&self, kinds: &[KindHeader], id: u32, sums: &mut [f32; KINDS]) {
        let Some([_, _, _, pairs @ ..]) = self.0.cell(id as usize) else {
            return;
        };
        let rarity = rarity(id);
        for (place, (kind, sum)) in kinds.iter().zip(sums).enumerate() {
            let code = (pairs[place / 2] >> (4 * (place % 2))) & 15;
            *sum += kind.levels[usize::from(code)] * rarity;
        }
    }
}
