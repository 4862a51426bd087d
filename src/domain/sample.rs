//! Labels that people gave to texts, where they came from, and how many there are. What is made of
//! them is `learn`'s.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::{site::SiteSlug, word::with_words};
use crate::bayes::{Label, Question};
use crate::text::Document;

/// How a label came in. Every one of them is a person's word; what a model or a rule decided is
/// never a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Provenance {
    /// A moderator decided about the comment.
    Decision,
    /// It came with comments imported from another system.
    Import,
    /// A client of the Akismet-compatible interface reported it.
    Feedback,
    /// An operator sent labelled data.
    Samples,
}

with_words!(Provenance);

/// Who labels, and how much of what one source says counts at once.
#[derive(Debug, Clone)]
pub struct Source {
    /// How the labels came in.
    pub provenance: Provenance,
    /// A moderator's or token's identifier, or the name an operator gave to data they sent.
    pub name: String,
    /// Labels of each class from this source that may count in a site's live model since it was
    /// trained; more of them wait for the next training run.
    pub cap: i64,
    /// Whether its labels wait for a person's word. Only a program's do.
    pub waits: bool,
}

/// Labels of each class that programs may give a site on which no person gave as many: too few to turn
/// the model, enough to begin with.
pub const PROGRAMS_AT_LEAST: i64 = 5;

/// Labels of each class from one program that count at once within a day.
pub const PROGRAM_A_DAY: i64 = 20;

/// Whether a program's label contradicts a score so strongly that it waits for a person: a text is all
/// but certain, and is said to be the other.
#[must_use]
pub fn contradicts(label: Label, score: f64) -> bool {
    match label {
        Label::Ham => score >= 0.9,
        Label::Spam => score <= 0.1,
    }
}

/// A person's word about a text: a label, or that there is none any more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vote {
    /// What it is about: in answer to [`Question::Abuse`] the label that speaks against a text, [`Label::Spam`], says that
    /// it is abusive.
    pub question: Question,
    /// The site it counts on.
    pub site: SiteSlug,
    /// The comment's identifier, or a digest of what the text says: one vote each.
    pub id: String,
    /// What it is; `None` takes an earlier vote back.
    pub label: Option<Label>,
    /// Whether training leaves it aside to measure models on. Equal for nearly equal texts.
    #[serde(serialize_with = "as_number")]
    pub held_out: bool,
    /// The text.
    pub text: String,
    /// The author's name.
    pub name: Option<String>,
    /// The part of the author's address after the `@`.
    pub email_domain: Option<String>,
    /// The author's website.
    pub website: Option<String>,
    /// The author's address as a keyed hash, where the address was given.
    pub email_index: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn as_number<S: serde::Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(i64::from(*flag))
}

impl Vote {
    /// What a model reads of it.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document {
            text: &self.text,
            name: self.name.as_deref(),
            email_domain: self.email_domain.as_deref(),
            website: self.website.as_deref(),
        }
    }
}

/// What became of some votes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// Texts that had no label before.
    pub added: u64,
    /// Texts that had the other label before, or one that was taken back.
    pub changed: u64,
    /// Labels taken back.
    pub withdrawn: u64,
    /// Texts that had this label already.
    pub unchanged: u64,
    /// Of those added or changed: kept for training, but beyond the number of labels from one
    /// source that count in the live model at once.
    pub over_cap: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.withdrawn += other.withdrawn;
        self.unchanged += other.unchanged;
        self.over_cap += other.over_cap;
    }
}

/// How many labels of one class a source gave to a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SampleCount {
    /// What they are about.
    pub question: Question,
    /// The site.
    pub site: SiteSlug,
    /// How they came in.
    pub provenance: Provenance,
    /// The moderator's or token's identifier, or the name given to the data.
    pub source: String,
    /// The class.
    pub label: Label,
    /// How many there are.
    pub count: i64,
    /// Of these, how many count in the live model or were trained on; the rest waits for the next
    /// training run.
    pub counted: i64,
}

/// A label as it is exported.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSample {
    /// The vote.
    pub vote: Vote,
    /// How it came in.
    pub provenance: Provenance,
    /// Who or what it came from.
    pub source: String,
}
