//! The sites and block rules in force, in memory: every submission and every cross-origin question
//! needs them. Instances notice each other's changes by a revision in the database. The rules by which
//! people change them are in [`crate::sites`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;

use crate::{
    domain::{
        moderator::Scope,
        origin::Origin,
        site::{Policy, Site, SiteSlug},
        timestamp::Timestamp,
    },
    rules::Rules,
    storage::{Result, Store},
};

/// The slug of the site that every installation begins with.
pub const DEFAULT_SITE: &str = "default";

/// Sites and rules at one revision.
#[derive(Debug, Default)]
pub struct Snapshot {
    revision: i64,
    /// Every site.
    pub sites: BTreeMap<SiteSlug, Arc<Site>>,
    /// Every block rule that had not ended when this was read, ready to be compared with.
    pub rules: Rules,
    /// The sites that have webhooks.
    pub webhooks: BTreeSet<SiteSlug>,
}

/// The present snapshot.
pub struct Directory {
    current: ArcSwap<Snapshot>,
    /// Held while a snapshot is put in place, so that a slow reader cannot bring an old one back.
    replacing: Mutex<()>,
}

impl Directory {
    /// Reads the sites; the first start finds none and adds `default`.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`].
    pub async fn load(store: &Store, now: Timestamp) -> Result<Self> {
        let mut snapshot = read(store, now, None).await?;
        if snapshot.sites.is_empty() {
            store.add_site(default_site(now)).await?;
            snapshot = read(store, now, None).await?;
        }
        Ok(Self {
            current: ArcSwap::from_pointee(snapshot),
            replacing: Mutex::new(()),
        })
    }

    /// The present snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// The revision of the present snapshot. What is remembered of a site's people and programs is good
    /// for one revision: the name may belong to another site in the next.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.current.load().revision
    }

    /// The site of this slug.
    #[must_use]
    pub fn site(&self, slug: &str) -> Option<Arc<Site>> {
        let slug = SiteSlug::parse(slug).ok()?;
        self.current.load().sites.get(&slug).cloned()
    }

    /// What a site is called for people; its slug, where it is gone.
    #[must_use]
    pub fn name(&self, slug: &SiteSlug) -> String {
        let snapshot = self.current.load();
        let site = snapshot.sites.get(slug);
        site.map_or_else(|| slug.to_string(), |site| site.name.clone())
    }

    /// The slugs that a scope covers now.
    #[must_use]
    pub fn covered(&self, scope: &Scope) -> Vec<SiteSlug> {
        let snapshot = self.current.load();
        let slugs = snapshot.sites.keys().filter(|slug| scope.covers(slug));
        slugs.cloned().collect()
    }

    /// Whether someone wants to hear of what happens on a site.
    #[must_use]
    pub fn has_webhooks(&self, slug: &SiteSlug) -> bool {
        self.current.load().webhooks.contains(slug)
    }

    /// Whether pages of this origin may talk to the site.
    #[must_use]
    pub fn allows(&self, slug: &str, origin: &Origin) -> bool {
        self.site(slug)
            .is_some_and(|site| site.origins.contains(origin))
    }

    /// Writes a change of sites, rules or webhooks and puts it into force here: every change comes
    /// through here. If reading it back fails, the change is kept nevertheless and seen within a
    /// second, like one that another instance made.
    ///
    /// # Errors
    /// Those of `write`.
    pub async fn change<T>(
        &self,
        store: &Store,
        now: Timestamp,
        write: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let written = write.await?;
        if let Err(error) = self.refresh(store, now).await {
            tracing::warn!(%error, "a change was kept, but is not in force here yet");
        }
        Ok(written)
    }

    /// Reads the database again if something changed there: every second, for changes made elsewhere.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`]; then the present snapshot stays.
    pub async fn refresh(&self, store: &Store, now: Timestamp) -> Result<()> {
        let revision = store.directory_revision().await?;
        if revision == self.current.load().revision {
            return Ok(());
        }
        let snapshot = read(store, now, Some(&self.snapshot())).await?;
        let _replacing = self
            .replacing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if snapshot.revision > self.current.load().revision {
            self.current.store(Arc::new(snapshot));
        }
        Ok(())
    }
}

/// Reads the revision first: a change in between is noticed at the next refresh. A site whose row cannot
/// be read stays as it was `before`.
async fn read(store: &Store, now: Timestamp, before: Option<&Snapshot>) -> Result<Snapshot> {
    let revision = store.directory_revision().await?;
    let (sites, damaged) = store.readable_sites().await?;
    let known = |slug: String| {
        let slug = SiteSlug::parse(&slug).ok()?;
        before?.sites.get_key_value(&slug)
    };
    let kept = damaged.into_iter().filter_map(known);
    let kept: Vec<_> = kept
        .map(|(slug, site)| (slug.clone(), site.clone()))
        .collect();
    let sites = sites.into_iter();
    let sites = sites.map(|site| (site.slug.clone(), Arc::new(site)));
    Ok(Snapshot {
        revision,
        sites: sites.chain(kept).collect(),
        rules: Rules::new(store.block_rules(now).await?),
        webhooks: store.webhook_sites().await?,
    })
}

fn default_site(now: Timestamp) -> Site {
    Site {
        slug: SiteSlug::parse(DEFAULT_SITE).expect("the default slug is a slug"),
        name: "Default".to_owned(),
        origins: Vec::new(),
        policy: Policy::of_new_site(),
        created_at: now,
    }
}
