//! People and programs that may decide: roles, scopes, and how each wants to be mailed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    actor::Actor,
    email::{EmailIndex, SealedEmail},
    site::SiteSlug,
    timestamp::Timestamp,
    word::with_words,
};

/// What someone may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Role {
    /// Reads the queue and decides.
    Moderator,
    /// All of that, and runs the place: sites, people, tokens, samples, models.
    Operator,
}

/// Which sites someone may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every site, those added later too.
    All,
    /// These only.
    Sites(Vec<SiteSlug>),
}

impl Scope {
    /// One site only.
    #[must_use]
    pub fn of(site: &SiteSlug) -> Self {
        Self::Sites(vec![site.clone()])
    }

    /// What both cover.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, scope) | (scope, Self::All) => scope.clone(),
            (Self::Sites(sites), other) => {
                let both = sites.iter().filter(|site| other.covers(site));
                Self::Sites(both.cloned().collect())
            }
        }
    }

    /// Whether a site is inside.
    #[must_use]
    pub fn covers(&self, site: &SiteSlug) -> bool {
        match self {
            Self::All => true,
            Self::Sites(sites) => sites.contains(site),
        }
    }
}

/// Someone who was recognised: by a session, a token or a link.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Who, for the history.
    pub actor: Actor,
    /// What they may do.
    pub role: Role,
    /// Where.
    pub scope: Scope,
    /// The moderator behind it, when it is a person and not a token.
    pub moderator: Option<ModeratorId>,
}

impl Principal {
    /// Whether they run the place: operators, and of every site.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.role == Role::Operator && self.scope == Scope::All
    }
}

/// A moderator's identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ModeratorId(pub String);

/// A person who moderates.
#[derive(Debug, Clone)]
pub struct Moderator {
    /// Identifier.
    pub id: ModeratorId,
    /// Name for the history.
    pub name: String,
    /// Address, encrypted; the first operator may have none yet.
    pub email: Option<SealedEmail>,
    /// Address as a keyed hash, to sign in by.
    pub email_index: Option<EmailIndex>,
    /// Role.
    pub role: Role,
    /// Sites.
    pub scope: Scope,
    /// Argon2id hash in PHC form; none until a password was chosen.
    pub password_hash: Option<String>,
    /// Sessions carry it; raising it signs the person out everywhere.
    pub session_epoch: i64,
    /// When the queue was last mailed to them.
    pub last_mailed_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The language that they read the desk in, as its tag; none: what their browser asks for.
    pub language: Option<String>,
    /// How many comments their lists show on a page, one of [`PAGE_SIZES`]; none: the first of those.
    pub page_size: Option<i64>,
}

/// Comments that a page of the desk may show, the usual number first.
pub const PAGE_SIZES: [i64; 3] = [25, 50, 100];

impl Moderator {
    /// A new account for every site, which nobody can use yet: without an address and a password.
    #[must_use]
    pub fn new(name: String, role: Role, now: Timestamp) -> Self {
        Self {
            id: ModeratorId(Uuid::now_v7().to_string()),
            name,
            email: None,
            email_index: None,
            role,
            scope: Scope::All,
            password_hash: None,
            session_epoch: 0,
            last_mailed_at: None,
            created_at: now,
            language: None,
            page_size: None,
        }
    }
}

/// How often a moderator is mailed about a site's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum MailMode {
    /// At each held comment, at most once per configured interval.
    Each,
    /// A digest each hour with something in it.
    Hourly,
    /// A digest each day with something in it.
    Daily,
    /// Never.
    None,
}

with_words!(Role, MailMode);

/// How often someone is mailed about the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailPreferences {
    /// For every site without a choice of its own.
    pub default: MailMode,
    /// For single sites, by slug.
    #[schema(value_type = BTreeMap<String, MailMode>)]
    pub sites: BTreeMap<SiteSlug, MailMode>,
}

impl Default for MailPreferences {
    fn default() -> Self {
        Self {
            default: MailMode::Each,
            sites: BTreeMap::new(),
        }
    }
}

impl MailPreferences {
    /// The mode for one site.
    #[must_use]
    pub fn of(&self, site: &SiteSlug) -> MailMode {
        self.sites.get(site).copied().unwrap_or(self.default)
    }
}
