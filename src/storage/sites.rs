//! Sites and their policies. Every change raises a revision, by which instances notice it.

use serde_json::{Map, Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{Result, Store, acts, damage::gather, removal::forget_leftovers, rows, touched};
use crate::domain::site::{Policy, Site};

pub(super) const COLUMNS: &str = "slug AS site, slug, name, origins, policy, created_at";

impl Store {
    /// Every site, by slug; none that is being removed.
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
        let text = format!("SELECT {COLUMNS} FROM sites WHERE removed_at IS NULL ORDER BY slug");
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

    /// Adds a site; `false` when its slug is taken, if only by one that is being removed. Nothing that had
    /// to do with an earlier site of this slug has a hold on it.
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
                if touched(&added) {
                    forget_leftovers(connection, &site.slug, site.created_at).await?;
                    acts::record(connection, "site.add", site.slug.as_str(), json!({})).await?;
                }
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
                let changed = changes(connection, &site).await?;
                let text = "UPDATE sites SET name = $2, origins = $3, policy = $4 \
                            WHERE slug = $1 AND removed_at IS NULL";
                let updated = sqlx::query(text)
                    .bind(site.slug.to_string())
                    .bind(site.name.clone())
                    .bind(serde_json::to_string(&site.origins).unwrap_or_default())
                    .bind(serde_json::to_string(&site.policy).unwrap_or_default())
                    .execute(&mut *connection)
                    .await?;
                if touched(&updated) {
                    acts::record(connection, "site.change", site.slug.as_str(), changed).await?;
                }
                raise_revision(connection).await?;
                Ok(touched(&updated))
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

/// What a change of a site changes: the fields' names, and what its policy becomes.
async fn changes(connection: &mut AnyConnection, to: &Site) -> Result<Value> {
    let text = "SELECT slug AS site, name, origins, policy, created_at FROM sites WHERE slug = $1";
    let found = sqlx::query(text)
        .bind(to.slug.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(from) = found.as_ref().map(read).transpose()? else {
        return Ok(json!({}));
    };
    let of = |site: &Site| serde_json::to_value(site).unwrap_or_default();
    let (before, after) = (of(&from), of(to));
    let mut changed = Map::new();
    for field in ["name", "origins"] {
        if before[field] != after[field] {
            changed.insert(field.to_owned(), after[field].clone());
        }
    }
    let policy = after["policy"].as_object().into_iter().flatten();
    let policy = policy.filter(|(name, value)| before["policy"][name.as_str()] != **value);
    let policy: Map<String, Value> = policy.map(|(n, v)| (n.clone(), v.clone())).collect();
    if !policy.is_empty() {
        changed.insert("policy".to_owned(), Value::Object(policy));
    }
    Ok(Value::Object(changed))
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
