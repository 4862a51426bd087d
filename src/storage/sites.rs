//! Sites and their policies. Every change raises a revision, by which instances notice it.

use serde_json::{Map, Value, json};

use crate::{
    domain::{
        origin::Origin,
        site::{Policy, Site, SiteSlug},
    },
    storage::{
        Result, Store, acts,
        removal::forget_leftovers,
        revision::raise_revision,
        sql::{record, sql, to_json, values},
    },
};

/// What a change writes into a site; what is absent stays as it is at that moment, whoever changed it.
#[derive(Debug, Clone, Default)]
pub struct SiteWrites {
    /// Name for people.
    pub name: Option<String>,
    /// The origins of its pages.
    pub origins: Option<Vec<Origin>>,
    /// What it does with scores and evidence.
    pub policy: Option<Policy>,
}

impl SiteWrites {
    fn applied(self, site: &Site) -> Site {
        Site {
            slug: site.slug.clone(),
            name: self.name.unwrap_or_else(|| site.name.clone()),
            origins: self.origins.unwrap_or_else(|| site.origins.clone()),
            policy: self.policy.unwrap_or_else(|| site.policy.clone()),
            created_at: site.created_at,
        }
    }
}

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
        let found = self
            .on(&mut connection)
            .gather("sites", sql(text, values![]), read)
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
        self.write(async |tx| {
            let text = "INSERT INTO sites (slug, name, origins, policy, created_at) \
                        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
            let added = tx
                .touch(
                    text,
                    values![
                        site.slug,
                        site.name,
                        to_json(&site.origins),
                        to_json(&site.policy),
                        site.created_at
                    ],
                )
                .await?;
            if added {
                forget_leftovers(tx, &site.slug, site.created_at).await?;
                acts::record(tx, "site.add", site.slug.as_str(), json!({})).await?;
            }
            raise_revision(tx).await?;
            Ok(added)
        })
        .await
    }

    /// Changes a site, and returns it as it is then; `None` when there is no such site. The row is read and locked here:
    /// the directory of the instance that asks may lack what another has changed within the last second.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn update_site(&self, slug: &SiteSlug, writes: SiteWrites) -> Result<Option<Site>> {
        self.write(async |tx| {
            let text = format!(
                "SELECT {COLUMNS} FROM sites WHERE slug = $1 AND removed_at IS NULL {{lock}}"
            );
            let found = tx.find(text, values![slug]).await?;
            let Some(before) = found.as_ref().map(read).transpose()? else {
                return Ok(None);
            };
            let site = writes.applied(&before);
            // Each change gives another mark below every form: a job that began before it does not take it for looked through.
            let text = "UPDATE sites SET name = $2, origins = $3, policy = $4, \
                        pages_form = CASE WHEN pages_form > 0 THEN 0 ELSE pages_form - 1 END \
                        WHERE slug = $1";
            let values = values![
                slug,
                site.name,
                to_json(&site.origins),
                to_json(&site.policy)
            ];
            tx.run(text, values).await?;
            acts::record(tx, "site.change", slug.as_str(), changes(&before, &site)).await?;
            raise_revision(tx).await?;
            Ok(Some(site))
        })
        .await
    }
}

/// What a change of a site changes: the fields' names, and what its policy becomes.
fn changes(before: &Site, after: &Site) -> Value {
    let of = |site: &Site| serde_json::to_value(site).unwrap_or_default();
    let (before, after) = (of(before), of(after));
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
    Value::Object(changed)
}

record! {
    COLUMNS, read -> Site {
        slug: "slug AS site",
        name: "name",
        origins: json "origins",
        policy: json "policy",
        created_at: "created_at",
    }
}
