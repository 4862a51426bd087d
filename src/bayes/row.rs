//! A text as training sees it: the features it has, per view, and what a person called it.

use serde::{Deserialize, Serialize};

use super::label::Label;
use super::question::Question;
use hamlet_text::Document;
use hamlet_text::commonness::{rarity, scale};
use hamlet_text::views::VIEWS;
use hamlet_text::views::with_features;

/// A labelled text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The text as submitted.
    pub text: String,
    /// What it is; ham unless said otherwise.
    pub spam: bool,
    /// The author's name.
    pub name: Option<String>,
    /// The part of the author's email address after the `@`.
    pub email_domain: Option<String>,
    /// The author's website.
    pub website: Option<String>,
}

impl Sample {
    /// What a model would be asked to score.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document {
            text: &self.text,
            name: self.name.as_deref(),
            email_domain: self.email_domain.as_deref(),
            website: self.website.as_deref(),
        }
    }

    /// The label.
    #[must_use]
    pub fn label(&self) -> Label {
        if self.spam { Label::Spam } else { Label::Ham }
    }
}

/// The features of one text. Within each view the values are the features' rarities, scaled to a
/// length of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    ids: Box<[u32]>,
    ends: [u32; VIEWS.len()],
    scales: [f32; VIEWS.len()],
    /// Is it spam?
    pub spam: bool,
    /// Equal for near duplicates.
    pub fingerprint: u64,
    /// How much it counts.
    pub weight: f32,
}

impl Row {
    /// Extracts a labelled document.
    #[must_use]
    pub fn of(document: &Document<'_>, label: Label, weight: f32) -> Self {
        Self::read(Question::Spam, document, label, weight)
    }

    /// Extracts what a question looks at in a labelled document.
    #[must_use]
    pub fn read(question: Question, document: &Document<'_>, label: Label, weight: f32) -> Self {
        with_features(document, |text| {
            let read = VIEWS.iter().filter(|view| question.reads(**view));
            let mut ids = Vec::with_capacity(read.map(|view| text.features(*view).len()).sum());
            let mut ends = [0; VIEWS.len()];
            let mut scales = [0.0; VIEWS.len()];
            for view in VIEWS {
                let features = if question.reads(view) {
                    text.features(view)
                } else {
                    &[]
                };
                ids.extend(features.iter().map(|feature| feature.id));
                ends[view.index()] = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                scales[view.index()] = scale(features.iter().map(|feature| feature.id));
            }
            Self {
                ids: ids.into(),
                ends,
                scales,
                spam: label == Label::Spam,
                fingerprint: text.fingerprint(),
                weight,
            }
        })
    }

    /// Each view's features and the scale of their values, in the order of [`VIEWS`].
    pub fn views(&self) -> impl Iterator<Item = (&[u32], f32)> {
        let mut start = 0;
        self.ends.iter().zip(self.scales).map(move |(&end, scale)| {
            let ids = &self.ids[start..end as usize];
            start = end as usize;
            (ids, scale)
        })
    }

    /// Calls `cell` with each feature and its value.
    pub fn each(&self, mut cell: impl FnMut(u32, f32)) {
        for (ids, scale) in self.views() {
            for &id in ids {
                cell(id, rarity(id) * scale);
            }
        }
    }

    /// How many features it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Has it no feature at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// What it is.
    #[must_use]
    pub fn label(&self) -> Label {
        if self.spam { Label::Spam } else { Label::Ham }
    }
}
