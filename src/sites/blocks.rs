//! Block rules of one site and of every site. A rule is tried on what came last before it is added, so that
//! nobody blocks most of what honest people write without meaning to.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    SiteError,
    trial::{self, Trial},
};
use crate::{
    domain::{
        block::{BlockAction, BlockKind, BlockRule},
        field::{FieldError, parse_line},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    ground::Ground,
    rules::pattern::{self, Pattern},
    storage::acts,
};

/// Longest note, in Unicode scalar values.
const MAX_NOTE_CHARS: usize = 300;

/// A new rule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBlock {
    /// What it looks at.
    pub kind: BlockKind,
    /// A word, a phrase or signs, an email address or `*@` and a domain, a network such as
    /// `203.0.113.0/24`, or a domain.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    pub pattern: String,
    /// What it does.
    pub action: BlockAction,
    /// Why; at most 300 characters.
    #[schema(max_length = 300, pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
    pub note: Option<String>,
    /// When it ends; absent: never.
    pub expires_at: Option<Timestamp>,
    /// Adds it although it would have hit more than half of the last 1,000 comments.
    #[serde(default)]
    pub force: bool,
    /// Only says what it would have hit, and adds nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// The rules in force that are `wanted`, earliest first.
pub fn rules(ground: &Ground, wanted: impl Fn(&BlockRule) -> bool) -> Vec<BlockRule> {
    let now = ground.now();
    let snapshot = ground.directory.snapshot();
    let rules = snapshot.rules.list().iter();
    let rules = rules.filter(|rule| rule.is_active(now) && wanted(rule));
    rules.cloned().collect()
}

/// Adds a rule for a site or for every site, and returns it with what it would have hit; a dry run adds
/// nothing. One that hits nearly everything is added only by `force`.
///
/// # Errors
/// [`SiteError::Invalid`] or [`SiteError::Store`].
pub async fn add_rule(
    ground: &Ground,
    by: &str,
    site: Option<SiteSlug>,
    new: NewBlock,
) -> Result<(BlockRule, Trial), SiteError> {
    let (force, dry_run) = (new.force, new.dry_run);
    let rule = new.parse(ground, by, site).map_err(SiteError::Invalid)?;
    let trial = trial::run(ground, &rule).await?;
    if dry_run {
        return Ok((rule, trial));
    }
    if trial.is_too_broad(&rule) {
        if !force {
            let message = format!(
                "{} Nearly everything falls under this; send `force` to add it all the same.",
                trial.summary
            );
            let error = FieldError::new("pattern", "too_broad", message);
            return Err(SiteError::Invalid(vec![error]));
        }
        acts::mention("too_broad", true.into());
    }
    let adding = ground.store.add_block_rule(rule.clone());
    ground
        .directory
        .change(&ground.store, ground.now(), adding)
        .await?;
    Ok((rule, trial))
}

/// Removes a rule that the sender `may` remove.
///
/// # Errors
/// [`SiteError::NoRule`] or [`SiteError::Store`].
pub async fn remove_rule(
    ground: &Ground,
    id: String,
    may: impl Fn(&BlockRule) -> bool,
) -> Result<(), SiteError> {
    // Read afresh: another instance may have added the rule a moment ago.
    ground
        .directory
        .refresh(&ground.store, ground.now())
        .await?;
    let snapshot = ground.directory.snapshot();
    let mut rules = snapshot.rules.list().iter();
    if !rules.any(|rule| rule.id == id && may(rule)) {
        return Err(SiteError::NoRule);
    }
    let removing = ground.store.remove_block_rule(id);
    let removed = ground
        .directory
        .change(&ground.store, ground.now(), removing)
        .await?;
    removed.then_some(()).ok_or(SiteError::NoRule)
}

impl NewBlock {
    /// The rule, or what is wrong with each field.
    pub(super) fn parse(
        self,
        ground: &Ground,
        by: &str,
        site: Option<SiteSlug>,
    ) -> Result<BlockRule, Vec<FieldError>> {
        let now = ground.now();
        let mut errors = Vec::new();
        let note = self.note.filter(|note| !note.trim().is_empty());
        let note = note.map(|raw| parse_line("note", &raw, MAX_NOTE_CHARS));
        let note = note.transpose().map_err(|error| errors.push(error));
        let pattern = pattern::parse(self.kind, &self.pattern).map_err(|error| errors.push(error));
        if self.expires_at.is_some_and(|end| end <= now) {
            let message = "This time is over.";
            errors.push(FieldError::new("expires_at", "past", message));
        }
        let (Ok(note), Ok(pattern), true) = (note, pattern, errors.is_empty()) else {
            return Err(errors);
        };
        Ok(BlockRule {
            id: Uuid::now_v7().to_string(),
            site,
            kind: self.kind,
            pattern: match pattern {
                Pattern::Plain(pattern) => pattern,
                Pattern::Email(email) => ground.vault.mailbox_index(&email).0,
            },
            action: self.action,
            note,
            created_at: now,
            created_by: by.to_owned(),
            expires_at: self.expires_at,
        })
    }
}
