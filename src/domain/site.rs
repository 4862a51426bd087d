//! A web site whose comments are handled here, and its policy.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    abuse::{AbuseMode, LIKELY, SURE},
    field::FieldError,
    origin::Origin,
    page::Page,
    page_rules::PageRules,
    timestamp::Timestamp,
};

/// A site's name in URLs: 1 to 63 lower-case letters, digits and hyphens. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
pub struct SiteSlug(String);

impl SiteSlug {
    /// Reads a slug.
    ///
    /// # Errors
    /// A [`FieldError`] on `slug` with code `invalid`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let length = (1..=63).contains(&raw.len());
        if length && raw.chars().all(inner) && !raw.starts_with('-') && !raw.ends_with('-') {
            return Ok(Self(raw.to_owned()));
        }
        let message = "Use 1 to 63 lower-case letters, digits and inner hyphens.";
        Err(FieldError::new("slug", "invalid", message))
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SiteSlug {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw).map_err(|error| error.message)
    }
}

impl From<SiteSlug> for String {
    fn from(slug: SiteSlug) -> Self {
        slug.0
    }
}

impl fmt::Display for SiteSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a site does with scores and evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// A score at or above this is spam. In (0, 1].
    #[schema(exclusive_minimum = 0, maximum = 1)]
    pub spam_threshold: f64,
    /// A trusted author's comment scored below this is published at once. In [0, 1), and below `spam_threshold`.
    #[schema(minimum = 0, exclusive_maximum = 1)]
    pub publish_below: f64,
    /// An author is trusted after this many comments that a person approved, each sent by one browser
    /// (with the `author_token` that came with the answer to the one before) and under one address;
    /// absent: nobody is, all is held. Trusted or not, a comment is held that links to a host which was
    /// not approved for this author before, while another comment of theirs waits or is spam, or when
    /// anything speaks against it. Whoever only knows an author's address is not trusted, and forms
    /// without script and programs never are.
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_i64)]
    pub trusted_after: Option<u32>,
    /// More links than this in one comment count as evidence.
    #[schema(format = Int64, minimum = 0, maximum = 4_294_967_295_i64)]
    pub max_links: u32,
    /// A form sent sooner than this many seconds after it was opened counts as evidence.
    #[schema(format = Int64, minimum = 0, maximum = 4_294_967_295_i64)]
    pub min_form_seconds: u32,
    /// A form sent later than this many hours after it was opened counts as evidence.
    #[schema(format = Int64, minimum = 0, maximum = 4_294_967_295_i64)]
    pub max_form_hours: u32,
    /// Whether a comment without a form token counts as evidence. The widget and the form always send
    /// one: switch it on where no program posts comments by itself.
    pub expect_form_token: bool,
    /// Proof of work asked of each submission, in leading zero bits of SHA-256; absent: none.
    #[schema(minimum = 1, maximum = 24)]
    pub proof_of_work_bits: Option<u8>,
    /// What is done with texts that programs send to be judged, in Akismet's protocol or Coral's.
    pub clients: ClientMode,
    /// A program is asked to throw a text away unseen when its score is at or above this; absent:
    /// never. In (0, 1].
    #[schema(exclusive_minimum = 0, maximum = 1)]
    pub discard_at: Option<f64>,
    /// Days after which spam is deleted for good, counted from when it was called so; absent: never. What models learnt from it
    /// stays, with the text.
    #[schema(format = Int64, minimum = 1, maximum = 36_500)]
    pub spam_days: Option<u32>,
    /// Likewise for what is in the trash.
    #[schema(format = Int64, minimum = 1, maximum = 36_500)]
    pub trash_days: Option<u32>,
    /// Whether readers may see what a comment said before a moderator changed it. That it was changed they always see.
    pub show_edits: bool,
    /// What is done with how abusive comments seem: `off` works nothing out, `show` shows it to moderators, `hold` also holds what
    /// is at or above `abuse_threshold` for them. It never publishes, puts aside or discards. `hold` is taken only once somebody has
    /// looked at what it would have done to the site's last comments.
    pub abuse: AbuseMode,
    /// From which probability of abuse on `hold` holds a comment. In [0.5, 1].
    #[schema(minimum = 0.5, maximum = 1)]
    pub abuse_threshold: f64,
    /// How the site spells its pages. When it changes, comments move to where their page is now.
    pub pages: PageRules,
}

/// What is done with texts that programs send to be judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientMode {
    /// They are judged and not kept: the program has a queue of its own.
    #[default]
    Judge,
    /// They are kept as comments too, to be reviewed here.
    Queue,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            spam_threshold: 0.95,
            publish_below: 0.2,
            trusted_after: None,
            max_links: 3,
            min_form_seconds: 3,
            max_form_hours: 24,
            expect_form_token: false,
            proof_of_work_bits: None,
            clients: ClientMode::Judge,
            discard_at: None,
            spam_days: None,
            trash_days: None,
            show_edits: false,
            abuse: AbuseMode::default(),
            abuse_threshold: SURE,
            pages: PageRules::default(),
        }
    }
}

impl Policy {
    /// What a new site begins with: the defaults, and spam and trash are deleted after thirty days.
    #[must_use]
    pub fn of_new_site() -> Self {
        Self {
            spam_days: Some(30),
            trash_days: Some(30),
            ..Self::default()
        }
    }

    /// Checks that the numbers make sense.
    ///
    /// # Errors
    /// One [`FieldError`] for each senseless number, named `policy.…`.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let spam = self.spam_threshold > 0.0 && self.spam_threshold <= 1.0;
        let publish = self.publish_below >= 0.0 && self.publish_below < self.spam_threshold;
        let trusted = self.trusted_after != Some(0);
        let work = self
            .proof_of_work_bits
            .is_none_or(|bits| (1..=24).contains(&bits));
        let discard = self
            .discard_at
            .is_none_or(|score| score > 0.0 && score <= 1.0);
        let days = |days: Option<u32>| days.is_none_or(|days| (1..=36_500).contains(&days));
        let errors: Vec<FieldError> = [
            (
                discard,
                "policy.discard_at",
                "Must be above 0 and at most 1, or absent.",
            ),
            (
                spam,
                "policy.spam_threshold",
                "Must be above 0 and at most 1.",
            ),
            (
                publish,
                "policy.publish_below",
                "Must be from 0 to below the spam threshold.",
            ),
            (
                trusted,
                "policy.trusted_after",
                "Must be at least 1, or absent.",
            ),
            (
                days(self.spam_days),
                "policy.spam_days",
                "Must be from 1 to 36500, or absent.",
            ),
            (
                days(self.trash_days),
                "policy.trash_days",
                "Must be from 1 to 36500, or absent.",
            ),
            (
                work,
                "policy.proof_of_work_bits",
                "Must be from 1 to 24, or absent.",
            ),
            (
                (LIKELY..=1.0).contains(&self.abuse_threshold),
                "policy.abuse_threshold",
                "Must be from 0.5 to 1.",
            ),
        ]
        .into_iter()
        .filter(|(good, ..)| !good)
        .map(|(_, field, message)| FieldError::new(field, "out_of_range", message))
        .chain(self.pages.validate().err())
        .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}

/// A site.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Site {
    /// Its name in URLs.
    pub slug: SiteSlug,
    /// Its name for people.
    pub name: String,
    /// The origins its forms may post from, and that its pages are on.
    pub origins: Vec<Origin>,
    /// What it does with scores and evidence.
    pub policy: Policy,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Site {
    /// Reads a page of the site.
    ///
    /// # Errors
    /// As [`Page::parse`].
    pub fn page(&self, raw: &str) -> Result<Page, FieldError> {
        Page::parse(raw, &self.origins, &self.policy.pages)
    }
}

/// Longest name of a site, in Unicode scalar values.
pub const MAX_NAME_CHARS: usize = 100;
