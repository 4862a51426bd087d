//! How each moderator wants to be mailed: about single sites, and about every other.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        moderator::{MailMode, MailPreferences, ModeratorId},
        site::SiteSlug,
    },
    storage::{
        Result, Store,
        sql::{Conn, get, optional_site, sql, to_rows, values},
    },
};

impl Store {
    /// How someone wants to be mailed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn mail_preferences(&self, id: &ModeratorId) -> Result<MailPreferences> {
        let text = "SELECT moderator, site, mode FROM mail_preferences WHERE moderator = $1";
        let query = sql(text, values![id]);
        let mut preferences = MailPreferences::default();
        for (site, mode) in self.gather("mail_preferences", query, preference).await? {
            match site {
                None => preferences.default = mode,
                Some(site) => {
                    preferences.sites.insert(site, mode);
                }
            }
        }
        Ok(preferences)
    }
}

/// Replaces how someone wants to be mailed.
pub(super) async fn replace(
    tx: &mut Conn<'_>,
    id: &ModeratorId,
    preferences: MailPreferences,
) -> Result<()> {
    let sites = preferences.sites.into_iter();
    let sites = sites.map(|(site, mode)| (site.to_string(), mode));
    let modes = std::iter::once((String::new(), preferences.default)).chain(sites);
    let modes: Vec<_> = modes
        .map(|(site, mode)| serde_json::json!({ "site": site, "mode": mode }))
        .collect();
    let text = "DELETE FROM mail_preferences WHERE moderator = $1";
    tx.run(text, values![id]).await?;
    let text = "INSERT INTO mail_preferences (moderator, site, mode) \
                SELECT $2, r.value->>'site', r.value->>'mode' FROM {rows:$1}";
    tx.run(text, values![to_rows(modes), id]).await?;
    Ok(())
}

/// A choice for one site, or for all without one of their own.
pub(super) fn preference(row: &AnyRow) -> Result<(Option<SiteSlug>, MailMode)> {
    Ok((optional_site(row)?, get(row, "mode")?))
}
