//! Adding a site and changing its name, origins or policy.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{SiteError, abuse};
use crate::{
    domain::{
        field::{FieldError, parse_line},
        origin::Origin,
        site::{MAX_NAME_CHARS, Policy, Site, SiteSlug},
        timestamp::Timestamp,
    },
    ground::Ground,
    storage::sites::SiteWrites,
};

/// Most origins of one site.
const MAX_ORIGINS: usize = 50;

/// A new site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Its name in URLs: 1 to 63 lower-case letters, digits and inner hyphens. It never changes.
    #[schema(
        min_length = 1,
        max_length = 63,
        pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
    )]
    pub slug: String,
    /// Its name for people; absent: the slug.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    pub name: Option<String>,
    /// The origins of its pages, such as `https://example.org`.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub origins: Vec<String>,
    /// What it does with scores and evidence; what is absent has its default, but for `spam_days` and `trash_days`, which are 30 for
    /// a new site.
    #[serde(
        default = "Policy::of_new_site",
        deserialize_with = "policy_of_new_site"
    )]
    pub policy: Policy,
}

/// A policy in which what is absent is as a new site has it.
fn policy_of_new_site<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Policy, D::Error> {
    let given = Map::deserialize(deserializer)?;
    let mut policy = Policy::of_new_site();
    for (name, days) in [
        ("spam_days", &mut policy.spam_days),
        ("trash_days", &mut policy.trash_days),
    ] {
        if given.contains_key(name) {
            *days = None;
        }
    }
    let named: Policy = serde_json::from_value(Value::Object(given)).map_err(D::Error::custom)?;
    Ok(Policy {
        spam_days: named.spam_days.or(policy.spam_days),
        trash_days: named.trash_days.or(policy.trash_days),
        ..named
    })
}

/// What to change; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// Its name for people.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    pub name: Option<String>,
    /// The origins of its pages.
    #[schema(max_items = 50)]
    pub origins: Option<Vec<String>>,
    /// What it does with scores and evidence; replaced as a whole.
    pub policy: Option<Policy>,
}

/// Adds a site.
///
/// # Errors
/// [`SiteError::Invalid`], [`SiteError::Taken`] or [`SiteError::Store`].
pub async fn add(ground: &Ground, new: NewSite) -> Result<Site, SiteError> {
    let now = ground.now();
    let site = new.parse(now).map_err(SiteError::Invalid)?;
    tried(ground, &site.slug, &site.policy).await?;
    let adding = ground.store.add_site(site.clone());
    if ground.directory.change(&ground.store, now, adding).await? {
        return Ok(site);
    }
    Err(SiteError::Taken(site.slug))
}

/// Changes a site.
///
/// # Errors
/// [`SiteError::Invalid`], [`SiteError::NoSite`] or [`SiteError::Store`].
pub async fn change(ground: &Ground, site: &Site, change: SiteChange) -> Result<Site, SiteError> {
    let writes = change.parse().map_err(SiteError::Invalid)?;
    if let Some(policy) = &writes.policy {
        tried(ground, &site.slug, policy).await?;
    }
    let changing = ground.store.update_site(&site.slug, writes);
    let changed = ground
        .directory
        .change(&ground.store, ground.now(), changing)
        .await?;
    changed.ok_or(SiteError::NoSite)
}

/// Refuses what was not tried yet.
async fn tried(ground: &Ground, site: &SiteSlug, policy: &Policy) -> Result<(), SiteError> {
    let errors = abuse::check(ground, site, policy).await?;
    if errors.is_empty() {
        return Ok(());
    }
    Err(SiteError::Invalid(errors))
}

impl SiteChange {
    /// What to write, if every field is right.
    ///
    /// # Errors
    /// One [`FieldError`] for each field that is not right.
    pub fn parse(self) -> Result<SiteWrites, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = self
            .name
            .map(|raw| parse_line("name", &raw, MAX_NAME_CHARS));
        let name = name.transpose().map_err(|error| errors.push(error));
        let origins = self.origins.map(|raw| parse_origins(&raw)).transpose();
        let origins = origins.map_err(|error| errors.push(error));
        let policy = self.policy;
        let wrong = policy.as_ref().and_then(|policy| policy.validate().err());
        errors.extend(wrong.into_iter().flatten());
        match (name, origins) {
            (Ok(name), Ok(origins)) if errors.is_empty() => Ok(SiteWrites {
                name,
                origins,
                policy,
            }),
            _ => Err(errors),
        }
    }
}

impl NewSite {
    /// The site, or what is wrong with each field.
    fn parse(self, now: Timestamp) -> Result<Site, Vec<FieldError>> {
        let slug = SiteSlug::parse(&self.slug);
        let name = self.name.as_deref().unwrap_or(&self.slug);
        let name = parse_line("name", name, MAX_NAME_CHARS);
        let origins = parse_origins(&self.origins);
        let policy = self.policy.validate();
        match (slug, name, origins, policy) {
            (Ok(slug), Ok(name), Ok(origins), Ok(())) => Ok(Site {
                slug,
                name,
                origins,
                policy: self.policy,
                created_at: now,
            }),
            (slug, name, origins, policy) => {
                let errors = [slug.err(), name.err(), origins.err()];
                let policy = policy.err().unwrap_or_default();
                Err(errors.into_iter().flatten().chain(policy).collect())
            }
        }
    }
}

fn parse_origins(raw: &[String]) -> Result<Vec<Origin>, FieldError> {
    if raw.len() > MAX_ORIGINS {
        let message = format!("At most {MAX_ORIGINS} origins.");
        return Err(FieldError::new("origins", "out_of_range", message));
    }
    let mut origins: Vec<Origin> = Vec::with_capacity(raw.len());
    for (place, raw) in raw.iter().enumerate() {
        let Some(origin) = Origin::parse(raw) else {
            let message = "Write it like https://example.org, without a path.";
            return Err(FieldError::new(
                format!("origins[{place}]"),
                "invalid",
                message,
            ));
        };
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}
