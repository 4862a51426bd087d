//! Sites and their policies. Every change raises a revision, by which instances notice it.

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{Result, Store, damage::gather, rows, touched};
use crate::domain::site::{Policy, Site, SiteSlug};

pub(super) const COLUMNS: &str = "slug AS site, slug, name, origins, policy, created_at";

impl Store {
    /// Every site, by slug.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sites(&self) -> Result<Vec<Site>> {
        Ok(self.readable_sites().await?.0)
    }

    /// Every site that can be read, by slug, and the slugs of those that cannot.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn readable_sites(&self) -> Result<(Vec<Site>, Vec<String>)> {
        let text = format!("SELECT {COLUMNS} FROM sites ORDER BY slug");
        let mut connection = self.read.acquire().await?;
        let found = gather(
            &mut connection,
            "sites",
            sqlx::query(AssertSqlSafe(text)),
            read,
        )
        .await?;
        let damaged = found.damaged.into_iter().filter_map(|damaged| damaged.id);
        Ok((found.rows, damaged.collect()))
    }

    /// Adds a site; `false` when its slug is taken.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_site(&self, site: Site) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO sites (slug, name, origins, policy, created_at) \
                            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
                let added = sqlx::query(text)
                    .bind(site.slug.to_string())
                    .bind(site.name.clone())
                    .bind(serde_json::to_string(&site.origins).unwrap_or_default())
                    .bind(serde_json::to_string(&site.policy).unwrap_or_default())
                    .bind(site.created_at.millis())
                    .execute(&mut *connection)
                    .await?;
                raise_revision(connection).await?;
                Ok(touched(&added))
            })
        })
        .await
    }

    /// Replaces a site's name, origins and policy; `false` when there is no such site.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn update_site(&self, site: Site) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE sites SET name = $2, origins = $3, policy = $4 WHERE slug = $1";
                let updated = sqlx::query(text)
                    .bind(site.slug.to_string())
                    .bind(site.name.clone())
                    .bind(serde_json::to_string(&site.origins).unwrap_or_default())
                    .bind(serde_json::to_string(&site.policy).unwrap_or_default())
                    .execute(&mut *connection)
                    .await?;
                raise_revision(connection).await?;
                Ok(touched(&updated))
            })
        })
        .await
    }

    /// Removes a site that has no comments, with what it learnt from other data. `None` when there is no such site, `false` when it has
    /// comments and stays.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn remove_site(&self, slug: SiteSlug) -> Result<Option<bool>> {
        self.write(move |connection| {
            Box::pin(async move {
                let used = sqlx::query("SELECT id FROM comments WHERE site = $1 LIMIT 1")
                    .bind(slug.to_string())
                    .fetch_optional(&mut *connection)
                    .await?;
                if used.is_some() {
                    return Ok(Some(false));
                }
                let removed = sqlx::query("DELETE FROM sites WHERE slug = $1")
                    .bind(slug.to_string())
                    .execute(&mut *connection)
                    .await?;
                for table in ["samples", "lessons", "model_files", "models", "learning"] {
                    let text = format!("DELETE FROM {table} WHERE site = $1");
                    sqlx::query(AssertSqlSafe(text))
                        .bind(slug.to_string())
                        .execute(&mut *connection)
                        .await?;
                }
                raise_revision(connection).await?;
                Ok(touched(&removed).then_some(true))
            })
        })
        .await
    }

    /// A number that grows whenever a site or a block rule changes.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn directory_revision(&self) -> Result<i64> {
        let text =
            "SELECT CAST(value AS BIGINT) AS revision FROM meta WHERE name = 'directory_revision'";
        let row = sqlx::query(text).fetch_optional(&self.read).await?;
        Ok(row
            .map(|row| row.try_get("revision"))
            .transpose()?
            .unwrap_or(0))
    }
}

/// Tells every instance that sites or block rules have changed.
pub(super) async fn raise_revision(connection: &mut AnyConnection) -> Result<()> {
    let text = "INSERT INTO meta (name, value) VALUES ('directory_revision', '1') \
                ON CONFLICT (name) DO UPDATE SET \
                value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)";
    sqlx::query(text).execute(connection).await?;
    Ok(())
}

pub(super) fn read(row: &AnyRow) -> Result<Site> {
    let policy: Policy = rows::json(row, "policy")?;
    Ok(Site {
        slug: rows::site(row)?,
        name: row.try_get("name")?,
        origins: rows::json(row, "origins")?,
        policy,
        created_at: rows::timestamp(row, "created_at")?,
    })
}
