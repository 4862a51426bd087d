//! Block rules: what a site's moderators no longer want to see, and what happens to it.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::{evidence::Verdict, site::SiteSlug, timestamp::Timestamp, word::with_words};

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum BlockKind {
    /// A word, a phrase or signs in text, name or website, as a person sees them: whatever the case, and
    /// through disguises. A letter or digit at an end of the pattern is one at an end of a word.
    Word,
    /// An email address, with its `+tag`s, or with `*@` every address of a domain.
    Email,
    /// A network: an address or a prefix in CIDR form.
    Network,
    /// A domain, with its subdomains: of the email address, the website or a link.
    Domain,
}

/// What happens to a comment that a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum BlockAction {
    /// It is held, whatever its score.
    Hold,
    /// It is spam, whatever its score.
    Spam,
}

with_words!(BlockKind, BlockAction);

impl From<BlockAction> for Verdict {
    fn from(action: BlockAction) -> Self {
        match action {
            BlockAction::Hold => Self::Hold,
            BlockAction::Spam => Self::Spam,
        }
    }
}

/// What the pattern of a rule for every address of a domain begins with.
pub const ANYONE: &str = "*@";

/// A rule. The pattern of an `email` rule is a keyed hash once stored: a list of addresses would be
/// one more thing to leak.
#[derive(Debug, Clone)]
pub struct BlockRule {
    /// Identifier.
    pub id: String,
    /// The site, or every site.
    pub site: Option<SiteSlug>,
    /// What it looks at.
    pub kind: BlockKind,
    /// What it looks for, in the form that [`crate::rules::pattern`] gives.
    pub pattern: String,
    /// What it does.
    pub action: BlockAction,
    /// Why it was made.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

impl BlockRule {
    /// Whether it is in force.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether it is in force on a site.
    #[must_use]
    pub fn applies(&self, site: &SiteSlug, now: Timestamp) -> bool {
        self.is_active(now) && self.site.as_ref().is_none_or(|own| own == site)
    }
}
