//! What the checks and the policy say, as codes with their arguments. Words are made of them where a person
//! reads them (`words::evidence`).
//!
//! Both are stored by a variant's place in its list and by its fields in their order: new variants are added
//! at the end, and none is changed.

use serde::{Deserialize, Serialize};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// A sentence, stored before there were codes.
    Sentence(String),
    /// A field that people do not see was filled in.
    HoneypotFilled,
    /// No form token came.
    FormNotOpened,
    /// The form token was not made here.
    TokenForged,
    /// The form was sent so many milliseconds after it was opened.
    SentTooSoon(u64),
    /// The form was sent so many hours after it was opened.
    SentTooLate(u64),
    /// So many comments came from a form that was opened once.
    FormReused(i64),
    /// The text was posted so often before; 10 is 10 or more.
    Repeated(i64),
    /// So many comments came from one network, within so many minutes.
    ManyFromNetwork(i64, u64),
    /// So many comments came from one address, within so many minutes.
    ManyFromEmail(i64, u64),
    /// The word of a block rule.
    BlockedWord(String),
    /// The domain of a block rule.
    BlockedDomain(String),
    /// A block rule for its address.
    BlockedEmail,
    /// A block rule for its network.
    BlockedNetwork,
    /// So many links, where the site allows so many.
    TooManyLinks(u64, u32),
    /// The model does not know the language with this code.
    UnknownLanguage(String),
    /// It is a near copy of so many others that came within so many days, about so many of which a person said that
    /// they are spam; 30 others are 30 or more.
    NearCopies(i64, i64, u64),
}

/// Why the policy decided as it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Because {
    /// A sentence, stored before there were codes; an empty one before anything was decided.
    Sentence(String),
    /// The model could not judge.
    NotJudged,
    /// The finding at this place forces the verdict.
    Finding(usize),
    /// The score is at or above this threshold of the site.
    ScoreAtLeast(f64),
    /// The author had so many comments approved, and the score is low.
    TrustedAuthor(i64),
    /// The author is trusted, but not this comment.
    TrustedButNotThis,
    /// A person decides below the threshold; stored before there were the two reasons for it below.
    PersonDecides,
    /// It was imported.
    Imported,
    /// Only what was labelled on this site makes it spam, and too few genuine comments were to rest on that.
    OwnLabelsTooFew,
    /// The site trusts no author: a person decides about every comment below the threshold.
    AllReviewed,
    /// The site trusts authors from so many approved comments on, and this one has fewer.
    FewApproved(u32),
    /// It seems abusive, at or above this threshold of the site.
    AbuseAtLeast(f64),
}

impl Default for Because {
    fn default() -> Self {
        Self::Sentence(String::new())
    }
}
